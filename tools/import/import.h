/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_IMPORT_IMPORT_H
#define KH_TOOLS_IMPORT_IMPORT_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/** Networks of other programs as Keyhaul topologies. One file family a format; a format is a line in the table of import.c. */

typedef struct kh_import_input {
    const char *path;      /**< the network */
    const char *equipment; /**< a second file that the format may need; NULL: not given */
    const char *services;  /**< a file of requests, as demands; NULL: none */
} kh_import_input;

/** A name of the foreign file and the node that it became. */
typedef struct kh_import_name {
    const char *name, *node_id;
} kh_import_name;

typedef struct kh_imported {
    const char *yaml; /**< a topology file that `keyhaul check` accepts, with comments on what was assumed and left out */
    size_t length;
    kh_import_name *names; /**< [n_names] places where light begins and ends, in the order of the file */
    size_t n_names;
    bool complete;     /**< nothing is left to design, such as amplifiers or gains, before the foreign program can compute */
    double tx_osnr_db; /**< of the transmitters that the foreign program takes unless told otherwise, in 0.1 nm; NAN: not said */
} kh_imported;

/** Reads a foreign network.
 *
 *  Problems of the input are findings with their place: errors stop the import in the end, warnings say what is left out or
 *  assumed (the comments in the file say it again).
 *  @param format  "gnpy", "qpi"
 *  @param arena   where the result lives
 *  @return KH_OK; KH_EDATA when @p findings has errors; KH_EUSAGE for an unknown format or a file that it needs and did not get;
 *          KH_ENOINPUT; KH_ELIMIT above 64 MiB a file; KH_ENOMEM */
kh_status kh_import_read(const char *format, const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out,
                         kh_error *err);

/** The node that the name became, or NULL. */
const char *kh_import_node(const kh_imported *imported, const char *name);

#endif

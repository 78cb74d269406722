/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_IMPORT_QPI_H
#define KH_TOOLS_IMPORT_QPI_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "tools/import/import.h"

#include <stdint.h>

/** Instances of planning problems as text:
 *
 *      qpi 1 NAME
 *      nodes N      then N lines  index name longitude latitude
 *      edges M      then M lines  index u v length_km spans rate_kbit_s
 *      demands K    then K lines  u v requested_rate_kbit_s
 *
 *  Indices count from 0 in order; edges are undirected, one rate for both directions; lines that start with # are comments. */

typedef struct kh_qpi_node {
    const char *name;
    double longitude, latitude; /**< generated instances have a drawing's, in km */
} kh_qpi_node;

typedef struct kh_qpi_edge {
    uint32_t ends[2]; /**< may be the same node */
    double length_km; /**< >= 0 */
    uint32_t spans;   /**< parts of it with a trusted node between */
    double rate_kbps; /**< >= 0 */
} kh_qpi_edge;

typedef struct kh_qpi_demand {
    uint32_t ends[2];
    double rate_kbps; /**< >= 0 */
} kh_qpi_demand;

typedef struct kh_qpi {
    const char *name;
    const char *comment; /**< the lines that started with #, without it */
    kh_qpi_node *nodes;
    kh_qpi_edge *edges;
    kh_qpi_demand *demands;
    size_t n_nodes, n_edges, n_demands;
} kh_qpi;

/** Strict: every line as above, nothing else.
 *  @param arena  where it lives
 *  @return KH_OK; KH_ENOINPUT; KH_EDATA with the line; KH_ELIMIT above 64 MiB; KH_ENOMEM */
kh_status kh_qpi_read(const char *path, kh_arena *arena, kh_qpi *qpi, kh_error *err);

/** The format "qpi" of kh_import_read(): links with measured rates over fibres of the lengths, every node trusted. */
kh_status kh_qpi_import(const kh_import_input *input, kh_arena *arena, kh_findings *findings, kh_imported *out, kh_error *err);

#endif

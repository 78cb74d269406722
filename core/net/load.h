/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_LOAD_H
#define KH_CORE_NET_LOAD_H

#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/net/net.h"

/** One change of a what-if, as in a study file: `fibres.BRI-FRX.loss_db: 30`, `qkd_links.*.modules: {times: 2}`. */
typedef enum kh_edit_kind { KH_EDIT_SET, KH_EDIT_TIMES, KH_EDIT_ADD, KH_EDIT_REMOVE } kh_edit_kind;
typedef struct kh_edit {
    const char *path; /**< noun.id.field or noun.id (remove); id may hold '*' (any text) */
    kh_edit_kind kind;
    const char *text; /**< KH_EDIT_SET: the value as text */
    double number;    /**< KH_EDIT_TIMES, KH_EDIT_ADD */
    kh_place place;
} kh_edit;

/** Loads a topology with its includes, applies the edits, resolves references and derived values, checks all of it.
 *
 *  All problems go to @p findings, errors and warnings alike; the call goes on after each.
 *  @param path       file to read
 *  @param edits      n_edits changes, applied in order before the values are resolved; their problems are findings too
 *  @param[out] net   owned by the caller (kh_net_destroy), only on KH_OK
 *  @return KH_OK (warnings possible); KH_EDATA when @p findings has errors; KH_ENOINPUT when the file itself cannot be read;
 *          KH_ENOMEM, KH_ELIMIT
 *  Limits  : files of at most 64 MiB in all, 64 includes deep, nesting 64, aliases expanding to at most 100,000 nodes
 *  Cost    : linear in the input, less than 2.5 times libyaml's own parse */
kh_status kh_net_load(const char *path, const kh_edit *edits, size_t n_edits, kh_findings *findings, kh_net **net, kh_error *err);

/** The same from text in memory; includes are sought relative to the folder of @p name. */
kh_status kh_net_load_text(const char *name, const char *text, size_t length, const kh_edit *edits, size_t n_edits,
                           kh_findings *findings, kh_net **net, kh_error *err);

#endif

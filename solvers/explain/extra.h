/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_EXPLAIN_EXTRA_H
#define KH_SOLVERS_EXPLAIN_EXTRA_H

#include "solvers/flow/keyflow.h"

/** The least key rate to be added to links so that all demands are served in full at once. */
typedef struct kh_extra {
    bool possible;            /**< false: not even with any rate on the links where some may be added; the rest is empty then */
    double total_bps;         /**< sum of extra_bps */
    double bound_bps;         /**< no fewer will do: sum(d dist_y) - sum(c y) */
    double *extra_bps;        /**< [n_links] */
    double *prices;           /**< [n_links] y of the bound: >= 0, at most 1 where rate may be added */
    kh_keyflow_route *routes; /**< [n_routes] of all demands, in full */
    size_t n_routes;
} kh_extra;

/** Solves: minimise sum z_e with paths x >= 0, sum_{p of k} x_p = d_k, sum_{p over e} x_p <= c_e + z_e, z_e = 0 where nothing may
 *  be added. Its dual is sum(d dist_y) - sum(c y) over 0 <= y_e <= 1 (any y_e >= 0 where nothing may be added), which proves the
 *  bound for whatever y. By column generation from a flow with room on all links that may grow.
 *  @param problem  mps: where the last program goes; max_min, level_cap, gap and start do not count; every demand must have a path
 * over links that have a rate or may be added to, else it is not possible
 *  @param may_add  [n_links] a link with c_e = 0 may be added to as well
 *  @return as kh_keyflow_solve(), and KH_TIMELIMIT without an answer */
kh_status kh_extra_solve(const kh_keyflow_problem *problem, const bool *may_add, kh_arena *arena, kh_extra *extra, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_SHORTEN_H
#define KH_SOLVERS_FLOW_SHORTEN_H

#include "solvers/flow/master.h"
#include "solvers/flow/pricer.h"

typedef struct kh_shorten_input {
    const kh_pricer *pricer;
    kh_pool *pool;
    double stretch;      /**< >= 1: the flow stays one that fits when all rates are stretched this far */
    const double *guide; /**< [n_links] prices under which every path that a flow of these rates can use is a shortest one */
    double deadline_s;   /**< on kh_clock_s(); INFINITY: none */
} kh_shorten_input;

/** Takes a finished flow (every demand of the master frozen) to one of the same rates that spends the least key.
 *
 *  Every hop of a route costs its rate in key, time on the way and one more trusted node, and of equally good flows the first phase
 *  ends at any. Second linear program, again over paths: minimise sum_p hops_p x_p, sum_{p of k} x_p >= T_k = stretch * rate_k,
 *  sum_{p over e} x_p <= c_e. A path of k is missing when sum(1 + y_e) over its links is below the dual of k.
 *  Certificate C2: sum_k T_k dist_{1+y}(k) - sum_e c_e y_e <= the least for every y >= 0; proven when it leaves at most 1e-9.
 *  @param master       path_flow changes, unit_bps does not; when the LP fails for its numbers, or ends above a link's rate by more
 *                      than rounding, path_flow spreads the rates as before
 *  @param[out] proven  false: the deadline or the numbers stopped it; the flow is still one of the same rates
 *  @return KH_OK; KH_TIMELIMIT: the deadline passed; KH_ENOMEM */
kh_status kh_shorten_paths(const kh_shorten_input *input, kh_master *master, kh_arena *arena, bool *proven, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_EXPLAIN_CUT_H
#define KH_SOLVERS_EXPLAIN_CUT_H

#include "solvers/flow/keyflow.h"

/** A cut that explains why demands of a key flow are not served in full. */
typedef struct kh_cut_found {
    const bool *side;     /**< [n_nodes] true on one side; NULL: nothing was asked */
    uint32_t number;      /**< cuts with the same number are the same, below n_demands + n_nodes */
    double capacity_bps;  /**< of the links across that a demand it parts can use: each end relays or is an end of such a demand */
    double requested_bps; /**< of the joined demands that it parts */
} kh_cut_found;

/** For every joined demand with wanted[k] the cut with the highest requested / capacity among those found:
 *  balls around its ends under the prices that proved its level, cuts found for other demands, and for what is still unexplained
 *  the smallest cut between its ends. Balls are tried for at most 500 demands and smallest cuts for 200 of them, none after
 *  @p deadline_s: then a demand takes the tightest of what was found and of its two ends alone.
 *  The metric bound of a multicommodity flow is not always one cut, and under the concurrent objective a demand may be held back by
 *  a bottleneck that it does not cross: then requested <= capacity says so.
 *  @param deadline_s  of kh_clock_s(), INFINITY: none
 *  @param[out] found  [n_demands]; lives in @p arena
 *  @return KH_OK, KH_ENOMEM, KH_EINTERNAL */
kh_status kh_cut_explain(const kh_keyflow_problem *problem, const kh_keyflow *flow, const bool *wanted, double deadline_s,
                         kh_arena *arena, kh_cut_found *found, kh_error *err);

/** Fills in capacity_bps and requested_bps of a side.
 *  @param[out] across  [n_links] the links counted
 *  @param is_end       [n_nodes] scratch */
void kh_cut_measure(const kh_keyflow_problem *problem, const bool *joined, kh_cut_found *cut, bool *across, bool *is_end);

#endif

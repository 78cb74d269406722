/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_EXPLAIN_EXPLAIN_H
#define KH_SOLVERS_EXPLAIN_EXPLAIN_H

#include "core/net/net.h"
#include "core/net/plan.h"
#include "solvers/flow/keyflow.h"

/** What is known when the routes of a plan are written and the reasons are not. */
typedef struct kh_explain_input {
    const kh_net *net;
    const kh_keyflow_problem *problem; /**< nodes and links as in the network */
    const kh_keyflow *flow;
    const uint32_t *sent; /**< [problem->n_demands] the network's demand of each of the problem's */
    double deadline_s;    /**< of kh_clock_s(), after which cuts must do that cost nothing to find; INFINITY: none */
} kh_explain_input;

/** Gives every demand of the plan that is not served in full its shortfall and its cut.
 *
 *  NO_PATH: the side is all that the first end reaches over links with key, trusted or not; nothing leads out of it.
 *  UNTRUSTED: the side is the first end with the trusted nodes that it reaches; untrusted: the inner nodes to be trusted on the way
 *  with fewest of them. CAPACITY: see cut.h. What is asked across counts the demands that have a path for CAPACITY, those that
 *  have none for the other two.
 *  Demands with the same cut share its arrays.
 *  @param plan     demands' routes and rates are read, shortfall and cut written
 *  @param arena    keeps the cuts
 *  @param scratch  may be given back after the call
 *  @return KH_OK, KH_ENOMEM, KH_EINTERNAL */
kh_status kh_explain_plan(const kh_explain_input *input, kh_plan *plan, kh_arena *arena, kh_arena *scratch, kh_error *err);

#endif

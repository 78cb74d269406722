/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_RESOLVE_H
#define KH_SOLVERS_FLOW_RESOLVE_H

#include "solvers/flow/keyflow.h"

/** Exact optima of many problems that each differ a little from one: links gone or with other rates, demands left out.
 *
 *  The optimum of the one is kept as a basis of key paths (keyed.h). A change starts there: paths over links that are gone
 *  are barred and their demands go the next cheapest way, dual simplex steps make it fit, primal ones and new paths make it best.
 * The answer is proven by certificate C1 (README) under its own prices, from trees grown on what is left; should the steps not end
 * in a closed gap, the problem is solved from nothing (kh_keyflow_solve()). Changes do not see each other. */
typedef struct kh_resolve kh_resolve;

/** @param problem  concurrent; gap, cap, mps and max_min are not looked at; borrowed
 *  @return KH_OK; KH_TIMELIMIT: of the problem; others as kh_keyflow_solve() */
kh_status kh_resolve_create(const kh_keyflow_problem *problem, kh_arena *arena, kh_resolve **resolve, kh_error *err);

typedef struct kh_resolve_change {
    const double *capacity_bps; /**< [n_links] >= 0; links without a rate in the problem stay without; NULL: as in the problem */
    const bool *left_out;       /**< [n_demands] not asked for; NULL: all are */
} kh_resolve_change;

typedef struct kh_resolve_answer {
    double value;           /**< lambda of the demands that are joined; 0 without any */
    double bound;           /**< C1 */
    const double *prices;   /**< [n_links] that prove it, sum(d dist) = 1 over the joined demands; until the next call */
    const double *load_bps; /**< [n_links] when all joined demands get value * requested; until the next call */
    const bool *joined;     /**< [n_demands] asked for and a path is left; until the next call */
    size_t n_lost;          /**< demands joined in the problem, not left out, and without a path now */
    size_t n_steps;         /**< of the simplex */
    size_t n_trees;
    bool again; /**< solved from nothing */
} kh_resolve_answer;

/** The problem itself. */
const kh_resolve_answer *kh_resolve_base(const kh_resolve *resolve);

/** @return KH_OK; KH_TIMELIMIT: the problem's limit, counted from creation; KH_ERANGE: a malformed rate; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_resolve_solve(kh_resolve *resolve, const kh_resolve_change *change, kh_resolve_answer *answer, kh_error *err);

/** The routes behind the last answer, in full: value * requested for each joined demand.
 *  @param[out] flow  lives in @p arena; levels are left empty */
kh_status kh_resolve_write(const kh_resolve *resolve, kh_arena *arena, kh_keyflow *flow, kh_error *err);

/** The problem itself, once, by the same steps; nothing else takes over when they do not end in a closed gap.
 *  @param[out] flow    as of kh_resolve_write()
 *  @param[out] closed  false: they did not, and @p flow is not set
 *  @return as kh_resolve_create() */
kh_status kh_resolve_once(const kh_keyflow_problem *problem, kh_arena *arena, kh_keyflow *flow, bool *closed, kh_error *err);

#endif

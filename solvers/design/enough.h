/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_ENOUGH_H
#define KH_SOLVERS_DESIGN_ENOUGH_H

#include "solvers/design/cutset.h"

/** Does an installation carry theta times all requests, in every state (state.h)? Routes found once prove a state for as long as
 *  they fit. */

typedef enum kh_enough { KH_ENOUGH_NO, KH_ENOUGH_UNSURE, KH_ENOUGH_YES } kh_enough;

typedef struct kh_enough_tester {
    const kh_cutset_space *space;
    kh_arena *scratch;        /**< one test */
    double *capacity_bps;     /**< [n_links] of the last test */
    size_t state;             /**< the last one that did not carry all for sure */
    double *weight, bound;    /**< [n_links] prices that prove that no, or come near it; bound: what they prove */
    double **load_bps;        /**< [n_states][n_links] of theta times all, as last routed; NULL: not yet */
    kh_arena *kept;           /**< of routes */
    kh_keyflow_route *routes; /**< [n_routes] behind load_bps[0] */
    size_t n_routes;
    size_t n_tests;
    double deadline_s; /**< on kh_clock_s(), of tests by equilibrium: unsure then */
} kh_enough_tester;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_enough_init(kh_enough_tester *tester, const kh_cutset_space *space, kh_arena *arena, kh_error *err);
/** Frees the scratch. */
void kh_enough_clear(kh_enough_tester *tester);

/** Takes routes of theta times all requests without a loss, from wherever: they prove counts over which they fit.
 *  @param routes  [n_routes] copied, in any order, each from ends[0] to ends[1]
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_enough_keep(kh_enough_tester *tester, const kh_keyflow_route *routes, size_t n_routes, kh_error *err);

/** The routes kept, stretched as far as the counts allow.
 *  @param[out] fits  false: less than theta; the flow is not set
 *  @param[out] flow  value, routes and rates, in @p arena; how far it is from the optimum is not known
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_enough_recall(kh_enough_tester *tester, const double *count, kh_arena *arena, kh_keyflow *flow, bool *fits,
                           kh_error *err);

/** Routes one state by equilibrium. @return as kh_enough_test() */
kh_status kh_enough_test_state(kh_enough_tester *tester, size_t state, const double *count, double gap, kh_enough *verdict,
                               kh_error *err);

/** Routes by equilibrium, until a state fails. No linear program is solved, so it may be called inside branch and bound.
 *  @param count  [n_choices] fractions are fine
 *  @param gap    of the flow: with a smaller one fewer answers are unsure
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_enough_test(kh_enough_tester *tester, const double *count, double gap, kh_enough *verdict, kh_error *err);

/** Routes exactly; after losses only where equilibrium leaves it open.
 *  @param[out] flow  without a loss, in @p arena; its value is the share of all requests that is carried
 *  @return KH_OK; KH_TIMELIMIT; others of kh_keyflow_solve() */
kh_status kh_enough_prove(kh_enough_tester *tester, const double *count, double time_limit_s, kh_arena *arena, kh_keyflow *flow,
                          kh_enough *verdict, kh_error *err);

#endif

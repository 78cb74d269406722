/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_SECURE_H
#define KH_SOLVERS_SECURE_SECURE_H

#include "core/net/plan.h"
#include "solvers/flow/keyflow.h"
#include "solvers/secure/watch.h"

/** Key flow that stays secret from relays, concurrent or max-min: models C2, C3 and coalitions of README. Plain numbers only. */

typedef struct kh_secure_problem {
    kh_keyflow_problem flow;        /**< concurrent; of its wishes level_cap, time_limit_s, gap, lp_program and mps count */
    kh_secrecy secrecy;             /**< not NONE */
    uint32_t colluders;             /**< t: DISJOINT and RAMP any number from 0, COALITIONS 1 */
    const kh_coalition *coalitions; /**< [n_coalitions] COALITIONS */
    size_t n_coalitions;
} kh_secure_problem;

typedef struct kh_secure {
    bool complete;       /**< false: the time limit stopped it; everything else still holds */
    double value;        /**< lowest secret rate / requested of the joined demands, all stretched until a link is full */
    double bound;        /**< sum(c y) / sum(d W_k) >= the optimum of value; see README */
    double afterwards_s; /**< what who explains and checks it is taken to need of the time */
    double plain_value, plain_bound; /**< of the same demands without secrecy, a few per cent apart, more when time is short */
    double *prices;                  /**< [n_links] y, scaled so that sum(d W_k) = 1 over the joined demands */
    kh_suspicion *suspicions;        /**< [n_suspicions] COALITIONS: that prove W_k under prices, demand by demand */
    size_t n_suspicions;
    bool *joined;             /**< [n_demands] secrecy is possible at some rate */
    uint32_t *exposed_to;     /**< [n_demands] COALITIONS: the one that sees every path of a demand not joined, KH_NO_INDEX: none */
    double *rate_bps;         /**< [n_demands] secret */
    kh_keyflow_route *routes; /**< [n_routes] demand by demand. DISJOINT: every t + 1 in turn are disjoint and of one rate */
    size_t n_routes;
    double **level_prices; /**< [n_levels][n_links] prices that proved each level, the first of them prices */
    double *level;         /**< [n_levels] secret rate / requested reached, not falling */
    size_t n_levels;
    uint32_t *level_of; /**< [n_demands] level at which the demand was blocked, KH_NO_INDEX: not joined */
} kh_secure;

/** Solves. The answer lives in @p arena.
 *  @return KH_OK (also when the time limit passed: see complete); KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE (the
 * program for linear programs); KH_ENOMEM; KH_EINTERNAL Method : column generation: the restricted program of shares.h, columns
 * from quote.h */
kh_status kh_secure_solve(const kh_secure_problem *problem, kh_arena *arena, kh_secure *secure, kh_error *err);

#endif

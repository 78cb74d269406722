/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_EXPANDED_H
#define KH_SOLVERS_STORES_EXPANDED_H

#include "core/base/arena.h"
#include "solvers/flow/keyflow.h"

/** Key flow over time: periods of equal length that repeat, and in each link a store that carries its key from one period to the
 *  next. Relaying is instantaneous; key that finds the store full is lost. */
typedef struct kh_expanded_problem {
    kh_graph graph;
    size_t n_periods;            /**< >= 1 */
    double period_s;             /**< > 0 */
    const double *generated_bps; /**< [n_periods][n_links] >= 0, finite */
    const double *store_bits;    /**< [n_links] >= 0, finite */
    double start_share;          /**< [0, 1]: the first period starts, and the last one ends, with at least this much of a store */
    const double *start_bits;    /**< [n_links] 0..store_bits: it starts with this, and ends with no less; NULL: chosen */
    const kh_keyflow_demand *demands;
    size_t n_demands;
    const double *profile;         /**< [n_periods][n_demands] >= 0: what a period asks for / requested_bps; NULL: 1 throughout */
    const double *pair_store_bits; /**< [n_demands] >= 0: store of end-to-end key at the two users; NULL: none */
    double time_limit_s;           /**< INFINITY: none */
    double gap;                    /**< bound / value - 1 that is good enough; 0: the optimum */
    const char *lp_program;        /**< see kh_lp_options */
    FILE *mps;                     /**< where the program over the paths found goes; NULL: nowhere */
} kh_expanded_problem;

typedef struct kh_expanded_route {
    uint32_t period, demand;
    uint32_t *links; /**< [n_links] from one end of the demand to the other */
    size_t n_links;
    double rate_bps; /**< > 0 */
} kh_expanded_route;

typedef struct kh_expanded {
    bool complete;             /**< false: the time limit stopped it; everything else still holds */
    double value;              /**< every joined demand gets value * requested * profile in every period */
    double bound;              /**< proven by the prices, see kh_expanded_bound() */
    const char *why_open;      /**< why bound is not near value as asked, in words; NULL: it is, or no joined demand asks */
    bool *joined;              /**< [n_demands] a path exists in every period that asks; others are left out */
    double *prices;            /**< [n_periods][n_links] value that one more bit/s of this link in this period brings */
    double *pair_prices;       /**< [n_periods][n_demands] <= the length of the demand's shortest path under prices */
    double *store_value;       /**< [n_links] value that one more bit of store brings, its start_share filled */
    double *pair_store_value;  /**< [n_demands] likewise */
    double *stored_bits;       /**< [n_periods][n_links] at the start of each period */
    double *pair_stored_bits;  /**< [n_periods][n_demands] */
    kh_expanded_route *routes; /**< [n_routes] */
    size_t n_routes;
} kh_expanded;

/** Solves. The answer lives in @p arena.
 *  @return KH_OK (also when the time limit passed: see complete); KH_TIMELIMIT: not even a first look at all demands and its check
 *          fit in, by far; KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE
 *          (lp_program); KH_ENOMEM; KH_EINTERNAL
 *  Model  : MODELS G in the path formulation (README.md), T copies of the network joined by stores
 *  Cost   : an equilibrium or three over the copies, then one LP and one tree per source and period each round */
kh_status kh_expanded_solve(const kh_expanded_problem *problem, kh_arena *arena, kh_expanded *answer, kh_error *err);

/** What kh_expanded_solve() refuses. @return KH_OK; KH_ERANGE: the first number that is none, by name */
kh_status kh_expanded_check(const kh_expanded_problem *problem, kh_error *err);

/** Most that the joined demands can get, for prices of any origin, every one of them >= 0:
 *  bound = (sum y g + what the stores can earn by buying low and selling high + the same for pairs) / sum(asked * pair price).
 *  @param prices       [n_periods][n_links]
 *  @param pair_prices  [n_periods][n_demands] none above the length of the demand's shortest path under the prices of the period
 *  @param asked        sum(asked * pair price), may be NULL
 *  @return INFINITY when nothing is asked for at these prices */
double kh_expanded_bound(const kh_expanded_problem *problem, const bool *joined, const double *prices, const double *pair_prices,
                         double *asked);

/** What the bound grows by for one more bit of a link's store, start_share of it to be filled, or of a pair's. */
double kh_expanded_store_value(const kh_expanded_problem *problem, const double *prices, size_t link);
double kh_expanded_pair_store_value(const kh_expanded_problem *problem, const double *pair_prices, size_t demand);

#endif

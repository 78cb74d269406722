/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_SEARCH_H
#define KH_SOLVERS_DESIGN_SEARCH_H

#include "solvers/design/root.h"
#include "solvers/design/walk.h"

/** Good designs soon: a walk through counts that keep all inequalities known and cost less than the best design. Counts that do are
 *  routed; what they fall short of is the next inequality. */
typedef struct kh_search {
    kh_root *root;
    kh_arena *arena;
    kh_walk walk;
    double *best;               /**< [n_columns] */
    double cost;                /**< INFINITY: none yet */
    kh_keyflow flow;            /**< of it, routed exactly */
    double target;              /**< what the next design may cost */
    uint64_t n_moves, aimed_at; /**< aimed_at: n_moves when target was set */
} kh_search;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_search_init(kh_search *search, kh_root *root, kh_arena *arena, kh_error *err);

/** Makes a design the best one.
 *  @param count  [n_columns], nodes opened
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_search_take(kh_search *search, const double *count, const kh_keyflow *flow, kh_error *err);

typedef struct kh_search_limits {
    double goal; /**< a design that costs no more is good enough */
    uint64_t most_moves;
    double until_s; /**< on kh_clock_s() */
    uint64_t salt;  /**< another walk for each */
} kh_search_limits;

/** Walks from the counts of slope.h. The best is routed by equilibrium only.
 *  @return KH_OK, perhaps without a design; KH_ENOMEM; others of kh_keyflow_solve() */
kh_status kh_search_walk(kh_search *search, const kh_search_limits *limits, kh_error *err);

/** Routes the best exactly, or as it was tested if that takes too long. If neither can be done, cost is INFINITY.
 *  @return KH_OK, KH_ENOMEM, others of kh_keyflow_solve() */
kh_status kh_search_settle(kh_search *search, kh_error *err);

#endif

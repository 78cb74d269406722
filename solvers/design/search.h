/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_SEARCH_H
#define KH_SOLVERS_DESIGN_SEARCH_H

#include "solvers/design/branch.h"

/** Good designs soon: one rounded up from the relaxation, then again and again a part of the network planned anew, to proven
 *  optimality, while the rest stays. */
typedef struct kh_search {
    kh_root *root;
    kh_arena *arena;
    double *best;                          /**< [n_columns] */
    double cost;                           /**< INFINITY: none yet */
    double *proven;                        /**< [n_columns] the last best that was routed exactly */
    kh_keyflow flow;                       /**< of it */
    double *lower, *upper, *price, *count; /**< scratch, [n_columns] */
} kh_search;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_search_init(kh_search *search, kh_root *root, kh_arena *arena, kh_error *err);

/** Makes a design the best one.
 *  @param count  [n_columns], nodes opened
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_search_take(kh_search *search, const double *count, const kh_keyflow *flow, kh_error *err);

/** Rounds the relaxation's point up and takes off what is not needed.
 *  @return KH_OK, perhaps without a design; KH_ENOMEM; others of kh_keyflow_solve() */
kh_status kh_search_start(kh_search *search, kh_error *err);

/** Improves the best design until @p until_s, or until @p patience parts in a row brought nothing. */
kh_status kh_search_improve(kh_search *search, double until_s, size_t patience, kh_error *err);

#endif

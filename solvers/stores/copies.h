/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_COPIES_H
#define KH_SOLVERS_STORES_COPIES_H

#include "solvers/stores/even.h"
#include "solvers/stores/expanded.h"

/** The network once for each period: node t * n_nodes + v, link t * n_links + e. What holds for key flow (pricer, equilibrium,
 * pool) holds for all periods together; what the stores move is in the rates of the copied links. */
typedef struct kh_copies {
    const kh_expanded_problem *given;
    kh_keyflow_problem problem; /**< its capacity_bps is the array below */
    double *capacity_bps;       /**< [n_periods * n_links] generated and what the stores bring; > 0 or the link is none */
    double *asked_bps;          /**< [problem.n_demands] in its period; 0: only for the pair's store */
    uint32_t *period, *demand;  /**< [problem.n_demands] where each comes from */
    uint32_t *place;            /**< [n_periods * n_demands] in problem.demands; KH_NO_INDEX: none */
    kh_even_window *window;     /**< [n_links] */
    double *stored_bits;        /**< [n_periods * n_links] at the start of each period, behind capacity_bps */
} kh_copies;

/** Stores begin full, or with start_bits, and are evened out for the sum of all demands.
 *  @param joined  [n_demands] others are left out
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_copies_make(kh_copies *copies, const kh_expanded_problem *given, const bool *joined, kh_arena *arena, kh_error *err);

/** Evens out the stores for these loads, and sets capacity_bps.
 *  @param load_bps  [n_periods * n_links]
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_copies_even_out(kh_copies *copies, const double *load_bps, kh_arena *arena, kh_error *err);

#endif

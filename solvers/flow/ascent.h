/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_ASCENT_H
#define KH_SOLVERS_FLOW_ASCENT_H

#include "solvers/flow/keyed.h"
#include "solvers/flow/pricer.h"

/** From a basis of key paths to the largest t: simplex steps over the known paths and trees that find new ones, turn by turn, until
 *  certificate C1 (README) closes the gap. What re-solves and levels share. */
typedef struct kh_ascent {
    const kh_keyflow_problem *problem;
    const kh_pricer *pricer;
    kh_pool *pool;
    kh_keyed *basis;
    kh_arena *arena;
    double *capacity_bps;             /**< [n_links] what the basis' room is of */
    double level;                     /**< bit/s asked times this is a share of 1 */
    double deadline_s;                /**< on kh_clock_s() */
    double gap;                       /**< relative, at which it is done: 1e-11 unless more will do */
    bool to_the_end;                  /**< until no path pays, however little the gap: duals decide what comes next */
    double *price, *below, *distance; /**< [n_links], [n_demands], [n_demands] of the last trees */
    double bound;                     /**< C1, the least so far: caller's to begin with */
    double *proof;                    /**< [n_links] prices that prove it, sum(d dist) = 1 over the demands that grow */
    size_t n_trees, n_steps;
    size_t since;   /**< steps that the inverse has taken since it was made from nothing */
    double *matrix; /**< scratch of that */
    bool *kept;
} kh_ascent;

#define KH_ASCENT_GONE 1e100 /**< length of a link that is not there */

/** Room for the numbers of @p basis, which is initialised and over @p pool; capacities, level and deadline are the caller's to
 * fill.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_ascent_init(kh_ascent *ascent, const kh_pricer *pricer, kh_pool *pool, kh_keyed *basis, kh_arena *arena,
                         kh_error *err);

/** kh_keyed_rebuild() of the basis. */
bool kh_ascent_rebuild(kh_ascent *ascent);

/** Climbs until the gap is closed, or the steps end or are used up: bound and the basis' t tell.
 *  @return KH_OK; KH_TIMELIMIT: the basis is one, and feasible when it was so at the start; KH_ENOMEM */
kh_status kh_ascent_run(kh_ascent *ascent, kh_error *err);

/** Prices per bit/s: the duals, and @p soft of all links together that grows with their load, up to @p most_busy of their rate. */
void kh_ascent_set_prices(kh_ascent *ascent, double soft, double most_busy);

#endif

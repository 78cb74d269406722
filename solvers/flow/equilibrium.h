/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_EQUILIBRIUM_H
#define KH_SOLVERS_FLOW_EQUILIBRIUM_H

#include "solvers/flow/pricer.h"

typedef struct kh_equilibrium_options {
    double gap;              /**< certified gap at which it is done, > 0 */
    double least_share;      /**< paths that carry less of their demand are left out of the answer; 0: all that carry any */
    double deadline_s;       /**< on kh_clock_s(); INFINITY: none */
    double looks_left;       /**< to stop before the deadline, in times of the first look from all sources */
    const kh_keyflow *start; /**< see kh_keyflow_problem; NULL: none */
} kh_equilibrium_options;

/** A flow of all demands in full: the share of each demand on each of its paths. Stretched by 1 / congestion it fits. */
typedef struct kh_equilibrium {
    bool reached; /**< the gap was */
    size_t n_rounds;
    double look_s;     /**< what looking from all sources took the first time */
    double congestion; /**< load / rate of the busiest link; 0: no demand has a path */
    double bound;      /**< C1: no more than bound * requested of all demands with a path can be carried at once */
    double *prices;    /**< [n_links] that prove it, scaled so that sum(d dist) = 1 */
    double *share;     /**< [n_paths] of the pool */
} kh_equilibrium;

/** Path equilibration: maximum concurrent flow to a certified gap.
 *
 *  All demands are routed in full; prices y_e = exp(beta * (load_e / c_e / busiest - 1)) / c_e are the gradient of a soft maximum
 *  of congestion. A round takes source after source: its paths under nearly the present prices, then Newton steps that move flow of
 *  its demands to their cheapest paths until those in use cost the same. Prices follow each step, so that later sources see what
 *  earlier ones did; a few sweeps over the known paths follow, and beta rises with the gap that is left. When the prices met on the
 *  way promise the wanted gap, a round keeps them still: its paths are certificate C1 (README). Unused ones are forgotten.
 *
 *  @param[out] pool  initialised by the caller, empty: gets the paths that carry flow; every demand with a path gets at least one,
 *                    and its first one carries most
 *  @param arena      where the answer lives
 *  @return KH_OK, also when the gap was not reached; KH_ENOMEM. The same input gives the same answer bit for bit, unless there is a
 *          deadline
 *  Cost    : 6 to 12 rounds of one look per source (hierarchy.h)
 *  Why     : path-based traffic assignment by gradient projection, on a soft maximum of congestion; its answers stand on C1 alone
 */
kh_status kh_equilibrium_find(const kh_pricer *pricer, const kh_equilibrium_options *options, kh_pool *pool, kh_arena *arena,
                              kh_equilibrium *found, kh_error *err);

#endif

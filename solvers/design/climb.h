/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_CLIMB_H
#define KH_SOLVERS_DESIGN_CLIMB_H

#include "solvers/design/branch.h"

/** Raises the bound from one cost to the next: is there a design that costs at most so much? Each no is a new bound, the first yes
 *  at the bound itself is the optimum. */
typedef struct kh_climb_options {
    const double *lower, *upper; /**< [n_columns] of the relaxation; NULL: its own */
    double gap;
    double until_s;      /**< on kh_clock_s() */
    uint64_t most_nodes; /**< of the trees; 0: no limit */
    size_t look_depth;   /**< nodes with at most so many halves above them get cuts of their own points; 0: none */
    double growth;  /**< a step is expected to take so many times as long as the last; not begun if that is too long. 0: any is */
    bool downwards; /**< better and better designs instead, in one tree, routed by equilibrium only */
} kh_climb_options;

typedef struct kh_climb {
    double bound;  /**< in and out: no design costs less */
    double cost;   /**< in and out: of the best design; INFINITY: none is known */
    double *count; /**< [n_columns] by the caller: the best design, when found */
    bool found;    /**< a better one: count is set, flow unless downwards */
    kh_keyflow flow;
    uint64_t n_nodes;
} kh_climb;

/** @param arena  where the flow lives; NULL: it does not
 *  @return KH_OK: closed to the gap; KH_TIMELIMIT: a limit came first; KH_ENOMEM; others of kh_keyflow_solve() */
kh_status kh_climb_run(kh_climb *climb, const kh_climb_options *options, kh_root *root, kh_arena *arena, kh_error *err);

#endif

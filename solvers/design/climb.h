/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_CLIMB_H
#define KH_SOLVERS_DESIGN_CLIMB_H

#include "solvers/design/branch.h"

/** Raises the bound from one cost to the next: is there a design that costs at most so much? Each no is a new bound, the first yes
 *  at the bound itself is the optimum. */
typedef struct kh_climb {
    double bound;  /**< in and out: no design costs less */
    double cost;   /**< in and out: of the best design; INFINITY: none is known */
    double *count; /**< [n_columns] by the caller: the best design, when found */
    bool found;    /**< a better one: count and flow are set */
    kh_keyflow flow;
    double gap;
    uint64_t n_nodes;
} kh_climb;

/** @param arena  where the flow lives
 *  @return KH_OK: closed to the gap; KH_TIMELIMIT: what has been reached; KH_ENOMEM; others of kh_keyflow_solve() */
kh_status kh_climb_run(kh_climb *climb, kh_root *root, double until_s, kh_arena *arena, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_BRANCH_H
#define KH_SOLVERS_DESIGN_BRANCH_H

#include "solvers/design/root.h"

/** Branch and bound over the rows known, again and again until the routes prove the design found. */
typedef struct kh_branch_options {
    double time_limit_s;
    double gap;
    const double *incumbent; /**< [n_columns], NULL: none is known */
} kh_branch_options;

typedef struct kh_branch {
    double *count; /**< [n_columns] the design, by the caller */
    bool found;    /**< count and flow are set */
    kh_keyflow flow;
    double bound; /**< of all designs */
} kh_branch;

/** @param arena  where the flow lives
 *  @return KH_OK: optimal to the gap; KH_TIMELIMIT; KH_INFEASIBLE; others of kh_lp_solve() */
kh_status kh_branch_solve(kh_root *root, const kh_branch_options *options, kh_arena *arena, kh_branch *branch, kh_error *err);

/** Opens the nodes at which modules stand or demands end, closes the others.
 *  @param[in,out] count  [n_columns] */
void kh_branch_open_nodes(const kh_relax *relax, double *count);

/** What a design costs. */
double kh_branch_price(const kh_relax *relax, const double *count);

#endif

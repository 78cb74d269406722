/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_EXPANDED_ARCS_H
#define KH_TESTS_SOLVERS_EXPANDED_ARCS_H

#include "solvers/stores/expanded.h"

/** The time-expanded problem the other way: one LP over arcs, aggregated by source and period, with the levels of all stores; no
 *  path, no column generated. Demands that are not joined are left out.
 *  @param joined      [n_demands]
 *  @param[out] value  lambda
 *  @return as kh_lp_solve() */
kh_status kh_expanded_arcs_solve(const kh_expanded_problem *problem, const bool *joined, double *value, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_ARCS_H
#define KH_TESTS_SOLVERS_ARCS_H

#include "solvers/flow/keyflow.h"
#include "solvers/flow/total.h"

/** Maximum concurrent flow the other way: one LP over arcs, aggregated by source, all links at once, no columns generated.
 *  Demands that no path joins are left out, as in kh_keyflow_solve(). The trusted rule: nothing leaves a node that does not relay,
 * but the flow of its own source.
 *  @param joined      [n_demands] the demands that count
 *  @param[out] value  lambda
 *  @return as kh_lp_solve() */
kh_status kh_arcs_solve(const kh_keyflow_problem *problem, const bool *joined, double *value, kh_error *err);

/** Largest weighted total key rate by the same program with a column for each rate.
 *  @param problem  its floor is a number
 *  @return as kh_lp_solve() */
kh_status kh_arcs_total(const kh_total_problem *problem, const bool *joined, double *value, kh_error *err);

/** How far rates can grow: the largest t such that base_bps + t step_bps of all demands is carried at once; the same program.
 *  @param base_bps, step_bps  [n_demands] >= 0; both 0 for a demand that no path joins, some step above 0
 *  @return as kh_lp_solve(); KH_INFEASIBLE: not even the base is carried */
kh_status kh_arcs_grow(const kh_keyflow_problem *problem, const double *base_bps, const double *step_bps, double *t, kh_error *err);

/** Least sum of rate * hops of any flow that carries given rates, by the same program with lambda gone and a cost of 1 an arc.
 *  @param rate_bps   [n_demands] 0 where no path joins the ends
 *  @param[out] hops  in bit/s
 *  @return as kh_lp_solve() */
kh_status kh_arcs_shorten(const kh_keyflow_problem *problem, const double *rate_bps, double *hops, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_BUILD_BOUND_H
#define KH_SOLVERS_SITE_SITE_BUILD_BOUND_H

#include "solvers/site/site_build.h"

/** What a building plan costs at least, without its integer program; for problems too large for that and as a start for others.
 *
 *  Each demand alone, and a tree: demands that share ends are joined, so the plan holds a tree over their ends, whose sites are
 * open and whose spans have a pair each. What serves a year's demands was bought by then: at that year's prices or more where
 * nothing gets dearer with the years; otherwise the bound is 0. Trees: of the first year and the last.
 *  @param time_limit_s  of the tree
 *  @param[out] bound    INFINITY: a demand cannot be served
 *  @return as kh_site_join_bound() */
kh_status kh_site_build_bound(const kh_site_build_problem *problem, double time_limit_s, double *bound, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_OUTAGES_CHECK_H
#define KH_SOLVERS_SURVIVE_OUTAGES_CHECK_H

#include "core/base/findings.h"
#include "solvers/survive/outages.h"

/** Checks one outcome of a sweep from its routes and prices alone, sharing no code with what made it: what is gone is worked out
 *  again; routes lead from end to end over nodes that relay and links that are left, no node twice, and carry value * requested of
 *  each demand that is not listed as missing; loads fit; the bound is sum(c y) / sum(d dist) on what is left (igraph's Dijkstra);
 *  bound >= value, and no more than 1e-9 apart; demands listed as cut off are cut off, those left out have lost an end.
 *  @param losses    one or two, the second may be NULL
 *  @param findings  one error for each thing that is wrong
 *  @return KH_OK when nothing is wrong; KH_UNMET when @p findings has errors; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_outages_check(const kh_keyflow_problem *problem, const kh_loss *const losses[2], const kh_loss_outcome *outcome,
                           const kh_keyflow *flow, kh_findings *findings, kh_error *err);

/** Checks fair rates after a loss likewise: routes, loads, rates of at most what is asked for, of whom there is a path; then, level
 *  by level, under its prices y: those blocked below keep their rates r, all others at least the level, so that
 *  sum(c y) - sum_below(r dist) - level sum_others(d dist) is all that whoever is blocked here could pay more with.
 *  @param flow   of kh_served_find()
 *  @param[out] slack  no demand's rate can rise by more than this share of its request unless one with no larger share gets less;
 *                  1 proves nothing. Meaningful for KH_OK
 *  @return as kh_outages_check() */
kh_status kh_served_check(const kh_keyflow_problem *problem, const kh_loss *const losses[2], const kh_keyflow *flow,
                          kh_findings *findings, double *slack, kh_error *err);

#endif

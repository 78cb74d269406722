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

#endif

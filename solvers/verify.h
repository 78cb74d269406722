/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_VERIFY_H
#define KH_SOLVERS_VERIFY_H

#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "core/net/relaxation.h"

/** Checks a plan from the plan alone, sharing no code with the optimiser: every route joins its demand's ends over links that
 * exist, relays only at trusted nodes, no node twice; rates add up, capacities hold; value and bound are recomputed from routes and
 * prices; every cut really parts its demand and its capacity is right; costs add up.
 *  Room: verify/, one file for each kind of claim, which includes nothing of the other rooms.
 *  @param findings  one error for each thing that is wrong
 *  @return KH_OK when nothing is wrong; KH_UNMET when @p findings has errors; KH_ENOMEM */
kh_status kh_verify(const kh_net *net, const kh_rates *rates, const kh_plan *plan, kh_findings *findings, kh_error *err);

/** The same within a time: secret keys of many demands take long to check.
 *  @param until_s  on kh_clock_s()
 *  @return as kh_verify(); KH_TIMELIMIT: not all is checked */
kh_status kh_verify_until(const kh_net *net, const kh_rates *rates, const kh_plan *plan, double until_s, kh_findings *findings,
                          kh_error *err);

/** The same for the ways out of a plan that cannot serve all: each serves what it says with the changes it names, over routes that
 *  hold, and its bound follows from its prices; that of whole modules is the word of branch and bound, at most the value. */
kh_status kh_verify_relaxation(const kh_net *net, const kh_rates *rates, const kh_relaxation *relaxation, kh_findings *findings,
                               kh_error *err);

#endif

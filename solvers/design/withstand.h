/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_WITHSTAND_H
#define KH_SOLVERS_DESIGN_WITHSTAND_H

#include "solvers/design/modules.h"

/** Writes the best routes after each loss (design->after), from the optimum without one by warm steps (flow/resolve.h).
 *  @param time_limit_s  of all; INFINITY: none
 *  @param design        its counts
 *  @return KH_OK; KH_TIMELIMIT: not all are written; KH_ENOMEM; others of kh_resolve_solve() */
kh_status kh_withstand_route(const kh_modules_problem *problem, double time_limit_s, kh_arena *arena, kh_modules_design *design,
                             kh_error *err);

#endif

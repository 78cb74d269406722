/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_WITHSTAND_H
#define KH_SOLVERS_DESIGN_WITHSTAND_H

#include "solvers/design/modules.h"

/** Writes the best routes after each loss (design->after), from the optimum without one by warm steps (flow/resolve.h).
 *  @param design  its counts
 *  @return KH_OK; KH_ENOMEM; others of kh_resolve_solve() */
kh_status kh_withstand_route(const kh_modules_problem *problem, kh_arena *arena, kh_modules_design *design, kh_error *err);

#endif

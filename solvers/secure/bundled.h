/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_BUNDLED_H
#define KH_SOLVERS_SECURE_BUNDLED_H

#include "solvers/secure/secure.h"

/** Secret rates by bundles: DISJOINT and RAMP are key flow (keyflow.h) with the bundles of bundle.h in the place of paths.
 *  @param problem  sound; not COALITIONS
 *  @return as kh_secure_solve() */
kh_status kh_bundled_solve(const kh_secure_problem *problem, kh_arena *arena, kh_secure *secure, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_REROUTE_H
#define KH_SOLVERS_DESIGN_REROUTE_H

#include "solvers/design/cutset.h"

/** Cheaper routes one by one: each demand is taken off its links and goes where the modules that it needs beyond what stands there
 *  cost least. What is left over in modules costs a part of its price, less from sweep to sweep, so that demands leave links which
 *  they use little together.
 *  @param[in,out] routes  [n_demands] one of each demand, of theta times what it asks for; the cheapest met, in @p arena
 *  @param[in,out] count   [n_choices] modules for them; as it was where nothing cheaper is met
 *  @param until_s         on kh_clock_s(); the routes are whole at any time
 *  @return KH_OK, KH_ENOMEM
 *  Cost    : a shortest path for each demand and sweep, some twenty sweeps */
kh_status kh_reroute_improve(const kh_cutset_space *space, kh_keyflow_route *routes, double *count, double until_s, kh_arena *arena,
                             kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_FETCH_H
#define KH_CORE_SIM_SERVICE_FETCH_H

#include "core/net/net.h"
#include "core/net/plan.h"

/** Keys that an application asks for at once: as many as it uses within @p fetch_s seconds, but at least one, and together at most
 *  a twentieth of the smallest store on its routes, its own included, so that a request never waits for more than a store can hold.
 *  Calls ask for one key each. (Key delivery interfaces let a client ask for several keys in one call; and a busy demand costs few
 * events.)
 *  @param fetch_s  0: one key a request
 *  @return >= 1 */
double kh_fetch_keys(const kh_net *net, const kh_demand *demand, const kh_plan_demand *planned, double fetch_s);

/** How long its requests may wait for key: @p late_after_s if > 0, else the rekey period or KH_LATE_AFTER_S without one; a request
 *  for several keys may wait as long as they last. @param keys as of kh_fetch_keys() */
double kh_fetch_patience_s(const kh_demand *demand, double keys, double late_after_s, double fetch_s);

#define KH_LATE_AFTER_S 60.0

#endif

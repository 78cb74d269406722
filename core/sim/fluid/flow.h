/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_FLOW_H
#define KH_CORE_SIM_FLUID_FLOW_H

#include "core/sim/fluid/fluid.h"

/** Flows along routes, and how a change at one store goes on to those downstream. Private to the room. */

/** bit/s that are asked for at a hop: what passes the one before it. */
static inline double kh_flow_asks_bps(const kh_fluid *fluid, uint32_t hop)
{
    const kh_fluid_hop *h = &fluid->hops[hop];
    return h->is_first ? fluid->routes[h->route].asks_bps : h[-1].passes_bps;
}

/** Bits that passed a hop up to @p t_s. */
static inline double kh_flow_passed(const kh_fluid_hop *hop, double t_s)
{
    return hop->passed + hop->passes_bps * t_s;
}

static inline double kh_flow_served(const kh_fluid *fluid, const kh_fluid_route *route, double t_s)
{
    return kh_flow_passed(&fluid->hops[route->first + route->n - 1], t_s);
}

/** At the begin of every event. */
static inline void kh_flow_begin(kh_fluid *fluid)
{
    fluid->now_s = kh_s_from_ns(kh_kernel_now(fluid->kernel));
}

/** Before a link's rates change: brings its tank up to now; its sharing is looked at again by kh_flow_settle(). */
void kh_flow_touch(kh_fluid *fluid, uint32_t link);

/** Shares the demand's rate over its routes, passing over broken ones. */
void kh_flow_route(kh_fluid *fluid, uint32_t demand);

/** All flows at time 0, nothing short. */
void kh_flow_start(kh_fluid *fluid);

/** Shares anew wherever something changed, until all agree. Links that are left in `touched` need new timers. */
void kh_flow_settle(kh_fluid *fluid);

/** Bits at once through the hops of a route from @p hop on, as far as there is key. */
void kh_flow_pour(kh_fluid *fluid, uint32_t hop, double bits);

/** Requests that wait at a link take from what is in its store. */
void kh_flow_pour_waiting(kh_fluid *fluid, uint32_t link);

#endif

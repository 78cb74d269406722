/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_ROUTING_H
#define KH_CORE_SIM_SERVICE_ROUTING_H

#include "core/net/plan.h"
#include "core/sim/service/routes.h"
#include "core/sim/supply/links.h"

/** Which route a request takes.
 *
 *  The plan's: smooth weighted round robin over the demand's routes by their planned rates, no random number. A route is broken
 *  when one of its nodes is down, or one of its links is down and has too little key in store. Then the turn passes to the
 *  demand's next route that is not broken, if there is one.
 */
typedef struct kh_routing_demand {
    uint32_t *planned; /**< [n_planned] routes */
    double *rates_bps; /**< [n_planned] > 0 */
    double *turns;     /* [n_planned] credit of the weighted round robin */
    double turns_sum;
    uint32_t n_planned;
} kh_routing_demand;

typedef struct kh_routing {
    kh_links *links;
    kh_routes routes;           /**< the plan's first, then those found at run time */
    kh_routing_demand *demands; /**< [n_demands] */
    size_t n_demands;
} kh_routing;

typedef struct kh_routing_setup {
    const kh_net *net;
    const kh_plan *plan;
    kh_kernel *kernel;
    kh_links *links;
} kh_routing_setup;

/** Joins the kernel. @return KH_OK; KH_ERANGE (the plan does not fit the network); KH_ENOMEM */
kh_status kh_routing_init(kh_routing *routing, const kh_routing_setup *setup, kh_arena *arena, kh_error *err);

/** The route of a request of a demand now.
 *  @param bits  that it takes of every link; @param first whether it may use the reserve
 *  @return KH_NO_INDEX: there is none */
uint32_t kh_routing_choose(kh_routing *routing, uint32_t demand, int64_t bits, bool first);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_ROUTING_H
#define KH_CORE_SIM_SERVICE_ROUTING_H

#include "core/net/plan.h"
#include "core/sim/service/classes.h"
#include "core/sim/service/disjoint.h"
#include "core/sim/service/paths.h"
#include "core/sim/service/policy.h"
#include "core/sim/service/price.h"
#include "core/sim/service/restoration.h"
#include "core/sim/service/routes.h"
#include "core/sim/supply/links.h"

/** Which route a request takes; no policy draws a random number. A request under way keeps its route.
 *
 *  plan      smooth weighted round robin over the plan's routes by their rates. A route is broken when one of its nodes is down, or
 *            one of its links is down and has too little key in store. Then the turn passes to the demand's next route that is not
 *            broken, if there is one. O(1) a request while all works.
 *  restore   the same; and what restoration.h says while all planned routes are down.
 *  shortest  fewest hops over links that are up, ties by paths.h. Sought again at the demand's first request after a link of the
 *            route went down or any link came up. When there is none the last route is kept: its stores may still hold key.
 *  adaptive  cheapest by price.h over links that are up, or have key for the request and both ends up. Sought again at the demand's
 *            first request after a link went down or up, or when the route is refresh_s old: so old are levels at most.
 *
 *  With disjoint_paths = k > 1 a request takes k disjoint routes at once (disjoint.h), or as many as there are: plan those of least
 *  hops when all is up, for good; the others as above, where a route stands for all k of them.
 *
 *  shortest, adaptive and disjoint paths do not look at the plan. Links that make no key and have none at the start take no part.
 */
typedef struct kh_routing_set {
    uint32_t routes[KH_MOST_PATHS];
    uint32_t n;
    bool by_node; /**< disjoint but for the ends; false: they share a node, not a link */
} kh_routing_set;

typedef struct kh_routing_demand {
    uint32_t *planned; /**< [n_planned] routes */
    double *rates_bps; /**< [n_planned] > 0 */
    double *turns;     /* [n_planned] credit of the weighted round robin */
    double turns_sum;
    uint32_t n_planned;
    uint32_t from, to;
    /* of shortest and adaptive: */
    uint32_t home;    /**< fewest hops when all is up; KH_NO_INDEX: none, or not sought yet */
    uint32_t present; /**< KH_NO_INDEX: none */
    uint64_t version; /* of the routing when the present one was sought; 0: never */
    kh_ns sought_at;
    uint64_t rerouted; /**< requests of the present statistics that took another route than the one whose turn it was, or home */
} kh_routing_demand;

typedef struct kh_routing {
    kh_kernel *kernel;
    kh_links *links;
    kh_routing_options options;
    kh_classes classes;
    kh_ns refresh;
    kh_routes routes;           /**< the plan's first, then those found at run time */
    kh_routing_demand *demands; /**< [n_demands] */
    size_t n_demands;
    kh_routing_set *sets;  /**< [n_demands] taken by requests, after kh_routing_choose(); NULL: they take one route */
    kh_routing_set *homes; /**< [n_demands] */
    kh_disjoint disjoint;
    kh_paths paths;      /* this and the next: not with the plan's routes */
    double *refill_bits; /* [n_links] key made in one refresh time while up */
    kh_price_table prices;
    uint64_t version, last_up; /* changes of what is up, from 1; the last one by which a link came up */
    kh_restoration restoration;
} kh_routing;

typedef struct kh_routing_setup {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan;
    kh_kernel *kernel;
    kh_links *links;
    kh_routing_options options;
    kh_class_options classes;
} kh_routing_setup;

/** Joins the kernel; with other policies than the plan's listens to the links.
 *  @return KH_OK; KH_ERANGE (the plan does not fit the network, or an option is out of range); KH_ENOMEM */
kh_status kh_routing_init(kh_routing *routing, const kh_routing_setup *setup, kh_arena *arena, kh_error *err);

/** The route of a request of a demand now. A failure is kept in the event queue's status.
 *  @param bits  that it takes of every link; @param rank its class
 *  @return KH_NO_INDEX: there is none */
uint32_t kh_routing_choose(kh_routing *routing, uint32_t demand, int64_t bits, uint32_t rank);

/** The only route that the demand ever takes, which then need not be chosen. @return KH_NO_INDEX: there is no such */
uint32_t kh_routing_fixed(const kh_routing *routing, uint32_t demand);

/** True when no store on the route is too low for a new request of the class. */
bool kh_routing_admits(const kh_routing *routing, uint32_t route, uint32_t rank);

#endif

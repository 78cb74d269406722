/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_BORDERS_H
#define KH_CORE_SIM_SERVICE_BORDERS_H

#include "core/sim/service/relay.h"

/** Keys that pass from one domain to another.
 *
 *  A link between two domains is a border: a hop over it takes the handover_s of both in addition, and every key that was served
 *  over it was handed over. A domain in which neither end of a route lies carries the keys of that route for others: transit,
 *  counted each time that the route enters it (and for every share, when a key goes as shares over several routes).
 *  Nodes without a domain belong to nobody. A network of less than two domains has no borders, and nothing is counted. */
typedef struct kh_borders_load {
    double keys, bits; /**< served since the start of the statistics */
} kh_borders_load;

typedef struct kh_borders {
    const kh_net *net;
    const kh_relay *relay;
    kh_arena *arena;
    kh_ns *handover;         /**< [n_links] in addition to the latency of a hop; NULL: none anywhere */
    kh_borders_load *routes; /* [n_routes] by number in the pool of the routing, those served so far */
    size_t n_routes, routes_capacity;
    kh_borders_load *transit;     /**< [n_domains] see kh_borders_sum() */
    kh_borders_load *handed_over; /**< [n_links] */
} kh_borders;

/** Finds the borders; the first step, before the relay is set up. @return KH_OK; KH_ENOMEM */
kh_status kh_borders_init(kh_borders *borders, const kh_net *net, kh_arena *arena, kh_error *err);

/** Joins the kernel and watches what the relay serves, where there are domains; the second step.
 *  @return KH_OK; KH_ELIMIT */
kh_status kh_borders_watch(kh_borders *borders, kh_relay *relay, kh_error *err);

/** Sums up transit and handed_over, from what was served over each route. */
void kh_borders_sum(kh_borders *borders);

#endif

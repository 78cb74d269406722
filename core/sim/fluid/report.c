/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/flow.h"

#include <math.h>

/* What one demand's routes add up to, in bits and bit s. */
typedef struct sums {
    double asked, served, late, waiting, area, blocked_wait, relay_s;
} sums;

static void add_waiting(const kh_fluid *fluid, const kh_fluid_route *route, double t_s, sums *sum)
{
    double patience_s = fluid->demands[route->demand].patience_s, arrived = route->asked + route->asks_bps * t_s;
    for (uint32_t i = route->first; i < route->first + route->n; i++) {
        const kh_fluid_wait *wait = &fluid->waits[i];
        double passed = kh_flow_passed(&fluid->hops[i], t_s), more = wait->bits - wait->at_start;
        sum->waiting += more;
        sum->blocked_wait += (arrived - passed - more) * patience_s;
        sum->area += wait->area;
        arrived = passed;
    }
}

static void add_route(const kh_fluid *fluid, const kh_fluid_route *route, double t_s, sums *sum)
{
    double served = kh_flow_served(fluid, route, t_s);
    sum->asked += route->asked + route->asks_bps * t_s;
    sum->served += served;
    sum->late += route->late + (route->waits > 0 ? served - route->late_mark : 0);
    sum->relay_s += served * route->n * fluid->hop_latency_s;
    if (fluid->demands[route->demand].group < KH_FLUID_HASTY_FIRST)
        add_waiting(fluid, route, t_s, sum);
}

/* Time in which requests waited, and of the rest the share in which the last one was blocked (MATHS.md, 5). */
static double starved_s(const kh_fluid *fluid, const kh_fluid_demand *demand, const sums *sum)
{
    double all_s = kh_s_from_ns(fluid->present - fluid->start), waited_s = demand->waited_s, served_then = demand->served_waiting;
    if (demand->waits > 0) {
        waited_s += kh_s_from_ns(fluid->present - demand->waits_since);
        served_then += sum->served - demand->served_mark;
    }
    if (!(demand->rate_bps > 0))
        return 0;
    double missed_s = all_s - waited_s - (sum->served - served_then) / demand->rate_bps;
    return fmin(waited_s + fmax(missed_s, 0), all_s);
}

kh_fluid_service kh_fluid_served(const kh_fluid *fluid, uint32_t index)
{
    const kh_fluid_demand *demand = &fluid->demands[index];
    double t_s = kh_s_from_ns(fluid->present), all_s = kh_s_from_ns(fluid->present - fluid->start);
    sums sum = {0};
    for (uint32_t i = 0; i < demand->n_routes; i++)
        add_route(fluid, &fluid->routes[demand->first_route + i], t_s, &sum);
    double key_bits = demand->rate_bps > 0 ? demand->key_bits : 1, requests = demand->rate_bps * all_s / key_bits;
    double blocked = fmax(sum.asked - sum.served - sum.waiting, 0);
    double unserved = demand->n_routes == 0 ? requests : blocked / key_bits;
    kh_fluid_service service = {.requests = requests,
                                .served = fmax(sum.served, 0) / key_bits,
                                .late = fmax(sum.late, 0) / key_bits,
                                .blocked = unserved,
                                .delivered_bits = fmax(sum.served, 0),
                                .mean_wait_s = (double)NAN,
                                .starved_s = starved_s(fluid, demand, &sum)};
    if (sum.served > 0)
        service.mean_wait_s = (fmax(sum.area - sum.blocked_wait, 0) + sum.relay_s) / sum.served;
    return service;
}

/* Bits that began to wait at hops after this one and wait still. */
static double waiting_after(const kh_fluid *fluid, uint32_t hop)
{
    double bits = 0;
    for (uint32_t k = hop; !fluid->hops[k].is_last; k++)
        bits += fluid->waits[k + 1].bits - fluid->waits[k + 1].at_start;
    return bits;
}

kh_fluid_ledger kh_fluid_ledger_of(const kh_fluid *fluid, uint32_t index)
{
    const kh_fluid_link *link = &fluid->tanks[index];
    const kh_tank *tank = &link->tank;
    double t_s = kh_s_from_ns(fluid->present);
    kh_fluid_ledger ledger = {.initial = tank->initial,
                              .generated = tank->generated,
                              .lost = tank->lost,
                              .stored = fmin(fmax(tank->level, 0), tank->capacity),
                              .lowest = fmax(tank->lowest, 0)};
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t hop = fluid->hops_of_links[link->first_hop + i];
        const kh_fluid_route *route = &fluid->routes[fluid->hops[hop].route];
        bool patient = fluid->hops[hop].group < KH_FLUID_HASTY_FIRST;
        double passed = kh_flow_passed(&fluid->hops[hop], t_s), useful = kh_flow_served(fluid, route, t_s);
        useful = fmax(useful + (patient ? waiting_after(fluid, hop) : 0), 0); /* not what was taken before the statistics */
        *(hop == route->first ? &ledger.delivered : &ledger.relayed) += useful;
        ledger.lost += passed - useful;
    }
    return ledger;
}

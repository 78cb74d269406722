/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/flow.h"

#include <math.h>

/* What one demand's routes add up to, in bits and bit s. */
typedef struct sums {
    double asked, served, late, waiting, blocked, area, blocked_wait, relay_s;
} sums;

static void add_route(const kh_fluid *fluid, const kh_fluid_route *route, double t_s, sums *sum)
{
    const kh_fluid_demand *demand = &fluid->demands[route->demand];
    double arrived = route->asked + route->asks_bps * t_s, served = kh_flow_served(fluid, route, t_s);
    sum->asked += arrived;
    for (uint32_t i = route->first; i < route->first + route->n; i++) {
        double passed = kh_flow_passed(&fluid->hops[i], t_s);
        double more = fluid->waits[i].bits - fluid->waits[i].at_start, blocked = arrived - passed - more;
        sum->waiting += more;
        sum->blocked += blocked;
        sum->area += fluid->waits[i].area;
        sum->blocked_wait += demand->group < KH_FLUID_HASTY_FIRST ? blocked * demand->patience_s : 0;
        arrived = passed;
    }
    sum->served += served;
    sum->late += route->late + (route->waits > 0 ? served - route->late_mark : 0);
    sum->relay_s += served * route->n * fluid->hop_latency_s;
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
    double unserved = demand->n_routes == 0 ? requests : fmax(sum.blocked, 0) / key_bits;
    kh_fluid_service service = {.requests = requests,
                                .served = sum.served / key_bits,
                                .late = sum.late / key_bits,
                                .blocked = unserved,
                                .delivered_bits = sum.served,
                                .mean_wait_s = (double)NAN,
                                .starved_s = starved_s(fluid, demand, &sum)};
    if (sum.served > 0)
        service.mean_wait_s = (fmax(sum.area - sum.blocked_wait, 0) + sum.relay_s) / sum.served;
    return service;
}

/* What was blocked at a hop, after it passed those before. */
static double blocked_at(const kh_fluid *fluid, uint32_t hop, double t_s)
{
    const kh_fluid_wait *wait = &fluid->waits[hop];
    double arrived = kh_flow_passed(&fluid->hops[hop - 1], t_s), passed = kh_flow_passed(&fluid->hops[hop], t_s);
    return fmax(arrived - passed - (wait->bits - wait->at_start), 0);
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
        double lost = 0;
        for (uint32_t k = hop + 1; k < route->first + route->n; k++)
            lost += blocked_at(fluid, k, t_s);
        ledger.lost += lost;
        *(hop == route->first ? &ledger.delivered : &ledger.relayed) += kh_flow_passed(&fluid->hops[hop], t_s) - lost;
    }
    return ledger;
}

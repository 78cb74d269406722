/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/wait.h"

#include "core/sim/fluid/flow.h"

#include <math.h>

void kh_wait_advance_rooms(kh_fluid_link *link, kh_ns now)
{
    double seconds = kh_s_from_ns(now - link->tank.since);
    for (int i = 0; i < 2; i++)
        link->rooms[i].bits = fmax(link->rooms[i].bits + link->rooms[i].rate_bps * seconds, 0);
}

void kh_wait_advance(kh_fluid_wait *wait, kh_ns now)
{
    double seconds = kh_s_from_ns(now - wait->since), more = wait->rate_bps * seconds;
    wait->area += (wait->bits + more / 2) * seconds;
    wait->bits = fmax(wait->bits + more, 0);
    wait->since = now;
}

/* --- who is said to be waiting --- */

static double served_by(const kh_fluid *fluid, const kh_fluid_demand *demand)
{
    double bits = 0, t_s = fluid->now_s;
    for (uint32_t i = 0; i < demand->n_routes; i++)
        bits += kh_flow_served(fluid, &fluid->routes[demand->first_route + i], t_s);
    return bits;
}

static void begin_demand(kh_fluid *fluid, kh_fluid_demand *demand)
{
    if (demand->waits++ > 0)
        return;
    demand->waits_since = kh_kernel_now(fluid->kernel);
    demand->served_mark = served_by(fluid, demand);
}

static void end_demand(kh_fluid *fluid, kh_fluid_demand *demand)
{
    if (--demand->waits > 0)
        return;
    demand->waited_s += kh_s_from_ns(kh_kernel_now(fluid->kernel) - demand->waits_since);
    demand->served_waiting += served_by(fluid, demand) - demand->served_mark;
}

static void set_waits(kh_fluid *fluid, uint32_t hop, bool waits)
{
    kh_fluid_wait *wait = &fluid->waits[hop];
    kh_fluid_route *route = &fluid->routes[fluid->hops[hop].route];
    kh_fluid_demand *demand = &fluid->demands[route->demand];
    if (wait->waits == waits)
        return;
    wait->waits = waits;
    double served = kh_flow_served(fluid, route, fluid->now_s);
    if (waits && route->waits++ == 0) {
        route->late_mark = served;
        begin_demand(fluid, demand);
    }
    if (!waits && --route->waits == 0) {
        route->late += served - route->late_mark;
        end_demand(fluid, demand);
    }
}

/* A hop where nothing is asked for and nothing waits is none at which its demand waits. */
static bool is_waiting(const kh_fluid *fluid, uint32_t hop, kh_fluid_mode mode)
{
    double dust = 1e-9 * fluid->demands[fluid->routes[fluid->hops[hop].route].demand].rate_bps;
    return mode != KH_FLUID_CALM && (kh_flow_asks_bps(fluid, hop) > dust || fluid->waits[hop].bits > dust);
}

/* --- rooms --- */

void kh_wait_change(kh_fluid *fluid, uint32_t hop, double kept_bps)
{
    kh_fluid_link *link = &fluid->tanks[fluid->hops[hop].link];
    kh_fluid_room *room = &link->rooms[fluid->hops[hop].group];
    kh_fluid_wait *wait = &fluid->waits[hop];
    kh_wait_advance(wait, kh_kernel_now(fluid->kernel));
    if (room->mode == KH_FLUID_GROWS) {
        wait->rate_bps += kept_bps;
        room->rate_bps += kept_bps;
    }
    bool gone = kh_flow_asks_bps(fluid, hop) <= 1e-9 * fluid->demands[fluid->routes[fluid->hops[hop].route].demand].rate_bps;
    if (room->mode == KH_FLUID_FULL && gone) { /* nobody asks on this route any more */
        room->bits = fmax(room->bits - wait->bits, 0);
        wait->bits = 0;
    }
    set_waits(fluid, hop, is_waiting(fluid, hop, room->mode));
}

void kh_wait_set_shares(kh_fluid *fluid, uint32_t link_index, int rank)
{
    const kh_fluid_link *link = &fluid->tanks[link_index];
    double sum = 0;
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t hop = fluid->hops_of_links[link->first_hop + i];
        if (fluid->hops[hop].group != rank)
            continue;
        kh_wait_advance(&fluid->waits[hop], kh_kernel_now(fluid->kernel));
        sum += fluid->waits[hop].bits;
    }
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t hop = fluid->hops_of_links[link->first_hop + i];
        if (fluid->hops[hop].group == rank)
            fluid->waits[hop].share = sum > 0 ? fluid->waits[hop].bits / sum : 0;
    }
}

void kh_wait_share(kh_fluid *fluid, uint32_t link_index, int rank, const kh_sharing *sharing)
{
    kh_fluid_link *link = &fluid->tanks[link_index];
    kh_fluid_room *room = &link->rooms[rank];
    kh_fluid_mode mode = sharing->mode[rank];
    if (mode == KH_FLUID_CALM && room->mode == KH_FLUID_CALM)
        return;
    room->mode = mode;
    room->surplus_bps = sharing->surplus_bps[rank];
    room->rate_bps = 0;
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t hop = fluid->hops_of_links[link->first_hop + i];
        if (fluid->hops[hop].group != rank)
            continue;
        kh_fluid_wait *wait = &fluid->waits[hop];
        kh_wait_advance(wait, kh_kernel_now(fluid->kernel));
        wait->rate_bps = 0;
        if (mode == KH_FLUID_CALM)
            wait->bits = 0;
        if (mode == KH_FLUID_GROWS)
            wait->rate_bps = kh_flow_asks_bps(fluid, hop) - fluid->hops[hop].passes_bps;
        if (mode == KH_FLUID_DRAINS)
            wait->rate_bps = -room->surplus_bps * wait->share;
        room->rate_bps += wait->rate_bps;
        set_waits(fluid, hop, is_waiting(fluid, hop, mode));
    }
    if (mode == KH_FLUID_CALM)
        room->bits = 0;
}

void kh_wait_cut(kh_fluid *fluid, uint32_t link_index, int rank)
{
    kh_fluid_link *link = &fluid->tanks[link_index];
    kh_fluid_room *room = &link->rooms[rank];
    double limit = fmax(room->limit, 0), keep = room->bits > 0 ? limit / room->bits : 0;
    room->bits = limit;
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t hop = fluid->hops_of_links[link->first_hop + i];
        if (fluid->hops[hop].group != rank)
            continue;
        kh_wait_advance(&fluid->waits[hop], kh_kernel_now(fluid->kernel));
        fluid->waits[hop].bits *= keep;
        set_waits(fluid, hop, is_waiting(fluid, hop, room->mode));
    }
}

void kh_wait_add(kh_fluid *fluid, uint32_t hop, double bits)
{
    kh_fluid_room *room = &fluid->tanks[fluid->hops[hop].link].rooms[fluid->hops[hop].group];
    kh_wait_advance(&fluid->waits[hop], kh_kernel_now(fluid->kernel));
    fluid->waits[hop].bits += bits;
    room->bits += bits;
    set_waits(fluid, hop, is_waiting(fluid, hop, room->mode));
}

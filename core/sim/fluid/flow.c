/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/flow.h"

#include "core/sim/fluid/wait.h"

#include <math.h>

/* A change smaller than this part of a store's inflow is none. */
static const double ROUNDING = 1e-11;
/* So many hops are worked on exactly in one event; then changes below the tolerance may wait for the next settling, at most
 * SETTLE_S away. Flows through short stores in a ring act on each other without end, each time less. */
enum { EXACT_WORK = 128 };
static const double TOLERANCE = 1e-3, SETTLE_S = 60;

static void append(kh_fluid *fluid, struct kh_fluid_list *list, uint32_t link)
{
    list->links[(list->head + list->n++) % fluid->n_links] = link;
}

static void queue_link(kh_fluid *fluid, uint32_t link)
{
    if (fluid->tanks[link].queued)
        return;
    fluid->tanks[link].queued = true;
    append(fluid, &fluid->queued, link);
}

/* A store with key for all goes on as before whatever is asked of it. */
static bool is_short(const kh_fluid_link *link)
{
    return link->position != KH_FLUID_FREE || link->tank.level <= link->tank.reserve + link->dust_bits;
}

static void bring_up(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    kh_ns now = kh_kernel_now(fluid->kernel);
    if (link->touched)
        return;
    link->touched = true;
    append(fluid, &fluid->touched, index);
    kh_wait_advance_rooms(link, now);
    kh_tank_advance_recorded(&link->tank, now, &fluid->recorders[index]);
    link->may_be_short = is_short(link);
}

void kh_flow_touch(kh_fluid *fluid, uint32_t index)
{
    bring_up(fluid, index);
    queue_link(fluid, index);
}

static void set_passing(kh_fluid *fluid, kh_fluid_hop *hop, double change_bps)
{
    hop->passes_bps += change_bps;
    hop->passed -= change_bps * fluid->now_s;
    fluid->tanks[hop->link].tank.takes_bps += change_bps;
}

static void limit_room(kh_fluid *fluid, uint32_t at, double change_bps, double out_bps)
{
    const kh_fluid_hop *hop = &fluid->hops[at];
    kh_fluid_room *room = &fluid->tanks[hop->link].rooms[hop->group];
    room->limit += change_bps * fluid->demands[fluid->routes[hop->route].demand].patience_s;
    if (room->mode != KH_FLUID_CALM)
        kh_wait_change(fluid, at, change_bps - out_bps);
}

/* What arrives at a hop changes, and all the way downstream. */
static void send(kh_fluid *fluid, uint32_t at, double change_bps)
{
    for (bool more = true; more && change_bps != 0; at++) {
        kh_fluid_hop *hop = &fluid->hops[at];
        kh_fluid_link *link = &fluid->tanks[hop->link];
        if (!link->touched)
            bring_up(fluid, hop->link);
        if (link->may_be_short && !link->queued)
            queue_link(fluid, hop->link);
        link->arrives_bps[hop->group] += change_bps;
        double out_bps = change_bps * link->factor[hop->group];
        set_passing(fluid, hop, out_bps);
        if (hop->group < KH_FLUID_HASTY_FIRST)
            limit_room(fluid, at, change_bps, out_bps);
        change_bps = out_bps;
        more = !hop->is_last;
        fluid->work++;
    }
}

/* --- routes --- */

static void set_asking(kh_fluid *fluid, kh_fluid_route *route, double asks_bps)
{
    double change_bps = asks_bps - route->asks_bps;
    route->asks_bps = asks_bps;
    route->asked -= change_bps * fluid->now_s;
    send(fluid, route->first, change_bps);
}

void kh_flow_route(kh_fluid *fluid, uint32_t index)
{
    const kh_fluid_demand *demand = &fluid->demands[index];
    kh_fluid_route *routes = &fluid->routes[demand->first_route];
    for (uint32_t i = 0; i < demand->n_routes; i++)
        routes[i].target_bps = 0;
    for (uint32_t i = 0; i < demand->n_routes; i++) {
        uint32_t to = i;
        for (uint32_t k = 0; k < demand->n_routes && routes[to].broken > 0; k++)
            to = (to + 1) % demand->n_routes; /* back at the turn's own route when all are broken */
        routes[to].target_bps += routes[i].share * demand->rate_bps;
    }
    for (uint32_t i = 0; i < demand->n_routes; i++)
        if (routes[i].target_bps != routes[i].asks_bps)
            set_asking(fluid, &routes[i], routes[i].target_bps);
}

void kh_flow_start(kh_fluid *fluid)
{
    for (uint32_t i = 0; i < fluid->n_links; i++)
        for (int group = 0; group < KH_FLUID_GROUPS; group++)
            fluid->tanks[i].factor[group] = 1;
    for (uint32_t i = 0; i < fluid->n_demands; i++)
        kh_flow_route(fluid, i);
}

/* @return whether that was news */
static bool set_useless(kh_fluid *fluid, kh_fluid_link *link, int rank, bool useless)
{
    if (link->useless[rank] == useless)
        return false;
    link->useless[rank] = useless;
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t hop = fluid->hops_of_links[link->first_hop + i];
        kh_fluid_route *route = &fluid->routes[fluid->hops[hop].route];
        if (fluid->hops[hop].group % 2 != rank)
            continue;
        route->broken += useless ? 1 : -1U;
        bool turned = route->broken == (useless ? 1 : 0);
        if (turned && fluid->demands[route->demand].n_routes > 1)
            kh_flow_route(fluid, route->demand);
    }
    return true;
}

/* A link that is down, and has no key left, breaks its routes. @return whether that was news */
static bool update_useless(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    bool down = !kh_links_up(fluid->links, index), empty = link->position == KH_FLUID_EMPTY;
    bool none_for_others = empty || link->position == KH_FLUID_AT_RESERVE || link->position == KH_FLUID_BELOW;
    bool first = set_useless(fluid, link, 0, link->closed || (down && empty));
    bool others = set_useless(fluid, link, 1, link->closed || (down && none_for_others));
    return first || others;
}

/* --- sharing --- */

/* By how much what passes would change, and what passes now. */
static double moved_bps(const kh_fluid_link *link, const kh_sharing *sharing, double *passes_bps)
{
    double moved = 0;
    *passes_bps = 0;
    for (int i = 0; i < KH_FLUID_GROUPS; i++) {
        moved += fabs(sharing->factor[i] - link->factor[i]) * fabs(link->arrives_bps[i]);
        *passes_bps += link->factor[i] * link->arrives_bps[i];
    }
    for (int i = 0; i < 2; i++) {
        moved += fabs(sharing->surplus_bps[i] - link->rooms[i].surplus_bps);
        *passes_bps += link->rooms[i].surplus_bps;
    }
    return moved;
}

static bool is_settled(kh_fluid *fluid, uint32_t index, const kh_sharing *sharing)
{
    kh_fluid_link *link = &fluid->tanks[index];
    for (int i = 0; i < 2; i++)
        if (sharing->mode[i] != link->rooms[i].mode)
            return false;
    double passes_bps, moved = moved_bps(link, sharing, &passes_bps), inflow_bps = kh_tank_inflow_bps(&link->tank);
    if (moved <= ROUNDING * inflow_bps)
        return true;
    if (fluid->work < EXACT_WORK || moved > TOLERANCE * inflow_bps || passes_bps > inflow_bps)
        return false;
    if (!link->deferred)
        append(fluid, &fluid->deferred, index);
    link->deferred = true;
    return true;
}

static void apply(kh_fluid *fluid, uint32_t index, const kh_sharing *sharing)
{
    kh_fluid_link *link = &fluid->tanks[index];
    for (int rank = 0; rank < 2; rank++)
        if (sharing->mode[rank] == KH_FLUID_DRAINS && link->rooms[rank].mode != KH_FLUID_DRAINS)
            kh_wait_set_shares(fluid, index, rank);
    for (int group = 0; group < KH_FLUID_GROUPS; group++)
        link->factor[group] = sharing->factor[group];
    for (uint32_t i = 0; i < link->n_hops; i++) {
        uint32_t at = fluid->hops_of_links[link->first_hop + i];
        kh_fluid_hop *hop = &fluid->hops[at];
        double passes_bps = kh_flow_asks_bps(fluid, at) * sharing->factor[hop->group];
        if (hop->group < KH_FLUID_HASTY_FIRST)
            passes_bps += sharing->surplus_bps[hop->group] * fluid->waits[at].share;
        double change_bps = passes_bps - hop->passes_bps;
        if (change_bps == 0)
            continue;
        set_passing(fluid, hop, change_bps);
        if (!hop->is_last)
            send(fluid, at + 1, change_bps);
    }
    fluid->work += link->n_hops;
    for (int rank = 0; rank < 2; rank++)
        kh_wait_share(fluid, index, rank, sharing);
}

static void share_anew(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    for (int rank = 0; rank < 2; rank++)
        if (link->rooms[rank].bits > fmax(link->rooms[rank].limit, 0) * (1 + 1e-12) + 1e-9)
            kh_wait_cut(fluid, index, rank);
    kh_sharing sharing = kh_sharing_of(link);
    link->position = sharing.position;
    if (update_useless(fluid, index))
        sharing = kh_sharing_of(link);
    link->position = sharing.position;
    link->may_be_short = link->may_be_short || is_short(link);
    if (!is_settled(fluid, index, &sharing))
        apply(fluid, index, &sharing);
}

static void settle_later(kh_fluid *fluid)
{
    if (fluid->deferred.n == 0 || fluid->settles_later)
        return;
    fluid->settles_later = true;
    kh_queue_push(&fluid->kernel->queue, kh_kernel_now(fluid->kernel) + kh_ns_from_s(SETTLE_S), fluid->settle, 1);
}

void kh_flow_settle(kh_fluid *fluid)
{
    struct kh_fluid_list *list = &fluid->queued;
    fluid->work = 0;
    while (list->n > 0) {
        uint32_t link = list->links[list->head];
        list->head = (list->head + 1) % fluid->n_links;
        list->n--;
        fluid->tanks[link].queued = false;
        share_anew(fluid, link);
    }
    settle_later(fluid);
}

/* --- at once --- */

static double there_for(const kh_fluid_link *link, kh_fluid_group group)
{
    double kept = group % 2 == 0 ? 0 : link->tank.reserve;
    return link->position == KH_FLUID_FREE ? fmax(link->tank.level - kept, 0) : 0;
}

void kh_flow_pour(kh_fluid *fluid, uint32_t first, double bits)
{
    const kh_fluid_route *route = &fluid->routes[fluid->hops[first].route];
    kh_fluid_group group = fluid->hops[first].group;
    for (uint32_t i = first; i < route->first + route->n && bits > 0; i++) {
        kh_fluid_hop *hop = &fluid->hops[i];
        kh_fluid_link *link = &fluid->tanks[hop->link];
        kh_flow_touch(fluid, hop->link);
        double passes = fmin(bits, there_for(link, group));
        kh_tank_take(&link->tank, passes);
        hop->passed += passes;
        if (passes < bits && group < KH_FLUID_HASTY_FIRST)
            kh_wait_add(fluid, i, bits - passes);
        bits = passes;
    }
}

void kh_flow_pour_waiting(kh_fluid *fluid, uint32_t index)
{
    kh_fluid_link *link = &fluid->tanks[index];
    for (int rank = 0; rank < 2; rank++) {
        kh_fluid_room *room = &link->rooms[rank];
        double share = room->bits > 0 ? fmin(there_for(link, (kh_fluid_group)rank) / room->bits, 1) : 0;
        for (uint32_t i = 0; i < link->n_hops && share > 0; i++) {
            uint32_t hop = fluid->hops_of_links[link->first_hop + i];
            if (fluid->hops[hop].group != rank)
                continue;
            kh_fluid_wait *wait = &fluid->waits[hop];
            kh_wait_advance(wait, kh_kernel_now(fluid->kernel));
            double bits = wait->bits * share;
            wait->bits -= bits;
            room->bits = fmax(room->bits - bits, 0);
            kh_flow_pour(fluid, hop, bits);
        }
        if (share >= 1)
            room->bits = 0;
    }
}

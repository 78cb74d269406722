/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/setup.h"

#include "core/sim/service/fetch.h"

#include <math.h>

/* Less patience than this is none. */
static const double LEAST_PATIENCE_S = 1e-6;

/* In ninety years this is not one bit; and what sums of many changes may be off, of the rates in them. */
static const double DUST_BPS = 1e-10, ROUNDING = 1e-13;
/* What the clock's nanosecond leaves in a store. */
static const double DUST_BITS = 1e-6, DUST_S = 4e-9;

static kh_status count(kh_fluid *fluid, const kh_fluid_setup *setup, kh_error *err)
{
    size_t n_routes = 0;
    for (size_t i = 0; i < setup->plan->n_demands; i++) {
        const kh_plan_demand *planned = &setup->plan->demands[i];
        n_routes += planned->n_routes;
        for (size_t k = 0; k < planned->n_routes; k++)
            fluid->n_hops += planned->routes[k].n_links;
    }
    if (n_routes >= UINT32_MAX || fluid->n_hops >= UINT32_MAX)
        return kh_fail(err, KH_ELIMIT, "%zu routes of %zu hops are more than can be played", n_routes, fluid->n_hops);
    fluid->n_routes = (uint32_t)n_routes;
    return KH_OK;
}

static kh_status allocate(kh_fluid *fluid, kh_arena *arena, kh_error *err)
{
    fluid->tanks = KH_NEW(arena, kh_fluid_link, fluid->n_links);
    fluid->recorders = KH_NEW(arena, kh_recorder, fluid->n_links);
    fluid->hops = KH_NEW(arena, kh_fluid_hop, fluid->n_hops);
    fluid->hops_of_links = KH_NEW(arena, uint32_t, fluid->n_hops);
    fluid->routes = KH_NEW(arena, kh_fluid_route, fluid->n_routes);
    fluid->demands = KH_NEW(arena, kh_fluid_demand, fluid->n_demands);
    bool all = fluid->tanks && fluid->recorders && fluid->hops && fluid->hops_of_links && fluid->routes && fluid->demands;
    struct kh_fluid_list *lists[] = {&fluid->changed, &fluid->queued, &fluid->touched, &fluid->deferred};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        lists[i]->links = KH_NEW(arena, uint32_t, fluid->n_links);
        all = all && lists[i]->links != NULL;
    }
    return all ? KH_OK : kh_fail(err, KH_ENOMEM, "out of memory for %zu hops", fluid->n_hops);
}

static void make_tanks(kh_fluid *fluid, const kh_fluid_setup *setup)
{
    for (uint32_t i = 0; i < fluid->n_links; i++) {
        kh_fluid_link *link = &fluid->tanks[i];
        *link = (kh_fluid_link){.tank = kh_tank_of(&setup->net->qkd_links[i].key_store), .due = INT64_MAX};
        link->tank.makes_bps = kh_links_rate_bps(setup->links, i);
        link->tank.arrives = link->tank.capacity > 0;
        link->dust_bps = DUST_BPS + ROUNDING * link->tank.makes_bps;
        link->dust_bits = DUST_BITS + DUST_S * link->tank.makes_bps;
        /* The links' own stores only hand on what comes at once, and ask for nothing but passes. */
        bool has_passes = setup->links->rates->qkd[i].n_passes > 0;
        setup->links->states[i].store =
            (kh_keystore){.capacity = INT64_C(1) << 60, .refill_below = INT64_MAX, .wants_key = has_passes};
    }
}

static kh_status make_route(kh_fluid *fluid, const kh_route *planned, kh_fluid_route *route, kh_error *err)
{
    if (planned->n_links == 0 || !(planned->rate_bps > 0) || !isfinite(planned->rate_bps))
        return kh_fail(err, KH_ERANGE, "a route has %zu links and a rate of %g bit/s, both must be > 0", planned->n_links,
                       planned->rate_bps);
    for (uint32_t i = 0; i < route->n; i++) {
        uint32_t link = planned->links[i].i;
        if (link >= fluid->n_links)
            return kh_fail(err, KH_ERANGE, "a route uses link %u of a network with %u", (unsigned)link, (unsigned)fluid->n_links);
        fluid->tanks[link].dust_bps += ROUNDING * fluid->demands[route->demand].rate_bps;
        fluid->tanks[link].dust_bits += DUST_S * fluid->demands[route->demand].rate_bps;
        fluid->hops[route->first + i] = (kh_fluid_hop){
            .link = link, .route = (uint32_t)(route - fluid->routes), .is_first = i == 0, .is_last = i + 1 == route->n};
        fluid->tanks[link].n_hops++;
    }
    return KH_OK;
}

static kh_fluid_group group_of(const kh_demand *demand, const kh_fluid_demand *made, double relay_s)
{
    bool first = demand->priority <= 0, patient = made->patience_s > fmax(relay_s, LEAST_PATIENCE_S);
    if (patient)
        return first ? KH_FLUID_PATIENT_FIRST : KH_FLUID_PATIENT;
    return first ? KH_FLUID_HASTY_FIRST : KH_FLUID_HASTY;
}

/* @param next where its routes and their hops begin */
static kh_status make_demand(kh_fluid *fluid, const kh_fluid_setup *setup, uint32_t index, kh_fluid_route *next, kh_error *err)
{
    const kh_demand *demand = &setup->net->demands[index];
    const kh_plan_demand *planned = &setup->plan->demands[index];
    kh_fluid_demand *made = &fluid->demands[index];
    bool asks = kh_demand_needs_qkd(demand) && demand->rate_bps > 0;
    if (asks && !(demand->key_bits >= 1 && isfinite(demand->key_bits) && demand->rate_bps / demand->key_bits <= 1e8))
        return kh_fail(err, KH_ERANGE, "%g bit/s of keys of %g bit are asked for, at most 1e8 keys a second can be played",
                       demand->rate_bps, demand->key_bits);
    *made = (kh_fluid_demand){.rate_bps = asks ? demand->rate_bps : 0,
                              .key_bits = demand->key_bits,
                              .first_route = (uint32_t)(next - fluid->routes),
                              .n_routes = (uint32_t)planned->n_routes};
    double keys = kh_fetch_keys(setup->net, demand, planned, setup->fetch_s), sum_bps = 0;
    made->patience_s = kh_fetch_patience_s(demand, keys, setup->late_after_s, setup->fetch_s);
    uint32_t first = made->first_route == 0 ? 0 : next[-1].first + next[-1].n;
    for (uint32_t k = 0; k < made->n_routes; first += next[k++].n) {
        next[k] = (kh_fluid_route){.first = first, .n = (uint32_t)planned->routes[k].n_links, .demand = index};
        KH_TRY(make_route(fluid, &planned->routes[k], &next[k], err));
        sum_bps += planned->routes[k].rate_bps;
        made->group = group_of(demand, made, fmax(next[k].n, made->n_routes > 1 ? next[0].n : 0) * setup->hop_latency_s);
    }
    for (uint32_t k = 0; k < made->n_routes; k++) {
        next[k].share = planned->routes[k].rate_bps / sum_bps;
        for (uint32_t i = 0; i < next[k].n; i++)
            fluid->hops[next[k].first + i].group = (uint8_t)made->group;
    }
    return KH_OK;
}

static void list_hops(kh_fluid *fluid)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < fluid->n_links; i++) {
        fluid->tanks[i].first_hop = first;
        first += fluid->tanks[i].n_hops;
        fluid->tanks[i].n_hops = 0;
    }
    for (uint32_t i = 0; i < fluid->n_hops; i++) {
        kh_fluid_link *link = &fluid->tanks[fluid->hops[i].link];
        fluid->hops_of_links[link->first_hop + link->n_hops++] = i;
    }
}

static kh_status make_waits(kh_fluid *fluid, kh_arena *arena, kh_error *err)
{
    for (uint32_t i = 0; i < fluid->n_demands; i++)
        if (fluid->demands[i].group < KH_FLUID_HASTY_FIRST)
            fluid->n_waits = fluid->n_hops;
    fluid->waits = KH_NEW(arena, kh_fluid_wait, fluid->n_waits);
    return fluid->waits != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "out of memory for %zu hops", fluid->n_hops);
}

kh_status kh_setup_fluid(kh_fluid *fluid, const kh_fluid_setup *setup, kh_arena *arena, kh_error *err)
{
    *fluid = (kh_fluid){.kernel = setup->kernel,
                        .links = setup->links,
                        .hop_latency_s = setup->hop_latency_s,
                        .end = setup->end,
                        .n_links = (uint32_t)setup->net->n_qkd_links,
                        .n_demands = (uint32_t)setup->net->n_demands};
    KH_TRY(count(fluid, setup, err));
    KH_TRY(allocate(fluid, arena, err));
    make_tanks(fluid, setup);
    kh_fluid_route *next = fluid->routes;
    for (uint32_t i = 0; i < fluid->n_demands; i++) {
        kh_status status = make_demand(fluid, setup, i, next, err);
        if (status != KH_OK)
            return kh_while(err, status, "demand '%s'", setup->net->demands[i].id);
        next += fluid->demands[i].n_routes;
    }
    list_hops(fluid);
    return make_waits(fluid, arena, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/routing.h"

#include <math.h>

/* --- the plan's routes --- */

static bool is_broken(const kh_routing *routing, uint32_t route, int64_t bits, bool first)
{
    const kh_links *links = routing->links;
    const kh_routes_entry *entry = &routing->routes.entries[route];
    for (uint32_t i = 0; i < entry->n_links; i++) {
        uint32_t link = entry->links[i].i;
        if (!kh_links_ends_up(links, link))
            return true;
        if (!kh_links_up(links, link) && !kh_keystore_has(&links->states[link].store, bits, first))
            return true;
    }
    return false;
}

/* Smooth weighted round robin: every route earns its rate, the richest goes and pays for all. */
static uint32_t take_turn(kh_routing_demand *demand)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < demand->n_planned; i++) {
        demand->turns[i] += demand->rates_bps[i];
        if (demand->turns[i] > demand->turns[best])
            best = i;
    }
    demand->turns[best] -= demand->turns_sum;
    return best;
}

uint32_t kh_routing_choose(kh_routing *routing, uint32_t demand_index, int64_t bits, bool first)
{
    kh_routing_demand *demand = &routing->demands[demand_index];
    if (demand->n_planned == 0)
        return KH_NO_INDEX;
    if (demand->n_planned == 1)
        return demand->planned[0];
    uint32_t turn = take_turn(demand);
    if (routing->links->n_broken == 0)
        return demand->planned[turn];
    for (uint32_t i = 0; i < demand->n_planned; i++) {
        uint32_t other = demand->planned[(turn + i) % demand->n_planned];
        if (!is_broken(routing, other, bits, first))
            return other;
    }
    return demand->planned[turn];
}

/* --- setting up --- */

static kh_status check_route(const kh_net *net, const kh_route *route, kh_error *err)
{
    if (route->n_links == 0 || !(route->rate_bps > 0) || !isfinite(route->rate_bps))
        return kh_fail(err, KH_ERANGE, "a route has %zu links and a rate of %g bit/s, both must be > 0", route->n_links,
                       route->rate_bps);
    for (size_t i = 0; i < route->n_links; i++)
        if (route->links[i].i >= net->n_qkd_links)
            return kh_fail(err, KH_ERANGE, "a route uses link %u of a network with %zu", (unsigned)route->links[i].i,
                           net->n_qkd_links);
    return KH_OK;
}

static kh_status init_demand(kh_routing *routing, const kh_routing_setup *setup, size_t i, kh_arena *arena, kh_error *err)
{
    const kh_plan_demand *planned = &setup->plan->demands[i];
    kh_routing_demand *demand = &routing->demands[i];
    demand->planned = KH_NEW(arena, uint32_t, planned->n_routes);
    demand->rates_bps = KH_NEW(arena, double, planned->n_routes);
    demand->turns = KH_NEW(arena, double, planned->n_routes);
    if (demand->planned == NULL || demand->rates_bps == NULL || demand->turns == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for %zu routes", planned->n_routes);
    for (size_t k = 0; k < planned->n_routes; k++) {
        const kh_route *route = &planned->routes[k];
        KH_TRY(check_route(setup->net, route, err));
        kh_status status = kh_routes_add(&routing->routes, route->links, route->n_links, &demand->planned[k]);
        if (status != KH_OK)
            return kh_fail(err, status, "no room for all routes of the plan, there are %zu", routing->routes.n);
        demand->rates_bps[k] = route->rate_bps;
        demand->turns_sum += route->rate_bps;
        demand->n_planned++;
    }
    return KH_OK;
}

/* --- as a part --- */

static void visit(void *self, kh_state *state)
{
    kh_routing *routing = self;
    kh_routes_visit(&routing->routes, state);
    for (size_t i = 0; i < routing->n_demands; i++) {
        const kh_routing_demand *demand = &routing->demands[i];
        kh_state_visit(state, demand->turns, demand->n_planned * sizeof demand->turns[0]);
    }
}

static const kh_part_ops ops = {.name = "routing", .visit = visit};

kh_status kh_routing_init(kh_routing *routing, const kh_routing_setup *setup, kh_arena *arena, kh_error *err)
{
    *routing = (kh_routing){.links = setup->links, .n_demands = setup->net->n_demands};
    kh_routes_init(&routing->routes, arena);
    routing->demands = KH_NEW(arena, kh_routing_demand, routing->n_demands);
    if (routing->demands == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the routes of %zu demands", routing->n_demands);
    for (size_t i = 0; i < routing->n_demands; i++) {
        kh_status status = init_demand(routing, setup, i, arena, err);
        if (status != KH_OK)
            return kh_while(err, status, "demand '%s'", setup->net->demands[i].id);
    }
    kh_routes_close_setup(&routing->routes);
    return kh_kernel_join(setup->kernel, &ops, routing, err);
}

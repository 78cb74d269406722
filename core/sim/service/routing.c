/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/routing.h"

#include <math.h>
#include <string.h>

/* --- the plan's routes --- */

/* The link can serve a request of so many bits, now or when its turn comes. */
static bool is_of_use(const kh_routing *routing, uint32_t link, int64_t bits, uint32_t rank)
{
    const kh_links *links = routing->links;
    if (!kh_links_ends_up(links, link))
        return false;
    return kh_links_up(links, link) || kh_classes_may_take(&routing->classes, &links->states[link].store, bits, rank);
}

static bool is_broken(const kh_routing *routing, uint32_t route, int64_t bits, uint32_t rank)
{
    const kh_routes_entry *entry = &routing->routes.entries[route];
    for (uint32_t i = 0; i < entry->n_links; i++)
        if (!is_of_use(routing, entry->links[i].i, bits, rank))
            return true;
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

static uint32_t choose_planned(const kh_routing *routing, kh_routing_demand *demand, int64_t bits, uint32_t rank)
{
    if (demand->n_planned == 0)
        return KH_NO_INDEX;
    if (demand->n_planned == 1)
        return demand->planned[0];
    uint32_t turn = take_turn(demand);
    if (routing->links->n_broken == 0)
        return demand->planned[turn];
    for (uint32_t i = 0; i < demand->n_planned; i++) {
        uint32_t other = demand->planned[(turn + i) % demand->n_planned];
        if (is_broken(routing, other, bits, rank))
            continue;
        demand->rerouted += i > 0;
        return other;
    }
    return demand->planned[turn];
}

/* --- routes found at run time --- */

/* The number of a path; with a full pool: none. */
static uint32_t number_of(kh_routing *routing, const kh_qkd_link_id *links, size_t n)
{
    uint32_t route = KH_NO_INDEX;
    if (n > 0 && kh_routes_add(&routing->routes, links, n, &route) == KH_ENOMEM)
        routing->kernel->queue.status = KH_ENOMEM;
    return route;
}

/* Disjoint ones; the first stands for all. */
static uint32_t find_set(kh_routing *routing, const kh_routing_demand *demand)
{
    kh_disjoint *disjoint = &routing->disjoint;
    kh_routing_set set = {.by_node = true};
    size_t n = kh_disjoint_find(disjoint, demand->from, demand->to, routing->options.disjoint_paths);
    for (size_t i = 0; i < n; i++) {
        uint32_t route = number_of(routing, disjoint->found[i], disjoint->n_links[i]);
        if (route != KH_NO_INDEX)
            set.routes[set.n++] = route;
    }
    if (set.n == 0)
        return KH_NO_INDEX;
    set.by_node = disjoint->by_node;
    routing->sets[demand - routing->demands] = set;
    return set.routes[0];
}

/* The cheapest by the costs that are set. */
static uint32_t find_route(kh_routing *routing, const kh_routing_demand *demand)
{
    if (routing->sets != NULL)
        return find_set(routing, demand);
    size_t n = kh_paths_find(&routing->paths, demand->from, demand->to);
    return number_of(routing, routing->paths.found, n);
}

static void set_hop_costs(kh_routing *routing, bool all)
{
    for (uint32_t i = 0; i < routing->links->n; i++)
        routing->paths.cost[i] = all || kh_links_up(routing->links, i);
}

static void set_prices(kh_routing *routing, int64_t bits, uint32_t rank)
{
    for (uint32_t i = 0; i < routing->links->n; i++) {
        const kh_keystore *store = &routing->links->states[i].store;
        double refill_bits = kh_links_up(routing->links, i) ? routing->refill_bits[i] : 0;
        uint32_t price = kh_price_of(&routing->prices, store, refill_bits, kh_classes_kept(&routing->classes, store, rank));
        routing->paths.cost[i] = is_of_use(routing, i, bits, rank) ? price : 0;
    }
}

static void find_home(kh_routing *routing, kh_routing_demand *demand)
{
    set_hop_costs(routing, true);
    demand->home = demand->present = find_route(routing, demand);
    if (routing->sets != NULL)
        routing->homes[demand - routing->demands] = routing->sets[demand - routing->demands];
    set_hop_costs(routing, false);
    if (routing->links->n_broken == 0)
        demand->version = routing->version;
}

static void renew(kh_routing *routing, kh_routing_demand *demand)
{
    uint32_t found = find_route(routing, demand);
    if (found != KH_NO_INDEX)
        demand->present = found;
    demand->version = routing->version;
    demand->sought_at = kh_kernel_now(routing->kernel);
}

static bool is_up(const kh_routing *routing, uint32_t route)
{
    const kh_routes_entry *entry = &routing->routes.entries[route];
    for (uint32_t i = 0; i < entry->n_links; i++)
        if (!kh_links_up(routing->links, entry->links[i].i))
            return false;
    return true;
}

static bool all_up(const kh_routing *routing, const kh_routing_demand *demand)
{
    if (routing->sets == NULL)
        return is_up(routing, demand->present);
    const kh_routing_set *set = &routing->sets[demand - routing->demands];
    for (uint32_t i = 0; i < set->n; i++)
        if (!is_up(routing, set->routes[i]))
            return false;
    return true;
}

static bool is_away(const kh_routing *routing, const kh_routing_demand *demand)
{
    if (routing->sets == NULL)
        return demand->present != demand->home;
    const kh_routing_set *set = &routing->sets[demand - routing->demands], *home = &routing->homes[demand - routing->demands];
    return set->n != home->n || memcmp(set->routes, home->routes, sizeof set->routes) != 0;
}

static uint32_t choose_for_good(kh_routing *routing, kh_routing_demand *demand)
{
    if (demand->version == 0)
        find_home(routing, demand);
    demand->version = routing->version;
    return demand->present;
}

static uint32_t choose_shortest(kh_routing *routing, kh_routing_demand *demand)
{
    if (demand->version == 0)
        find_home(routing, demand);
    if (demand->version == routing->version)
        return demand->present;
    bool none_came_up = demand->version >= routing->last_up && demand->version > 0;
    if (none_came_up && demand->present != KH_NO_INDEX && all_up(routing, demand))
        demand->version = routing->version; /* with fewer links to choose from it still is the best */
    else
        renew(routing, demand);
    return demand->present;
}

static uint32_t choose_adaptive(kh_routing *routing, kh_routing_demand *demand, int64_t bits, uint32_t rank)
{
    bool fresh = kh_kernel_now(routing->kernel) < demand->sought_at + routing->refresh;
    if (demand->version == routing->version && fresh)
        return demand->present;
    if (demand->version == 0)
        find_home(routing, demand);
    set_prices(routing, bits, rank);
    renew(routing, demand);
    return demand->present;
}

static uint32_t choose_restored(kh_routing *routing, kh_routing_demand *demand, int64_t bits, uint32_t rank)
{
    uint32_t route = kh_restoration_route(&routing->restoration, (uint32_t)(demand - routing->demands));
    if (route == KH_NO_INDEX)
        return choose_planned(routing, demand, bits, rank);
    demand->rerouted++;
    return route;
}

uint32_t kh_routing_fixed(const kh_routing *routing, uint32_t demand_index)
{
    const kh_routing_demand *demand = &routing->demands[demand_index];
    bool plan = routing->options.policy == KH_ROUTING_PLAN && routing->sets == NULL;
    return plan && demand->n_planned == 1 ? demand->planned[0] : KH_NO_INDEX;
}

static uint32_t choose_found(kh_routing *routing, kh_routing_demand *demand, int64_t bits, uint32_t rank)
{
    uint32_t route = KH_NO_INDEX;
    if (routing->options.policy == KH_ROUTING_PLAN)
        route = choose_for_good(routing, demand);
    else if (routing->options.policy == KH_ROUTING_SHORTEST)
        route = choose_shortest(routing, demand);
    else
        route = choose_adaptive(routing, demand, bits, rank);
    demand->rerouted += is_away(routing, demand);
    return route;
}

uint32_t kh_routing_choose(kh_routing *routing, uint32_t demand_index, int64_t bits, uint32_t rank)
{
    kh_routing_demand *demand = &routing->demands[demand_index];
    if (routing->options.policy == KH_ROUTING_PLAN && routing->sets == NULL)
        return choose_planned(routing, demand, bits, rank);
    if (routing->options.policy == KH_ROUTING_RESTORE)
        return choose_restored(routing, demand, bits, rank);
    return choose_found(routing, demand, bits, rank);
}

bool kh_routing_admits(const kh_routing *routing, uint32_t route, uint32_t rank)
{
    const kh_routes_entry *entry = &routing->routes.entries[route];
    for (uint32_t i = 0; i < entry->n_links; i++)
        if (!kh_classes_admit(&routing->classes, &routing->links->states[entry->links[i].i].store, rank))
            return false;
    return true;
}

/* --- what happens to links --- */

static void hear(void *self, uint32_t link, kh_link_news news)
{
    kh_routing *routing = self;
    if (news != KH_LINK_DOWN && news != KH_LINK_UP)
        return;
    routing->version++;
    if (news == KH_LINK_UP)
        routing->last_up = routing->version;
    routing->paths.cost[link] = kh_links_up(routing->links, link); /* prices are set afresh whenever they are used */
    if (routing->options.policy == KH_ROUTING_RESTORE)
        kh_restoration_hear(&routing->restoration, link, news);
}

static uint32_t seek_restoration(void *self, uint32_t demand)
{
    kh_routing *routing = self;
    return find_route(routing, &routing->demands[demand]);
}

/* --- setting up --- */

static kh_status check_options(const kh_routing_options *options, kh_error *err)
{
    if (options->restoration_s < 0)
        return kh_fail(err, KH_ERANGE, "restoration_s is %g, must be >= 0", options->restoration_s);
    if (options->disjoint_paths > KH_MOST_PATHS)
        return kh_fail(err, KH_ERANGE, "disjoint_paths is %u, must be in 1 to %d", options->disjoint_paths, KH_MOST_PATHS);
    uint32_t paths = options->disjoint_paths > 1 ? options->disjoint_paths : 1;
    if (options->shares_needed > paths)
        return kh_fail(err, KH_ERANGE, "shares_needed is %u, must be in 1 to the number of disjoint paths, %u",
                       options->shares_needed, paths);
    if (paths > 1 && options->policy == KH_ROUTING_RESTORE)
        return kh_fail(err, KH_ERANGE, "disjoint_paths is %u, must be 1 with restoration of the plan's routes", paths);
    return KH_OK;
}

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
    *demand = (kh_routing_demand){.from = setup->net->demands[i].between[0].i, .to = setup->net->demands[i].between[1].i};
    demand->home = demand->present = KH_NO_INDEX;
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

static kh_status init_paths(kh_routing *routing, const kh_routing_setup *setup, kh_arena *arena, kh_error *err)
{
    size_t n = routing->links->n;
    bool *usable = KH_NEW(arena, bool, n);
    routing->refill_bits = KH_NEW(arena, double, n);
    if (usable == NULL || routing->refill_bits == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for paths through %zu links", n);
    for (size_t i = 0; i < n; i++) {
        double rate_bps = setup->rates->qkd[i].key_rate_bps;
        usable[i] = rate_bps > 0 || routing->links->states[i].store.level > 0;
        routing->refill_bits[i] = rate_bps * kh_s_from_ns(routing->refresh);
    }
    routing->prices = kh_price_table_of(setup->net->n_nodes);
    return kh_paths_init(&routing->paths, setup->net, usable, arena, err);
}

static kh_status init_sets(kh_routing *routing, kh_arena *arena, kh_error *err)
{
    routing->sets = KH_NEW(arena, kh_routing_set, routing->n_demands);
    routing->homes = KH_NEW(arena, kh_routing_set, routing->n_demands);
    if (routing->sets == NULL || routing->homes == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the routes of %zu demands", routing->n_demands);
    return kh_disjoint_init(&routing->disjoint, &routing->paths, arena, err);
}

static kh_status init_restoration(kh_routing *routing, kh_arena *arena, kh_error *err)
{
    const uint32_t **planned = KH_NEW(arena, const uint32_t *, routing->n_demands);
    uint32_t *n_planned = KH_NEW(arena, uint32_t, routing->n_demands);
    if (planned == NULL || n_planned == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory to restore %zu demands", routing->n_demands);
    for (size_t i = 0; i < routing->n_demands; i++) {
        planned[i] = routing->demands[i].planned;
        n_planned[i] = routing->demands[i].n_planned;
    }
    double given_s = routing->options.restoration_s;
    kh_restoration_setup setup = {.kernel = routing->kernel,
                                  .links = routing->links,
                                  .routes = &routing->routes,
                                  .planned = planned,
                                  .n_planned = n_planned,
                                  .n_demands = routing->n_demands,
                                  .delay = kh_ns_from_s(isnan(given_s) ? KH_RESTORATION_S : given_s),
                                  .seek = seek_restoration,
                                  .self = routing};
    return kh_restoration_init(&routing->restoration, &setup, arena, err);
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_routing *routing = self;
    for (size_t i = 0; i < routing->n_demands; i++)
        routing->demands[i].rerouted = 0;
    if (routing->options.policy == KH_ROUTING_RESTORE)
        kh_restoration_restart(&routing->restoration);
}

static void visit(void *self, kh_state *state)
{
    kh_routing *routing = self;
    kh_routes_visit(&routing->routes, state);
    for (size_t i = 0; i < routing->n_demands; i++) {
        kh_routing_demand *demand = &routing->demands[i];
        kh_state_visit(state, demand->turns, demand->n_planned * sizeof demand->turns[0]);
        KH_STATE(state, demand->home);
        KH_STATE(state, demand->present);
        KH_STATE(state, demand->version);
        KH_STATE(state, demand->sought_at);
        KH_STATE(state, demand->rerouted);
    }
    if (routing->sets != NULL) {
        kh_state_visit(state, routing->sets, routing->n_demands * sizeof routing->sets[0]);
        kh_state_visit(state, routing->homes, routing->n_demands * sizeof routing->homes[0]);
    }
    if (routing->paths.cost == NULL)
        return;
    kh_state_visit(state, routing->paths.cost, routing->links->n * sizeof routing->paths.cost[0]);
    KH_STATE(state, routing->version);
    KH_STATE(state, routing->last_up);
    if (routing->options.policy == KH_ROUTING_RESTORE)
        kh_restoration_visit(&routing->restoration, state);
}

static const kh_part_ops ops = {.name = "routing", .restart = restart, .visit = visit};

static kh_status init_policy(kh_routing *routing, const kh_routing_setup *setup, kh_arena *arena, kh_error *err)
{
    bool shares = routing->options.disjoint_paths > 1;
    if (routing->options.policy == KH_ROUTING_PLAN && !shares)
        return KH_OK;
    KH_TRY(init_paths(routing, setup, arena, err));
    if (shares)
        KH_TRY(init_sets(routing, arena, err));
    if (routing->options.policy == KH_ROUTING_RESTORE)
        KH_TRY(init_restoration(routing, arena, err));
    return kh_links_listen(setup->links, hear, routing, err);
}

kh_status kh_routing_init(kh_routing *routing, const kh_routing_setup *setup, kh_arena *arena, kh_error *err)
{
    KH_TRY(check_options(&setup->options, err));
    *routing = (kh_routing){.kernel = setup->kernel, .links = setup->links, .options = setup->options, .version = 1};
    KH_TRY(kh_classes_init(&routing->classes, &setup->classes, err));
    routing->refresh = kh_ns_from_s(setup->options.refresh_s > 0 ? setup->options.refresh_s : KH_REFRESH_S);
    routing->n_demands = setup->net->n_demands;
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
    KH_TRY(init_policy(routing, setup, arena, err));
    return kh_kernel_join(setup->kernel, &ops, routing, err);
}

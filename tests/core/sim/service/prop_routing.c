/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of routing on random networks: routes are valid, paths are the cheapest, no policy changes what others draw. */
#include <string.h>

#include "tests/core/sim/drawn.h"
#include "tests/core/sim/service/scripted.h"

#include "tests/core/sim/cmocka_all.h"

enum { GRAPHS = 600, MOST_NODES = 7, NETWORKS = 4, MOST_DRAWN_LINKS = 2 * DRAWN_ROWS * DRAWN_COLUMNS };

/* --- against brute force --- */

typedef struct search {
    const kh_net *net;
    const uint32_t *cost;
    uint32_t to;
    bool seen[MOST_NODES];
    uint32_t links[MOST_NODES], best[MOST_NODES];
    size_t n, n_best;
    uint64_t least;
} search;

static bool can_end(const kh_node *node)
{
    return node->kind != KH_NODE_SWITCH && node->kind != KH_NODE_AMPLIFIER;
}

/* All simple paths, lowest links first: the first of the cheapest is the one to be found. */
static void try_all(search *s, uint32_t node, uint64_t cost)
{
    if (node == s->to) {
        if (cost < s->least) {
            s->least = cost;
            s->n_best = s->n;
            memcpy(s->best, s->links, sizeof s->best);
        }
        return;
    }
    const kh_node *here = &s->net->nodes[node];
    if (!can_end(here) || (s->n > 0 && !here->trusted))
        return;
    s->seen[node] = true;
    for (uint32_t i = 0; i < s->net->n_qkd_links; i++) {
        const kh_node_id *ends = s->net->qkd_links[i].ends;
        if (s->cost[i] == 0 || (ends[0].i != node && ends[1].i != node))
            continue;
        uint32_t far = ends[0].i == node ? ends[1].i : ends[0].i;
        if (s->seen[far] || !can_end(&s->net->nodes[far]))
            continue;
        s->links[s->n++] = i;
        try_all(s, far, cost + s->cost[i]);
        s->n--;
    }
    s->seen[node] = false;
}

/* Up to two links a node; dense: one at least. */
static handmade drawn_graph(kh_rng *rng, bool dense)
{
    size_t nodes = 2 + kh_rng_below(rng, MOST_NODES - 1);
    size_t links = dense ? nodes + kh_rng_below(rng, nodes + 1) : kh_rng_below(rng, 2 * nodes + 1);
    handmade h = handmade_create(nodes, links, 4);
    for (size_t i = 0; i < nodes; i++) {
        h.net.nodes[i].trusted = kh_rng_below(rng, 4) > 0;
        if (kh_rng_below(rng, 8) == 0)
            h.net.nodes[i].kind = kh_rng_below(rng, 2) == 0 ? KH_NODE_SWITCH : KH_NODE_OGS;
    }
    for (size_t i = 0; i < links; i++) {
        uint32_t a = (uint32_t)kh_rng_below(rng, nodes), b = (uint32_t)kh_rng_below(rng, nodes);
        handmade_link(&h, a, b, 2560)->key_store.initial_keys = 1000; /* loops and parallel links, too */
    }
    return h;
}

static void paths_are_the_cheapest_of_all_simple_paths_under_the_trusted_rule(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(11, "graphs", "paths");
    size_t found = 0;
    for (int g = 0; g < GRAPHS; g++) {
        handmade h = drawn_graph(&rng, false);
        bool *usable = handmade_check(KH_NEW(h.arena, bool, h.net.n_qkd_links));
        for (size_t i = 0; i < h.net.n_qkd_links; i++)
            usable[i] = true;
        kh_paths paths;
        assert_int_equal(kh_paths_init(&paths, &h.net, usable, h.arena, NULL), KH_OK);
        for (size_t i = 0; i < h.net.n_qkd_links; i++)
            paths.cost[i] = (uint32_t)kh_rng_below(&rng, g % 2 == 0 ? 2 : 6);
        for (uint32_t from = 0; from < h.net.n_nodes; from++)
            for (uint32_t to = 0; to < h.net.n_nodes; to++) {
                search s = {.net = &h.net, .cost = paths.cost, .to = to, .least = UINT64_MAX};
                if (from != to)
                    try_all(&s, from, 0);
                assert_int_equal(kh_paths_find(&paths, from, to), s.n_best);
                if (s.n_best > 0)
                    assert_memory_equal(paths.found, s.best, s.n_best * sizeof s.best[0]);
                found += s.n_best > 1;
            }
        handmade_destroy(&h);
    }
    assert_true(found > 1000);
}

/* --- sets of disjoint paths --- */

enum { MOST_SIMPLE = 4000 };

typedef struct simple_path {
    uint32_t links, nodes; /* bit masks; nodes: the inner ones */
    uint64_t cost;
} simple_path;

typedef struct listing {
    search s;
    uint32_t from;
    size_t n;
    simple_path paths[MOST_SIMPLE];
} listing;

static void list_all(listing *l, uint32_t node, simple_path so_far)
{
    if (node == l->s.to) {
        assert_true(l->n < MOST_SIMPLE);
        l->paths[l->n++] = so_far;
        return;
    }
    const kh_node *here = &l->s.net->nodes[node];
    if (!can_end(here) || (node != l->from && !here->trusted))
        return;
    if (node != l->from)
        so_far.nodes |= 1U << node;
    for (uint32_t i = 0; i < l->s.net->n_qkd_links; i++) {
        const kh_node_id *ends = l->s.net->qkd_links[i].ends;
        if (l->s.cost[i] == 0 || (ends[0].i != node && ends[1].i != node))
            continue;
        uint32_t far = ends[0].i == node ? ends[1].i : ends[0].i;
        if (far == l->from || (so_far.nodes >> far & 1U) != 0 || far == node || !can_end(&l->s.net->nodes[far]))
            continue;
        list_all(l, far, (simple_path){so_far.links | 1U << i, so_far.nodes, so_far.cost + l->s.cost[i]});
    }
}

/* The least cost of k paths, disjoint from what is taken, among those from first on; UINT64_MAX: there are not so many. */
static uint64_t cheapest_set(const listing *l, size_t first, size_t k, simple_path taken, bool by_node)
{
    if (k == 0)
        return taken.cost;
    uint64_t least = UINT64_MAX;
    for (size_t i = first; i < l->n; i++) {
        const simple_path *path = &l->paths[i];
        if ((path->links & taken.links) != 0 || (by_node && (path->nodes & taken.nodes) != 0))
            continue;
        simple_path with = {taken.links | path->links, taken.nodes | path->nodes, taken.cost + path->cost};
        uint64_t cost = cheapest_set(l, i + 1, k - 1, with, by_node);
        least = cost < least ? cost : least;
    }
    return least;
}

static size_t most_disjoint(const listing *l, size_t k, bool by_node, uint64_t *cost)
{
    for (; k > 0; k--) {
        *cost = cheapest_set(l, 0, k, (simple_path){0}, by_node);
        if (*cost != UINT64_MAX)
            return k;
    }
    *cost = 0;
    return 0;
}

static uint64_t cost_of(const kh_disjoint *d, const kh_paths *paths)
{
    uint64_t cost = 0, links = 0;
    for (size_t p = 0; p < d->n_found; p++) {
        assert_true(p == 0 || d->n_links[p] >= d->n_links[p - 1]);
        for (size_t i = 0; i < d->n_links[p]; i++) {
            cost += paths->cost[d->found[p][i].i];
            assert_true((links >> d->found[p][i].i & 1U) == 0);
            links |= (uint64_t)1 << d->found[p][i].i;
        }
    }
    return cost;
}

static void disjoint_paths_are_as_many_and_as_cheap_as_can_be(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(13, "graphs", "disjoint");
    size_t by_link = 0, several = 0;
    static listing l;
    for (int g = 0; g < GRAPHS; g++) {
        handmade h = drawn_graph(&rng, true);
        bool usable[2 * MOST_NODES] = {0};
        memset(usable, true, sizeof usable);
        kh_paths paths;
        kh_disjoint d;
        assert_int_equal(kh_paths_init(&paths, &h.net, usable, h.arena, NULL), KH_OK);
        assert_int_equal(kh_disjoint_init(&d, &paths, h.arena, NULL), KH_OK);
        for (size_t i = 0; i < h.net.n_qkd_links; i++)
            paths.cost[i] = (uint32_t)(1 + kh_rng_below(&rng, 5)) * (kh_rng_below(&rng, 8) > 0);
        uint32_t from = (uint32_t)kh_rng_below(&rng, h.net.n_nodes), to = (from + 1) % (uint32_t)h.net.n_nodes;
        l = (listing){.s = {.net = &h.net, .cost = paths.cost, .to = to}, .from = from};
        list_all(&l, from, (simple_path){0});
        for (size_t k = 1; k <= 4; k++) {
            uint64_t node_cost, link_cost;
            size_t n_node = most_disjoint(&l, k, true, &node_cost), n_link = most_disjoint(&l, k, false, &link_cost);
            assert_int_equal(kh_disjoint_find(&d, from, to, k), n_link);
            assert_true(d.by_node == (n_node == n_link));
            assert_int_equal(cost_of(&d, &paths), d.by_node ? node_cost : link_cost);
            by_link += !d.by_node;
            several += n_link > 1;
        }
        handmade_destroy(&h);
    }
    assert_true(by_link > 20 && several > 400);
}

/* --- routes that are chosen while links come and go --- */

static search brute_force(const kh_net *net, const uint32_t *cost, const kh_demand *demand)
{
    search s = {.net = net, .cost = cost, .to = demand->between[1].i, .least = UINT64_MAX};
    try_all(&s, demand->between[0].i, 0);
    return s;
}

static void toggle(scripted *s, uint32_t link, bool *down)
{
    (*down ? kh_links_repair : kh_links_break)(&s->engine.links, link);
    *down = !*down;
}

static void the_shortest_route_is_always_that_of_brute_force(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(12, "graphs", "shortest");
    size_t found = 0;
    for (int g = 0; g < GRAPHS / 4; g++) {
        handmade h = drawn_graph(&rng, false);
        h.options.routing.policy = KH_ROUTING_SHORTEST;
        for (int k = 0; k < 4; k++) {
            kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 0, 0);
            demand->between[0].i = (uint32_t)kh_rng_below(&rng, h.net.n_nodes);
            demand->between[1].i = (demand->between[0].i + 1) % (uint32_t)h.net.n_nodes;
        }
        static scripted s;
        scripted_start(&s, &h, NULL, 0);
        bool down[2 * MOST_NODES] = {0};
        uint32_t cost[2 * MOST_NODES];
        for (int step = 0; step < 100 && h.net.n_qkd_links > 0; step++) {
            uint32_t link = (uint32_t)kh_rng_below(&rng, h.net.n_qkd_links), k = (uint32_t)kh_rng_below(&rng, 4);
            toggle(&s, link, &down[link]);
            for (size_t i = 0; i < h.net.n_qkd_links; i++)
                cost[i] = !down[i];
            search right = brute_force(&h.net, cost, &h.net.demands[k]);
            uint32_t route = kh_routing_choose(&s.engine.routing, k, 256, true);
            if (right.n_best == 0)
                continue; /* the last one is kept, if there was one */
            const kh_routes_entry *entry = &s.engine.routing.routes.entries[route];
            assert_int_equal(entry->n_links, right.n_best);
            assert_memory_equal(entry->links, right.best, right.n_best * sizeof right.best[0]);
            found++;
        }
        scripted_end(&s);
        handmade_destroy(&h);
    }
    assert_true(found > 1000);
}

/* --- whole runs --- */

/* From the one end to the other, no node twice, only trusted ones inside. */
static void assert_valid(const kh_net *net, const kh_routes_entry *route, const kh_demand *demand)
{
    bool seen[DRAWN_ROWS * DRAWN_COLUMNS] = {0};
    kh_node_id at = demand->between[0];
    for (uint32_t i = 0; i < route->n_links; i++) {
        const kh_node_id *ends = net->qkd_links[route->links[i].i].ends;
        assert_true(ends[0].i == at.i || ends[1].i == at.i);
        assert_true(!seen[at.i] && (i == 0 || net->nodes[at.i].trusted));
        seen[at.i] = true;
        at = kh_node_far_end(ends, at);
    }
    assert_int_equal(at.i, demand->between[1].i);
}

static handmade network_with(uint64_t seed, kh_routing_policy policy)
{
    handmade h = drawn_network(seed);
    h.options.routing = (kh_routing_options){.policy = policy, .restoration_s = 2, .refresh_s = 3};
    return h;
}

static void every_delivery_came_over_valid_routes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++)
        for (int policy = 0; policy < 4; policy++) {
            handmade h = network_with(seed, (kh_routing_policy)policy);
            static scripted s;
            scripted_start(&s, &h, NULL, 0);
            (void)scripted_run(&s); /* audited after every event */
            assert_int_equal(s.n_deliveries, SCRIPTED_MOST);
            for (size_t i = 0; i < s.n_deliveries; i++)
                for (uint32_t k = 0; k < s.deliveries[i].n_routes; k++)
                    assert_valid(&h.net, &s.engine.routing.routes.entries[s.deliveries[i].routes[k]],
                                 &h.net.demands[s.deliveries[i].demand]);
            scripted_end(&s);
            handmade_destroy(&h);
        }
}

/* Shares over sets of routes: disjoint where they say so, and every bit is somewhere (audited). */
static void shares_come_over_disjoint_routes(void **state)
{
    (void)state;
    size_t several = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++)
        for (int policy = 0; policy < 3; policy++) {
            handmade h = network_with(seed, (kh_routing_policy)policy);
            h.options.routing.disjoint_paths = 3;
            h.options.routing.shares_needed = 2;
            static scripted s;
            scripted_start(&s, &h, NULL, 0);
            (void)scripted_run(&s);
            for (size_t i = 0; i < s.n_deliveries; i++) {
                const scripted_delivery *delivery = &s.deliveries[i];
                assert_true(delivery->needed == (delivery->n_routes < 2 ? delivery->n_routes : 2));
                several += delivery->n_routes > 1;
                bool used[MOST_DRAWN_LINKS] = {0};
                for (uint32_t k = 0; k < delivery->n_routes; k++) {
                    const kh_routes_entry *route = &s.engine.routing.routes.entries[delivery->routes[k]];
                    assert_valid(&h.net, route, &h.net.demands[delivery->demand]);
                    for (uint32_t l = 0; l < route->n_links; l++) {
                        assert_false(used[route->links[l].i]);
                        used[route->links[l].i] = true;
                    }
                }
            }
            scripted_end(&s);
            handmade_destroy(&h);
        }
    assert_true(several > 1000);
}

static void assert_same_luck(const kh_sim_result *plan, const kh_sim_result *other)
{
    for (size_t i = 0; i < plan->n_demands; i++)
        assert_true(other->demands[i].requests == plan->demands[i].requests);
    for (size_t i = 0; i < plan->n_links; i++)
        assert_true(other->links[i].up_fraction == plan->links[i].up_fraction);
    assert_true(other->fibre_cuts == plan->fibre_cuts && other->node_failures == plan->node_failures);
    assert_true(other->module_failures == plan->module_failures);
}

static void no_policy_changes_an_arrival_or_a_fault(void **state)
{
    (void)state;
    static const kh_routing_options routing[] = {{.policy = KH_ROUTING_SHORTEST},
                                                 {.policy = KH_ROUTING_ADAPTIVE},
                                                 {.policy = KH_ROUTING_RESTORE, .restoration_s = 2},
                                                 {.disjoint_paths = 2},
                                                 {.policy = KH_ROUTING_PLAN}};
    double rerouted = 0, refused = 0;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = network_with(seed, KH_ROUTING_PLAN);
        const kh_sim_result *plan = handmade_run(&h);
        for (size_t p = 0; p < sizeof routing / sizeof routing[0]; p++) {
            h.options.routing = routing[p];
            h.options.classes = (kh_class_options){.n = 4, .admission = (kh_admission)(p % 2), .admission_level = 0.2};
            const kh_sim_result *other = handmade_run(&h);
            assert_same_luck(plan, other);
            for (size_t i = 0; i < plan->n_demands; i++) {
                rerouted += other->demands[i].routing.rerouted;
                refused += other->demands[i].routing.refused;
            }
        }
        handmade_destroy(&h);
    }
    assert_true(rerouted > 0 && refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_the_cheapest_of_all_simple_paths_under_the_trusted_rule),
        cmocka_unit_test(disjoint_paths_are_as_many_and_as_cheap_as_can_be),
        cmocka_unit_test(the_shortest_route_is_always_that_of_brute_force),
        cmocka_unit_test(every_delivery_came_over_valid_routes),
        cmocka_unit_test(shares_come_over_disjoint_routes),
        cmocka_unit_test(no_policy_changes_an_arrival_or_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

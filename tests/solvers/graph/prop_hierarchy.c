/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shortest paths by way of an elimination against trees: same distances, and paths that have them, after any change of weights;
   parallel links, self loops, dead links, nodes that do not relay, zeros, weights over 24 orders of magnitude. */
#include "core/base/rng.h"
#include "core/net/ids.h"
#include "solvers/graph/elimination.h"
#include "solvers/graph/hierarchy.h"
#include "solvers/graph/tree.h"
#include "tests/solvers/near.h"

enum { NETWORKS = 200, ROUNDS = 12, MOST_NODES = 30, MOST_LINKS = 60 };

typedef struct network {
    kh_arena *arena;
    kh_rng rng;
    uint32_t ends[MOST_LINKS][2];
    bool use[MOST_LINKS], relays[MOST_NODES];
    double weight[MOST_LINKS];
    kh_graph graph;
} network;

static void draw_network(network *x, uint64_t seed)
{
    *x = (network){.arena = kh_arena_create(0), .rng = kh_rng_stream(seed, "", "hierarchy")};
    size_t n = 1 + kh_rng_below(&x->rng, MOST_NODES), m = kh_rng_below(&x->rng, MOST_LINKS + 1);
    for (size_t v = 0; v < n; v++)
        x->relays[v] = kh_rng_uniform(&x->rng) > 0.2;
    for (size_t e = 0; e < m; e++) {
        x->use[e] = kh_rng_uniform(&x->rng) > 0.1;
        x->weight[e] = kh_rng_uniform(&x->rng);
        for (int i = 0; i < 2; i++)
            x->ends[e][i] = (uint32_t)kh_rng_below(&x->rng, n);
    }
    x->graph = (kh_graph){n, m, (const uint32_t(*)[2])x->ends, seed % 4 == 0 ? NULL : x->relays};
}

/* A few percent on most links, another world on some. */
static void change_weights(network *x)
{
    for (size_t e = 0; e < x->graph.n_links; e++) {
        double chance = kh_rng_uniform(&x->rng);
        if (chance < 0.1)
            x->weight[e] = chance < 0.05 ? 0 : pow(10, 24 * kh_rng_uniform(&x->rng) - 12);
        else if (chance < 0.5)
            x->weight[e] *= 0.95 + 0.1 * kh_rng_uniform(&x->rng);
    }
}

/* Follows the path under the trusted rule. @return its length */
static double walk_back(const network *x, kh_hierarchy *hierarchy, uint32_t source, uint32_t node)
{
    uint32_t links[MOST_NODES];
    bool visited[MOST_NODES] = {false};
    double length = 0;
    size_t n = kh_hierarchy_path(hierarchy, node, links);
    for (size_t i = 0; i < n; i++) {
        assert_false(visited[node]);
        visited[node] = true;
        assert_true(x->use[links[i]]);
        assert_true(i == 0 || x->graph.relays == NULL || x->graph.relays[node]);
        node = kh_graph_far_end(x->ends[links[i]], node);
        length += x->weight[links[i]];
    }
    assert_int_equal(node, source);
    return length;
}

static void compare(network *x, kh_hierarchy *hierarchy, const kh_tree *tree, uint32_t source)
{
    uint32_t targets[MOST_NODES], links[MOST_NODES];
    size_t n = 0;
    for (uint32_t v = 0; v < x->graph.n_nodes; v++)
        if (kh_rng_uniform(&x->rng) < 0.3)
            targets[n++] = v;
    kh_hierarchy_look(hierarchy, source, targets, n);
    for (size_t i = 0; i < n; i++) {
        double expected = kh_tree_distance(tree, targets[i]), distance = kh_hierarchy_distance(hierarchy, targets[i]);
        if (isinf(expected)) {
            assert_true(isinf(distance));
            assert_int_equal(kh_hierarchy_path(hierarchy, targets[i], links), 0);
            continue;
        }
        assert_near(distance, expected, 1e-14 * expected);
        assert_near(walk_back(x, hierarchy, source, targets[i]), expected, 1e-14 * expected);
    }
}

static void paths_are_shortest_whatever_the_weights_become(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        network x;
        draw_network(&x, seed);
        kh_hierarchy *hierarchy;
        assert_int_equal(kh_hierarchy_create(&x.graph, x.use, x.arena, &hierarchy, NULL), KH_OK);
        assert_non_null(hierarchy);
        kh_tree *tree = kh_tree_create(&x.graph, x.use, x.arena);
        assert_non_null(tree);
        for (int round = 0; round < ROUNDS; round++) {
            kh_hierarchy_weigh(hierarchy, x.weight);
            for (uint32_t v = 0; v < x.graph.n_nodes; v++) {
                kh_tree_grow(tree, x.weight, v, NULL, 0);
                compare(&x, hierarchy, tree, v);
            }
            change_weights(&x);
        }
        kh_arena_destroy(x.arena);
    }
}

static bool is_arc(const kh_elimination *order, uint32_t a, uint32_t b)
{
    uint32_t tail = a < b ? a : b, head = a < b ? b : a;
    for (uint32_t arc = order->first[tail]; arc < order->first[tail + 1]; arc++)
        if (order->head[arc] == head)
            return kh_elimination_arc(order, a, b) == arc;
    return false;
}

static void check_arcs(const network *x, const kh_elimination *order, uint32_t tail)
{
    for (uint32_t a = order->first[tail]; a < order->first[tail + 1]; a++) {
        assert_int_equal(order->tail[a], tail);
        assert_in_range(order->head[a], a == order->first[tail] ? tail + 1 : order->head[a - 1] + 1, x->graph.n_nodes - 1);
        for (uint32_t b = a + 1; b < order->first[tail + 1] && tail >= order->n_ends; b++)
            assert_true(is_arc(order, order->head[a], order->head[b]));
    }
}

static void neighbours_of_a_relay_that_leaves_become_neighbours(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        network x;
        kh_elimination order;
        bool taken[MOST_NODES] = {false};
        draw_network(&x, seed);
        assert_int_equal(kh_elimination_run(&x.graph, x.use, MOST_NODES * MOST_NODES, x.arena, &order, NULL), KH_OK);
        assert_true(order.within);
        for (size_t v = 0; v < x.graph.n_nodes; v++) {
            assert_in_range(order.rank[v], 0, x.graph.n_nodes - 1);
            assert_false(taken[order.rank[v]]);
            taken[order.rank[v]] = true;
            assert_int_equal(order.rank[v] >= order.n_ends, x.graph.relays == NULL || x.graph.relays[v]);
            check_arcs(&x, &order, (uint32_t)v);
        }
        for (size_t e = 0; e < x.graph.n_links; e++)
            assert_true(!x.use[e] || x.ends[e][0] == x.ends[e][1] ||
                        is_arc(&order, order.rank[x.ends[e][0]], order.rank[x.ends[e][1]]));
        kh_arena_destroy(x.arena);
    }
}

/* A ring loses one node after another: each leaves two neighbours behind, until three are left. */
static void a_ring_gets_as_few_arcs_as_it_can(void **state)
{
    (void)state;
    enum { N = 50 };
    uint32_t ends[N][2];
    bool use[N];
    for (uint32_t v = 0; v < N; v++) {
        ends[v][0] = v;
        ends[v][1] = (v + 1) % N;
        use[v] = true;
    }
    const kh_graph graph = {N, N, (const uint32_t(*)[2])ends, NULL};
    kh_arena *arena = kh_arena_create(0);
    kh_elimination order;
    assert_int_equal(kh_elimination_run(&graph, use, 2 * (N - 2) + 1, arena, &order, NULL), KH_OK);
    assert_true(order.within);
    assert_int_equal(order.n_arcs, 2 * (N - 2) + 1);
    assert_int_equal(kh_elimination_run(&graph, use, 2 * (N - 2), arena, &order, NULL), KH_OK);
    assert_false(order.within);
    kh_arena_destroy(arena);
}

static void no_memory_is_a_word(void **state)
{
    (void)state;
    network x;
    draw_network(&x, 1);
    for (uint64_t nth = 1; nth < 10; nth++) {
        kh_hierarchy *hierarchy;
        kh_arena_fail_after(x.arena, nth);
        assert_int_equal(kh_hierarchy_create(&x.graph, x.use, x.arena, &hierarchy, NULL), KH_ENOMEM);
    }
    kh_arena_destroy(x.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_shortest_whatever_the_weights_become),
        cmocka_unit_test(neighbours_of_a_relay_that_leaves_become_neighbours),
        cmocka_unit_test(a_ring_gets_as_few_arcs_as_it_can),
        cmocka_unit_test(no_memory_is_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

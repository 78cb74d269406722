/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees kept from round to round against trees grown from nothing: same distances, and paths that have them, after any change of
   weights; parallel links, self loops, dead links, nodes that do not relay, zeros, weights over 24 orders of magnitude. */
#include "core/base/rng.h"
#include "core/net/ids.h"
#include "solvers/graph/forest.h"
#include "solvers/graph/tree.h"
#include "tests/solvers/near.h"

enum { NETWORKS = 200, ROUNDS = 12, MOST_NODES = 30, MOST_LINKS = 60 };

typedef struct network {
    kh_arena *arena;
    kh_rng rng;
    uint32_t ends[MOST_LINKS][2], source[MOST_NODES],
        last[MOST_NODES][MOST_NODES]; /* last: link on which each tree reached each node before */
    bool use[MOST_LINKS], relays[MOST_NODES];
    double weight[MOST_LINKS];
    kh_graph graph;
} network;

static void draw_network(network *x, uint64_t seed)
{
    *x = (network){.arena = kh_arena_create(0), .rng = kh_rng_stream(seed, "", "forest")};
    size_t n = 1 + kh_rng_below(&x->rng, MOST_NODES), m = kh_rng_below(&x->rng, MOST_LINKS + 1);
    for (size_t v = 0; v < n; v++) {
        x->source[v] = (uint32_t)v;
        x->relays[v] = kh_rng_uniform(&x->rng) > 0.2;
    }
    for (size_t e = 0; e < m; e++) {
        x->use[e] = kh_rng_uniform(&x->rng) > 0.1;
        x->weight[e] = kh_rng_uniform(&x->rng);
        for (int i = 0; i < 2; i++)
            x->ends[e][i] = (uint32_t)kh_rng_below(&x->rng, n);
    }
    x->graph = (kh_graph){n, m, (const uint32_t(*)[2])x->ends, x->relays};
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

/* Follows the path under the trusted rule. @return the link into the node, KH_NO_INDEX at the source */
static uint32_t walk_back(const network *x, const kh_forest *forest, uint32_t source, uint32_t node)
{
    uint32_t links[MOST_NODES];
    size_t n = kh_forest_path(forest, node, links);
    assert_true(n < x->graph.n_nodes);
    for (size_t i = 0; i < n; i++) {
        assert_true(x->use[links[i]]);
        assert_true(i == 0 || x->relays[node]);
        node = kh_graph_far_end(x->ends[links[i]], node);
    }
    assert_int_equal(node, source);
    return n > 0 ? links[0] : KH_NO_INDEX;
}

static void compare(network *x, const kh_forest *forest, const kh_tree *tree, uint32_t source)
{
    for (uint32_t v = 0; v < x->graph.n_nodes; v++) {
        double expected = kh_tree_distance(tree, v), distance = kh_forest_distance(forest, v);
        if (isinf(expected)) {
            assert_true(isinf(distance));
            continue;
        }
        assert_near(distance, expected, 1e-14 * expected);
        uint32_t link = walk_back(x, forest, source, v);
        assert_true(kh_forest_moved(forest, v) || v == source || link == x->last[source][v]);
        x->last[source][v] = link;
    }
}

static void trees_are_shortest_whatever_the_weights_become_and_few_are_kept(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        network x;
        draw_network(&x, seed);
        kh_forest *forest = kh_forest_create(&x.graph, x.use, x.source, x.graph.n_nodes, seed % 4 * 1000, x.arena);
        kh_tree *tree = kh_tree_create(&x.graph, x.use, x.arena);
        assert_non_null(forest);
        assert_non_null(tree);
        for (int round = 0; round < ROUNDS; round++) {
            for (uint32_t v = 0; v < x.graph.n_nodes; v++) {
                kh_forest_grow(forest, v, x.weight);
                kh_tree_grow(tree, x.weight, v, NULL, 0);
                compare(&x, forest, tree, v);
            }
            change_weights(&x);
        }
        kh_arena_destroy(x.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_shortest_whatever_the_weights_become_and_few_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

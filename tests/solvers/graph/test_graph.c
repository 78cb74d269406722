/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/graph.h"

#include "core/base/rng.h"
#include "core/net/ids.h"
#include "solvers/graph/incidence.h"
#include "solvers/graph/tree.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { NODES = 30, LINKS = 70 };

typedef struct example {
    uint32_t ends[LINKS][2];
    double weight[LINKS];
    bool relays[NODES], use[LINKS];
    kh_graph graph;
} example;

static void draw_example(example *x, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "graph");
    for (size_t v = 0; v < NODES; v++)
        x->relays[v] = kh_rng_uniform(&rng) > 0.25;
    for (size_t e = 0; e < LINKS; e++) {
        x->ends[e][0] = (uint32_t)kh_rng_below(&rng, NODES);
        x->ends[e][1] = (uint32_t)kh_rng_below(&rng, NODES);
        x->use[e] = kh_rng_uniform(&rng) > 0.2;
        x->weight[e] = x->use[e] ? kh_rng_uniform(&rng) : HUGE_VAL;
    }
    x->graph = (kh_graph){NODES, LINKS, (const uint32_t(*)[2])x->ends, x->relays};
}

/* A path of links from the node back to the source, over relays, as long as it says. */
static void check_path(const example *x, const kh_tree *tree, uint32_t source, uint32_t node)
{
    uint32_t links[NODES];
    size_t n = kh_tree_path(tree, node, links);
    double length = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t *ends = x->ends[links[i]];
        assert_true(ends[0] == node || ends[1] == node);
        assert_true(i == 0 || x->relays[node]);
        node = ends[0] == node ? ends[1] : ends[0];
        length += x->weight[links[i]];
    }
    assert_int_equal(node, source);
    assert_true(!isinf(length));
}

static void own_trees_and_those_of_igraph_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        example x;
        draw_example(&x, seed);
        kh_arena *arena = kh_arena_create(0);
        kh_tree *tree = kh_tree_create(&x.graph, x.use, arena);
        double distance[NODES];
        uint32_t via[NODES];
        for (uint32_t source = 0; source < NODES; source++) {
            kh_tree_grow(tree, x.weight, source, NULL, 0);
            assert_int_equal(kh_graph_tree(&x.graph, x.weight, source, distance, via, NULL), KH_OK);
            for (uint32_t v = 0; v < NODES; v++) {
                assert_int_equal(isinf(distance[v]), isinf(kh_tree_distance(tree, v)));
                if (isinf(distance[v]))
                    continue;
                assert_near(kh_tree_distance(tree, v), distance[v], 1e-14);
                check_path(&x, tree, source, v);
            }
        }
        kh_arena_destroy(arena);
    }
}

static void a_tree_that_stops_early_is_right_at_its_targets(void **state)
{
    (void)state;
    example x;
    draw_example(&x, 99);
    kh_arena *arena = kh_arena_create(0);
    kh_tree *whole = kh_tree_create(&x.graph, x.use, arena), *part = kh_tree_create(&x.graph, x.use, arena);
    for (uint32_t source = 0; source < NODES; source++) {
        const uint32_t targets[] = {(source + 3) % NODES, (source + 11) % NODES, (source + 3) % NODES};
        kh_tree_grow(whole, x.weight, source, NULL, 0);
        kh_tree_grow(part, x.weight, source, targets, 3);
        for (size_t i = 0; i < 3; i++)
            assert_true(kh_tree_distance(part, targets[i]) <= kh_tree_distance(whole, targets[i]) &&
                        kh_tree_distance(part, targets[i]) >= kh_tree_distance(whole, targets[i]));
    }
    kh_arena_destroy(arena);
}

static void among_equal_distances_fewest_hops_win(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{0, 1}, {1, 2}, {0, 2}};
    const double weight[] = {0, 0, 0};
    const bool use[] = {true, true, true};
    kh_graph graph = {3, 3, ends, NULL};
    kh_arena *arena = kh_arena_create(0);
    kh_tree *tree = kh_tree_create(&graph, use, arena);
    kh_tree_grow(tree, weight, 0, NULL, 0);
    uint32_t links[2];
    assert_int_equal(kh_tree_path(tree, 2, links), 1);
    assert_int_equal(links[0], 2);
    kh_arena_destroy(arena);
}

static double capacity_across(const example *x, const double *capacity, const bool *side)
{
    double sum = 0;
    for (size_t e = 0; e < LINKS; e++)
        if (side[x->ends[e][0]] != side[x->ends[e][1]])
            sum += capacity[e];
    return sum;
}

static void the_smallest_cut_carries_the_largest_flow(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        example x;
        draw_example(&x, seed);
        x.graph.relays = NULL;
        for (size_t e = 0; e < LINKS; e++)
            x.weight[e] = x.use[e] ? x.weight[e] : 0;
        bool side[NODES];
        double value;
        assert_int_equal(kh_graph_min_cut(&x.graph, x.weight, 0, 1, &value, side, NULL), KH_OK);
        assert_true(side[0] && !side[1]);
        assert_near(capacity_across(&x, x.weight, side), value, 1e-12);
    }
}

static void the_largest_flow_passes_only_relays(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{0, 1}, {1, 3}, {0, 2}, {2, 3}};
    const double capacity[] = {5, 7, 2, 2};
    const bool relays[] = {false, false, true, false};
    kh_graph graph = {4, 4, ends, relays};
    bool side[4];
    double value;
    assert_int_equal(kh_graph_min_cut(&graph, capacity, 0, 3, &value, side, NULL), KH_OK);
    assert_near(value, 2, 1e-12);
    graph.relays = NULL;
    assert_int_equal(kh_graph_min_cut(&graph, capacity, 0, 3, &value, side, NULL), KH_OK);
    assert_near(value, 7, 1e-12);
}

static void components_follow_the_links_in_use(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{0, 1}, {1, 2}, {3, 4}, {4, 4}};
    const bool use[] = {true, false, true, true};
    kh_graph graph = {6, 4, ends, NULL};
    uint32_t component[6];
    assert_int_equal(kh_graph_components(&graph, use, component, NULL), KH_OK);
    assert_true(component[0] == component[1] && component[1] != component[2] && component[3] == component[4]);
    assert_true(component[5] != component[0] && component[5] != component[3] && component[5] != component[2]);
}

static void wrong_input_is_an_error_and_not_the_end_of_the_process(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{0, 1}, {1, 2}}, beyond[][2] = {{0, 1}, {1, 3}};
    const double good[] = {1, 1}, negative[] = {1, -1}, none[] = {1, NAN}, endless[] = {1, INFINITY};
    kh_graph graph = {3, 2, ends, NULL}, broken = {3, 2, beyond, NULL};
    double distance[3], value = 7;
    uint32_t via[3];
    bool side[3];
    kh_error err = {0};
    assert_int_equal(kh_graph_tree(&broken, good, 0, distance, via, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "link 1"));
    assert_int_equal(kh_graph_tree(&graph, good, 3, distance, via, NULL), KH_ERANGE);
    assert_int_equal(kh_graph_tree(&graph, negative, 0, distance, via, NULL), KH_ERANGE);
    assert_int_equal(kh_graph_tree(&graph, none, 0, distance, via, NULL), KH_ERANGE);
    assert_int_equal(kh_graph_min_cut(&graph, endless, 0, 2, &value, side, NULL), KH_ERANGE);
    assert_int_equal(kh_graph_min_cut(&graph, good, 1, 1, &value, side, NULL), KH_ERANGE);
    assert_near(value, 7, 0);
}

static void incidence_lists_each_item_at_both_ends(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{2, 0}, {0, 1}, {2, 2}};
    kh_arena *arena = kh_arena_create(0);
    kh_incidence at = kh_incidence_build(4, 3, ends[0], sizeof ends[0], arena);
    const size_t first[] = {0, 2, 3, 6, 6};
    const uint32_t item[] = {0, 1, 1, 0, 2, 2};
    assert_memory_equal(at.first, first, sizeof first);
    assert_memory_equal(at.item, item, sizeof item);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_trees_and_those_of_igraph_agree),
        cmocka_unit_test(a_tree_that_stops_early_is_right_at_its_targets),
        cmocka_unit_test(among_equal_distances_fewest_hops_win),
        cmocka_unit_test(the_smallest_cut_carries_the_largest_flow),
        cmocka_unit_test(the_largest_flow_passes_only_relays),
        cmocka_unit_test(components_follow_the_links_in_use),
        cmocka_unit_test(wrong_input_is_an_error_and_not_the_end_of_the_process),
        cmocka_unit_test(incidence_lists_each_item_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

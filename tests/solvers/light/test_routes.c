/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/routes.h"

#include "core/base/rng.h"
#include "tests/solvers/near.h"

#include <stdlib.h>
#include <string.h>

enum { CASES = 200, MOST_NODES = 7, MOST_LINKS = 12, MOST_ROUTES = 2000 };

static kh_routes find(const kh_graph *graph, const double *length, uint32_t from, uint32_t to, size_t most, kh_arena *arena)
{
    kh_routes routes = {0};
    assert_int_equal(kh_routes_find(graph, length, from, to, most, arena, &routes, NULL), KH_OK);
    return routes;
}

static void routes_come_in_the_order_of_their_length(void **state)
{
    (void)state;
    /* a square with a diagonal and a second link beside the first */
    const uint32_t ends[][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}, {1, 0}};
    const double length[] = {1, 1, 1, 1.5, 1.7, 4};
    const kh_graph graph = {4, 6, ends, NULL};
    kh_arena *arena = kh_arena_create(0);
    kh_routes r = find(&graph, length, 0, 2, 3, arena);
    assert_int_equal(r.n, 3);
    assert_false(r.complete);
    assert_near(r.routes[0].length, 1.7, 1e-12);
    assert_near(r.routes[1].length, 2, 1e-12);
    assert_int_equal(r.routes[1].links[0], 0);
    assert_int_equal(r.routes[1].links[1], 1);
    assert_near(r.routes[2].length, 2.5, 1e-12);
    r = find(&graph, length, 0, 2, 10, arena);
    assert_int_equal(r.n, 4);
    assert_near(r.routes[3].length, 5, 1e-12);
    assert_true(r.complete);
    kh_arena_destroy(arena);
}

typedef struct walk {
    const kh_graph *graph;
    const double *length;
    uint32_t to;
    bool passed[MOST_NODES];
    double *found;
    size_t n;
} walk;

static void walk_on(walk *w, uint32_t node, bool first, double so_far)
{
    if (node == w->to) {
        assert_true(w->n < MOST_ROUTES);
        w->found[w->n++] = so_far;
        return;
    }
    if (!first && !w->graph->relays[node])
        return;
    w->passed[node] = true;
    for (size_t e = 0; e < w->graph->n_links; e++) {
        const uint32_t *ends = w->graph->ends[e];
        if (isinf(w->length[e]) || (ends[0] != node && ends[1] != node) || w->passed[kh_graph_far_end(ends, node)])
            continue;
        walk_on(w, kh_graph_far_end(ends, node), false, so_far + w->length[e]);
    }
    w->passed[node] = false;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void they_are_those_of_a_search_of_all_ways(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CASES; seed++) {
        kh_rng rng = kh_rng_stream(seed, "", "routes");
        uint32_t ends[MOST_LINKS][2];
        double length[MOST_LINKS], lengths[MOST_ROUTES];
        bool relays[MOST_NODES];
        kh_graph graph = {2 + kh_rng_below(&rng, MOST_NODES - 1), kh_rng_below(&rng, MOST_LINKS + 1), (const uint32_t(*)[2])ends,
                          relays};
        for (size_t i = 0; i < graph.n_nodes; i++)
            relays[i] = kh_rng_uniform(&rng) > 0.2;
        for (size_t e = 0; e < graph.n_links; e++) {
            ends[e][0] = (uint32_t)kh_rng_below(&rng, graph.n_nodes);
            ends[e][1] = (uint32_t)kh_rng_below(&rng, graph.n_nodes);
            length[e] = kh_rng_uniform(&rng) < 0.1 ? (double)INFINITY : kh_rng_uniform(&rng);
        }
        kh_arena *arena = kh_arena_create(0);
        walk w = {.graph = &graph, .length = length, .to = 1, .found = lengths};
        walk_on(&w, 0, true, 0);
        qsort(lengths, w.n, sizeof *lengths, by_value);
        kh_routes r = find(&graph, length, 0, 1, MOST_ROUTES, arena);
        assert_true(r.complete);
        assert_int_equal(r.n, w.n);
        for (size_t i = 0; i < r.n; i++)
            assert_near(r.routes[i].length, lengths[i], 1e-9);
        kh_arena_destroy(arena);
    }
}

static void wrong_ends_and_lengths_are_refused(void **state)
{
    (void)state;
    const uint32_t ends[][2] = {{0, 1}};
    const kh_graph graph = {2, 1, ends, NULL};
    kh_arena *arena = kh_arena_create(0);
    kh_error err = {0};
    kh_routes r = {.n = 9};
    assert_int_equal(kh_routes_find(&graph, (double[]){1}, 0, 0, 1, arena, &r, &err), KH_ERANGE);
    assert_int_equal(kh_routes_find(&graph, (double[]){1}, 0, 2, 1, arena, &r, &err), KH_ERANGE);
    assert_int_equal(kh_routes_find(&graph, (double[]){0}, 0, 1, 1, arena, &r, &err), KH_ERANGE);
    assert_int_equal(r.n, 9);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_come_in_the_order_of_their_length),
        cmocka_unit_test(they_are_those_of_a_search_of_all_ways),
        cmocka_unit_test(wrong_ends_and_lengths_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

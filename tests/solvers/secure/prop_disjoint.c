/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disjoint paths against a linear program of least-cost flow on the split graph, whose vertices are integer: same number of paths,
   same total length; on random networks with parallel links, self loops, dead links, nodes that do not relay, equal and zero
   lengths. */
#include "core/base/rng.h"
#include "solvers/lp/lp.h"
#include "solvers/secure/disjoint.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { NETWORKS = 300, MOST_NODES = 14, MOST_LINKS = 34, MOST_WAYS = 4 };

typedef struct network {
    kh_arena *arena;
    kh_rng rng;
    uint32_t ends[MOST_LINKS][2];
    bool use[MOST_LINKS], relays[MOST_NODES];
    double length[MOST_LINKS];
    kh_graph graph;
} network;

/* @p kind  0: lengths of all sizes; 1: equal ones; 2: some are zero */
static void draw_network(network *x, uint64_t seed, int kind)
{
    *x = (network){.arena = kh_arena_create(0), .rng = kh_rng_stream(seed, "", "disjoint")};
    size_t n = 2 + kh_rng_below(&x->rng, MOST_NODES - 1), m = kh_rng_below(&x->rng, MOST_LINKS + 1);
    for (size_t v = 0; v < n; v++)
        x->relays[v] = kh_rng_uniform(&x->rng) > 0.1;
    for (size_t e = 0; e < m; e++) {
        x->use[e] = kh_rng_uniform(&x->rng) > 0.05;
        x->length[e] = kind == 1 ? 3 : pow(10, 2 * kh_rng_uniform(&x->rng));
        if (kind == 2 && kh_rng_uniform(&x->rng) < 0.3)
            x->length[e] = 0;
        for (int i = 0; i < 2; i++)
            x->ends[e][i] = (uint32_t)kh_rng_below(&x->rng, n);
    }
    x->graph = (kh_graph){n, m, (const uint32_t(*)[2])x->ends, x->relays};
}

typedef struct program {
    size_t n_columns, n_entries, start[2 * MOST_LINKS + MOST_NODES + 1];
    uint32_t row[4 * MOST_LINKS + 2 * MOST_NODES];
    double value[4 * MOST_LINKS + 2 * MOST_NODES], cost[2 * MOST_LINKS + MOST_NODES], lower[2 * MOST_LINKS + MOST_NODES];
    double upper[2 * MOST_LINKS + MOST_NODES], primal[2 * MOST_LINKS + MOST_NODES], rows[2 * MOST_NODES];
} program;

static void add_arc(program *p, uint32_t tail, uint32_t head, double cost, double room)
{
    p->row[p->n_entries] = tail;
    p->value[p->n_entries++] = 1;
    p->row[p->n_entries] = head;
    p->value[p->n_entries++] = -1;
    p->cost[p->n_columns] = cost;
    p->upper[p->n_columns] = room;
    p->start[++p->n_columns] = p->n_entries;
}

/* Least length of n disjoint paths; INFINITY when there are not so many. */
static double least_length(const network *x, uint32_t from, uint32_t to, double n, kh_disjoint_by by)
{
    program p = {0};
    for (uint32_t v = 0; v < x->graph.n_nodes; v++)
        if (v != from && v != to && x->relays[v])
            add_arc(&p, 2 * v, 2 * v + 1, 0, by == KH_DISJOINT_NODES ? 1 : MOST_LINKS);
    for (size_t e = 0; e < x->graph.n_links; e++)
        for (int i = 0; i < 2 && x->use[e] && x->ends[e][0] != x->ends[e][1]; i++)
            add_arc(&p, 2 * x->ends[e][i] + 1, 2 * x->ends[e][1 - i], x->length[e], 1);
    p.rows[2 * from + 1] = n;
    p.rows[2 * to] = -n;
    kh_lp lp = {.n_rows = 2 * x->graph.n_nodes,
                .n_columns = p.n_columns,
                .row_lower = p.rows,
                .row_upper = p.rows,
                .column_lower = p.lower,
                .column_upper = p.upper,
                .cost = p.cost,
                .start = p.start,
                .row = p.row,
                .value = p.value};
    kh_lp_solution solution = {.primal = p.primal};
    kh_status status = kh_lp_solve(&lp, NULL, &solution, NULL);
    assert_true(status == KH_OK || status == KH_INFEASIBLE);
    return status == KH_OK ? solution.objective : HUGE_VAL;
}

static void check_ways(const network *x, const kh_disjoint_ways *ways, size_t n, const uint32_t ends[2], kh_disjoint_by by)
{
    bool passed[MOST_NODES] = {false}, used[MOST_LINKS] = {false};
    double sum = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        kh_disjoint_way way = kh_disjoint_ways_get(ways, i);
        uint32_t node = ends[0];
        double length = 0;
        for (size_t h = 0; h < way.n_links; h++) {
            uint32_t e = way.links[h];
            assert_true(x->use[e] && !used[e] && (x->ends[e][0] == node || x->ends[e][1] == node));
            assert_true(h == 0 || (x->relays[node] && (by == KH_DISJOINT_LINKS || !passed[node])));
            used[e] = passed[node] = true;
            length += x->length[e];
            node = kh_graph_far_end(x->ends[e], node);
        }
        assert_int_equal(node, ends[1]);
        assert_near(length, way.length, 1e-12 * length);
        assert_true(length >= last);
        last = length;
        sum += length;
    }
    assert_near(sum, kh_disjoint_ways_length(ways), 1e-12 * sum);
}

/* Without the named nodes and direct links no path is left, and there are as many of both as paths. */
static void check_separator(const network *x, const kh_disjoint_ways *ways, size_t n, const uint32_t ends[2])
{
    uint32_t nodes[MOST_NODES];
    network y = *x;
    size_t n_nodes = kh_disjoint_ways_separator(ways, nodes), n_direct = 0;
    y.graph.relays = y.relays;
    for (size_t i = 0; i < n_nodes; i++) {
        assert_true(nodes[i] != ends[0] && nodes[i] != ends[1] && y.relays[nodes[i]]);
        y.relays[nodes[i]] = false;
    }
    for (size_t e = 0; e < x->graph.n_links; e++) {
        bool direct =
            (x->ends[e][0] == ends[0] && x->ends[e][1] == ends[1]) || (x->ends[e][0] == ends[1] && x->ends[e][1] == ends[0]);
        n_direct += direct && x->use[e];
        y.use[e] = x->use[e] && !direct;
    }
    assert_int_equal(n_nodes + n_direct, n);
    assert_true(isinf(least_length(&y, ends[0], ends[1], 1, KH_DISJOINT_NODES)));
}

static void compare(const network *x, kh_disjoint_ways *ways, const uint32_t ends[2], kh_disjoint_by by)
{
    for (size_t k = 1; k <= MOST_WAYS; k++) {
        size_t n = kh_disjoint_ways_find(ways, ends[1], k, by);
        check_ways(x, ways, n, ends, by);
        assert_true(n <= k);
        if (n > 0)
            assert_near(kh_disjoint_ways_length(ways), least_length(x, ends[0], ends[1], (double)n, by), 1e-9 * 400);
        if (n < k) {
            assert_true(isinf(least_length(x, ends[0], ends[1], (double)n + 1, by)));
            if (by == KH_DISJOINT_NODES)
                check_separator(x, ways, n, ends);
            break;
        }
    }
}

static void try_all(int kind, kh_disjoint_by by)
{
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        network x;
        draw_network(&x, seed, kind);
        kh_disjoint_ways *ways = kh_disjoint_ways_create(&x.graph, x.use, x.arena);
        assert_non_null(ways);
        uint32_t from = (uint32_t)kh_rng_below(&x.rng, x.graph.n_nodes);
        kh_disjoint_ways_root(ways, x.length, from);
        for (uint32_t to = 0; to < x.graph.n_nodes; to += 3)
            if (to != from)
                compare(&x, ways, (const uint32_t[2]){from, to}, by);
        kh_arena_destroy(x.arena);
    }
}

static void no_shorter_node_disjoint_paths_exist(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < 3; kind++)
        try_all(kind, KH_DISJOINT_NODES);
}

static void no_shorter_link_disjoint_paths_exist(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < 2; kind++)
        try_all(kind, KH_DISJOINT_LINKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_shorter_node_disjoint_paths_exist),
        cmocka_unit_test(no_shorter_link_disjoint_paths_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

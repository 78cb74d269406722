/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/arena.h"
#include "solvers/design/modules.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { SIDE = 4, NODES = SIDE * SIDE, LINKS = 2 * SIDE * (SIDE - 1) };

/* A square grid in which everybody asks the first node for little: one module carries all of it. */
typedef struct grid {
    uint32_t ends[LINKS][2];
    kh_keyflow_demand demands[NODES - 1];
    kh_modules_choice choices[LINKS];
    kh_modules_problem problem;
} grid;

static void build(grid *g)
{
    size_t m = 0;
    *g = (grid){.problem = {.theta = 1, .time_limit_s = INFINITY}};
    for (uint32_t v = 0; v < NODES; v++) {
        if (v % SIDE + 1 < SIDE)
            memcpy(g->ends[m++], (uint32_t[]){v, v + 1}, sizeof *g->ends);
        if (v + SIDE < NODES)
            memcpy(g->ends[m++], (uint32_t[]){v, v + SIDE}, sizeof *g->ends);
        if (v > 0)
            g->demands[v - 1] = (kh_keyflow_demand){{0, v}, 1};
    }
    for (uint32_t e = 0; e < LINKS; e++)
        g->choices[e] = (kh_modules_choice){.link = e, .most = UINT32_MAX, .rate_bps = 100, .cost = 1 + e % 2};
    g->problem.graph = (kh_graph){.n_nodes = NODES, .n_links = LINKS, .ends = (const uint32_t(*)[2])g->ends};
    g->problem.demands = g->demands;
    g->problem.n_demands = NODES - 1;
    g->problem.choices = g->choices;
    g->problem.n_choices = LINKS;
}

/* Prim's way. */
static double cheapest_tree(const grid *g)
{
    bool in[NODES] = {true};
    double sum = 0;
    for (int n = 1; n < NODES; n++) {
        size_t best = LINKS;
        for (size_t e = 0; e < LINKS; e++)
            if (in[g->ends[e][0]] != in[g->ends[e][1]] && (best == LINKS || g->choices[e].cost < g->choices[best].cost))
                best = e;
        in[g->ends[best][0]] = in[g->ends[best][1]] = true;
        sum += g->choices[best].cost;
    }
    return sum;
}

static void little_traffic_is_proven_to_need_a_spanning_tree_by_reasons_alone(void **state)
{
    (void)state;
    grid g;
    kh_modules_design design;
    kh_arena *arena = kh_arena_create(0);
    build(&g);
    double tree = cheapest_tree(&g);
    assert_int_equal(kh_modules_solve(&g.problem, arena, &design, NULL), KH_OK);
    assert_near(design.cost, tree, 1e-9);
    assert_near(design.proof_bound, tree, 1e-6);
    assert_int_equal(kh_modules_verify(&g.problem, &design, NULL), KH_OK);
    kh_arena_destroy(arena);
}

/* With the weight of a link that joins two parts gone they are one part, and less is proven. */
static void parts_that_are_no_longer_apart_prove_less(void **state)
{
    (void)state;
    grid g;
    kh_modules_design design;
    kh_arena *arena = kh_arena_create(0);
    size_t tried = 0;
    build(&g);
    assert_int_equal(kh_modules_solve(&g.problem, arena, &design, NULL), KH_OK);
    for (size_t i = 0; i < design.n_reasons; i++) {
        kh_modules_reason *reason = &design.reasons[i];
        for (size_t e = 0; e < LINKS && reason->joins; e++) {
            double weight[LINKS];
            const double *whole = reason->weight;
            if (!(whole[e] > 0))
                continue;
            memcpy(weight, whole, sizeof weight);
            weight[e] = 0;
            reason->weight = weight;
            assert_int_equal(kh_modules_verify(&g.problem, &design, NULL), KH_UNMET);
            reason->weight = whole;
            tried++;
        }
    }
    assert_true(tried > 0);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_traffic_is_proven_to_need_a_spanning_tree_by_reasons_alone),
        cmocka_unit_test(parts_that_are_no_longer_apart_prove_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complete graphs, where almost every link is full: what rounds prove when the wanted gap is out of their reach, and the optimum.
 */
#include "core/base/rng.h"
#include "solvers/flow/equilibrium.h"
#include "solvers/flow/keyflow.h"
#include "tests/solvers/near.h"

#include <math.h>

enum { FEW = 12, MOST = 24, LINKS = MOST * (MOST - 1) / 2 };

typedef struct complete {
    uint32_t ends[LINKS][2];
    double capacity_bps[LINKS];
    kh_keyflow_demand demands[LINKS];
    kh_keyflow_problem problem;
} complete;

static void draw(complete *c, uint32_t n_nodes, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "complete");
    size_t m = 0;
    for (uint32_t a = 0; a < n_nodes; a++)
        for (uint32_t b = a + 1; b < n_nodes; b++, m++) {
            c->ends[m][0] = a;
            c->ends[m][1] = b;
            c->capacity_bps[m] = 50 + 450 * kh_rng_uniform(&rng);
            c->demands[m] = (kh_keyflow_demand){{a, b}, 1 + 99 * kh_rng_uniform(&rng)};
        }
    c->problem = (kh_keyflow_problem){.graph = {n_nodes, m, (const uint32_t(*)[2])c->ends, NULL},
                                      .capacity_bps = c->capacity_bps,
                                      .demands = c->demands,
                                      .n_demands = m,
                                      .level_cap = INFINITY,
                                      .time_limit_s = INFINITY};
}

/* @return the gap that is proven */
static double equilibrate(const complete *c, double gap, bool *reached)
{
    kh_arena *arena = kh_arena_create(0);
    kh_pricer pricer;
    kh_pool pool;
    kh_equilibrium found;
    const kh_equilibrium_options options = {.gap = gap, .deadline_s = INFINITY};
    assert_int_equal(kh_pricer_init(&pricer, &c->problem, arena, NULL), KH_OK);
    assert_int_equal(kh_pool_init(&pool, c->problem.n_demands, arena, NULL), KH_OK);
    assert_int_equal(kh_equilibrium_find(&pricer, &options, &pool, arena, &found, NULL), KH_OK);
    *reached = found.reached;
    kh_arena_destroy(arena);
    return found.bound * found.congestion - 1;
}

static void rounds_that_do_not_reach_the_gap_prove_what_they_came_to(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        complete c;
        bool reached;
        draw(&c, FEW, seed);
        assert_near(equilibrate(&c, 1e-13, &reached), 0, 0.01);
        assert_false(reached);
    }
}

/* More tight links than a basis of keys takes: a sparse program goes on from it. */
static void the_optimum_is_proven(void **state)
{
    (void)state;
    complete c;
    kh_keyflow flow;
    kh_arena *arena = kh_arena_create(0);
    draw(&c, MOST, 0);
    assert_int_equal(kh_keyflow_solve(&c.problem, arena, &flow, NULL), KH_OK);
    assert_true(flow.complete);
    assert_near(flow.bound / flow.value, 1, 1e-9);
    assert_in_range(flow.n_routes, LINKS + 128, SIZE_MAX);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_optimum_is_proven),
        cmocka_unit_test(rounds_that_do_not_reach_the_gap_prove_what_they_came_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rounds prove when the wanted gap is out of their reach: complete graphs, where almost every link is full. */
#include "core/base/rng.h"
#include "solvers/flow/equilibrium.h"
#include "tests/solvers/near.h"

#include <math.h>

enum { NODES = 12, LINKS = NODES * (NODES - 1) / 2 };

typedef struct complete {
    uint32_t ends[LINKS][2];
    double capacity_bps[LINKS];
    kh_keyflow_demand demands[LINKS];
    kh_keyflow_problem problem;
} complete;

static void draw(complete *c, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "complete");
    size_t m = 0;
    for (uint32_t a = 0; a < NODES; a++)
        for (uint32_t b = a + 1; b < NODES; b++, m++) {
            c->ends[m][0] = a;
            c->ends[m][1] = b;
            c->capacity_bps[m] = 50 + 450 * kh_rng_uniform(&rng);
            c->demands[m] = (kh_keyflow_demand){{a, b}, 1 + 99 * kh_rng_uniform(&rng)};
        }
    c->problem = (kh_keyflow_problem){.graph = {NODES, LINKS, (const uint32_t(*)[2])c->ends, NULL},
                                      .capacity_bps = c->capacity_bps,
                                      .demands = c->demands,
                                      .n_demands = LINKS};
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
    assert_int_equal(kh_pool_init(&pool, LINKS, arena, NULL), KH_OK);
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
        draw(&c, seed);
        assert_near(equilibrate(&c, 1e-13, &reached), 0, 0.01);
        assert_false(reached);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_that_do_not_reach_the_gap_prove_what_they_came_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include "solvers/flow/keyflow.h"

#include <math.h>

enum { DIRECT = 11, DETOUR = 32 };

/* A ring: the ends are 11 links apart one way and 32 the other. @return the first link of the detour */
static uint32_t build_ring(kh_builder *b, double direct_bps, double detour_bps)
{
    kh_builder_nodes(b, DIRECT + DETOUR);
    for (uint32_t v = 0; v < DIRECT + DETOUR; v++)
        kh_builder_link(b, v, (v + 1) % (DIRECT + DETOUR), v < DIRECT ? direct_bps : detour_bps);
    return DIRECT;
}

static void the_short_chain_is_taken_when_another_demand_is_the_bottleneck(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(64);
    build_ring(&b, 1e4, 1e6);
    kh_builder_nodes(&b, DIRECT + DETOUR + 1);
    kh_builder_link(&b, 0, DIRECT + DETOUR, 200);
    uint32_t k = kh_builder_demand(&b, 0, DIRECT, 512);
    kh_builder_demand(&b, 0, DIRECT + DETOUR, 100);
    for (int objective = 0; objective < 2; objective++) {
        const kh_plan *plan = kh_builder_plan(&b, (kh_objective)objective);
        assert_int_equal(plan->demands[k].n_routes, 1);
        assert_int_equal(plan->demands[k].routes[0].n_links, DIRECT);
        assert_near(plan->demands[k].rate_bps, 512, 1e-7);
        assert_near(plan->value, 2, 1e-9);
    }
    kh_builder_destroy(&b);
}

/* 1000 bit/s are asked and 1500 reached: two thirds of it fit the short way, and the routes must stretch that far together. */
static void the_long_way_takes_only_what_the_value_needs(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(64);
    uint32_t detour = build_ring(&b, 1000, 500);
    kh_builder_demand(&b, 0, DIRECT, 1000);
    const kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_near(plan->value, 1.5, 1e-9);
    assert_int_equal(plan->demands[0].n_routes, 2);
    assert_near(plan->links[detour].used_bps, 1000.0 / 3, 1e-6);
    assert_near(plan->links[0].used_bps, 2000.0 / 3, 1e-6);
    kh_builder_destroy(&b);
}

static void a_flow_stopped_by_the_clock_is_not_called_shortest(void **state)
{
    (void)state;
    const uint32_t ends[2][2] = {{0, 1}, {1, 2}};
    const double capacity_bps[] = {10, 20};
    const kh_keyflow_demand demand = {{0, 2}, 5};
    kh_keyflow_problem problem = {
        .graph = {3, 2, ends, NULL}, .capacity_bps = capacity_bps, .demands = &demand, .n_demands = 1, .level_cap = 1};
    kh_arena *arena = kh_arena_create(0);
    for (int i = 0; i < 2; i++) {
        kh_keyflow flow;
        problem.time_limit_s = i == 0 ? 0 : INFINITY;
        assert_int_equal(kh_keyflow_solve(&problem, arena, &flow, NULL), KH_OK);
        assert_int_equal(flow.shortest, i == 1);
        assert_int_equal(flow.complete, i == 1);
        assert_near(flow.rate_bps[0], 5, 1e-9);
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_short_chain_is_taken_when_another_demand_is_the_bottleneck),
        cmocka_unit_test(the_long_way_takes_only_what_the_value_needs),
        cmocka_unit_test(a_flow_stopped_by_the_clock_is_not_called_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

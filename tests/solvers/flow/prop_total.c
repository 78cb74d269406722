/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weighted total key rate on random small instances: sparse and dense, parallel links, self loops, dead links, untrusted nodes. */
#include "core/base/rng.h"
#include "tests/solvers/arcs.h"
#include "tests/solvers/near.h"

enum { INSTANCES = 300, MOST_NODES = 10, MOST_LINKS = 20, MOST_DEMANDS = 12 };

typedef struct instance {
    uint32_t ends[MOST_LINKS][2];
    double capacity_bps[MOST_LINKS], weight[MOST_DEMANDS];
    bool relays[MOST_NODES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_total_problem problem;
} instance;

static uint32_t draw(kh_rng *rng, size_t n)
{
    return (uint32_t)kh_rng_below(rng, n);
}

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "total");
    size_t n = 2 + draw(&rng, MOST_NODES - 1), m = draw(&rng, MOST_LINKS + 1), k = 1 + draw(&rng, MOST_DEMANDS);
    for (size_t v = 0; v < n; v++)
        in->relays[v] = kh_rng_uniform(&rng) > 0.2;
    for (size_t e = 0; e < m; e++) {
        in->ends[e][0] = draw(&rng, n);
        in->ends[e][1] = draw(&rng, n);
        in->capacity_bps[e] = kh_rng_uniform(&rng) < 0.1 ? 0 : exp(6 * kh_rng_uniform(&rng));
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(&rng, n), b = (a + 1 + draw(&rng, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, exp(5 * kh_rng_uniform(&rng))};
        in->weight[i] = exp(2 * kh_rng_uniform(&rng));
    }
    in->problem = (kh_total_problem){.flow = {.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                              .capacity_bps = in->capacity_bps,
                                              .demands = in->demands,
                                              .n_demands = k,
                                              .level_cap = INFINITY,
                                              .time_limit_s = INFINITY},
                                     .weight = in->weight,
                                     .floor = (double)NAN};
}

typedef void law(instance *in, kh_keyflow *flow, double floor, kh_arena *arena);

static void hold(law *check, double floor)
{
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_keyflow flow;
        double kept;
        kh_arena *arena = kh_arena_create(0);
        draw_instance(&in, seed);
        in.problem.floor = floor;
        assert_int_equal(kh_total_solve(&in.problem, arena, &flow, &kept, NULL), KH_OK);
        check(&in, &flow, kept, arena);
        kh_arena_destroy(arena);
    }
}

static bool any_joined(const instance *in, const kh_keyflow *flow)
{
    bool any = false;
    for (size_t k = 0; k < in->problem.flow.n_demands; k++)
        any = any || flow->joined[k];
    return any;
}

static void compare_with_arcs(instance *in, kh_keyflow *flow, double floor, kh_arena *arena)
{
    (void)arena;
    double value;
    if (!any_joined(in, flow))
        return;
    in->problem.floor = floor;
    assert_int_equal(kh_arcs_total(&in->problem, flow->joined, &value, NULL), KH_OK);
    assert_near(flow->value / value, 1, 1e-8);
}

static void compare_with_bound(instance *in, kh_keyflow *flow, double floor, kh_arena *arena)
{
    (void)floor;
    (void)arena;
    assert_true(flow->bound >= flow->value * (1 - 1e-12));
    assert_true(flow->bound <= flow->value * (1 + 1e-9));
    assert_true(any_joined(in, flow) || flow->n_routes == 0);
}

static void measure_rates(instance *in, kh_keyflow *flow, double floor, kh_arena *arena)
{
    (void)arena;
    double total = 0;
    for (size_t k = 0; k < in->problem.flow.n_demands; k++) {
        double asked_bps = in->demands[k].requested_bps;
        assert_true(!flow->joined[k] || flow->rate_bps[k] >= asked_bps * (floor - 1e-9));
        assert_true(flow->rate_bps[k] <= asked_bps * (1 + 1e-9));
        total += in->weight[k] * flow->rate_bps[k];
    }
    assert_near(flow->value, total, 1e-9 * total);
}

/* Whoever may starve others carries at least as much. */
static void compare_with_floor(instance *in, kh_keyflow *flow, double floor, kh_arena *arena)
{
    kh_keyflow free_flow;
    double kept;
    in->problem.floor = 0;
    assert_int_equal(kh_total_solve(&in->problem, arena, &free_flow, &kept, NULL), KH_OK);
    assert_true(free_flow.value >= flow->value * (1 - 1e-9));
    if (!any_joined(in, flow) || floor >= 0.99)
        return;
    in->problem.floor = floor * 1.01;
    kh_error err = {0};
    assert_int_equal(kh_total_solve(&in->problem, arena, &free_flow, &kept, &err), KH_INFEASIBLE);
    assert_near(kept / floor, 1, 1e-8);
}

static void the_arc_formulation_finds_the_same_total(void **state)
{
    (void)state;
    hold(compare_with_arcs, 0);
    hold(compare_with_arcs, (double)NAN);
}

static void the_certificate_closes(void **state)
{
    (void)state;
    hold(compare_with_bound, 0);
    hold(compare_with_bound, (double)NAN);
}

static void rates_stay_between_floor_and_request(void **state)
{
    (void)state;
    hold(measure_rates, 0);
    hold(measure_rates, (double)NAN);
}

static void a_floor_costs_and_more_than_the_largest_is_refused(void **state)
{
    (void)state;
    hold(compare_with_floor, (double)NAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_arc_formulation_finds_the_same_total),
                                       cmocka_unit_test(the_certificate_closes),
                                       cmocka_unit_test(rates_stay_between_floor_and_request),
                                       cmocka_unit_test(a_floor_costs_and_more_than_the_largest_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

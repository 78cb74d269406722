/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of key flow over time on random small instances: dead links and periods, no stores and endless ones, untrusted nodes. */
#include "core/base/rng.h"
#include "solvers/stores/expanded_verify.h"
#include "tests/solvers/expanded_arcs.h"
#include "tests/solvers/near.h"

#include <stdio.h>

enum { INSTANCES = 500, MOST_NODES = 7, MOST_LINKS = 12, MOST_DEMANDS = 6, MOST_PERIODS = 6 };

typedef struct instance {
    uint32_t ends[MOST_LINKS][2];
    bool relays[MOST_NODES];
    double generated_bps[MOST_PERIODS * MOST_LINKS], store_bits[MOST_LINKS], start_bits[MOST_LINKS];
    double profile[MOST_PERIODS * MOST_DEMANDS], pair_store_bits[MOST_DEMANDS];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_expanded_problem problem;
} instance;

static double wide(kh_rng *rng)
{
    return exp(5 * kh_rng_uniform(rng));
}

static bool chance(kh_rng *rng, double share)
{
    return kh_rng_uniform(rng) < share;
}

static void draw_links(instance *in, kh_rng *rng, size_t n, size_t m, size_t periods)
{
    for (size_t v = 0; v < n; v++)
        in->relays[v] = !chance(rng, 0.15);
    for (size_t e = 0; e < m; e++) {
        in->ends[e][0] = (uint32_t)kh_rng_below(rng, n);
        in->ends[e][1] = (uint32_t)kh_rng_below(rng, n);
        in->store_bits[e] = chance(rng, 0.2) ? 0 : chance(rng, 0.1) ? 1e9 : 100 * wide(rng);
        in->start_bits[e] = in->store_bits[e] * kh_rng_uniform(rng);
        for (size_t t = 0; t < periods; t++)
            in->generated_bps[t * m + e] = chance(rng, 0.2) ? 0 : wide(rng);
    }
}

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "expanded");
    size_t n = 2 + kh_rng_below(&rng, MOST_NODES - 1), m = 1 + kh_rng_below(&rng, MOST_LINKS);
    size_t k = 1 + kh_rng_below(&rng, MOST_DEMANDS), periods = 1 + kh_rng_below(&rng, MOST_PERIODS);
    draw_links(in, &rng, n, m, periods);
    for (size_t i = 0; i < k; i++) {
        uint32_t a = (uint32_t)kh_rng_below(&rng, n), b = (a + 1 + (uint32_t)kh_rng_below(&rng, n - 1)) % (uint32_t)n;
        in->demands[i] = (kh_keyflow_demand){{a, b}, wide(&rng)};
        in->pair_store_bits[i] = chance(&rng, 0.5) ? 0 : 30 * wide(&rng);
        for (size_t t = 0; t < periods; t++)
            in->profile[t * k + i] = chance(&rng, 0.1) ? 0 : kh_rng_uniform(&rng);
    }
    in->problem = (kh_expanded_problem){.graph = {n, m, (const uint32_t(*)[2])in->ends, in->relays},
                                        .n_periods = periods,
                                        .period_s = 60,
                                        .generated_bps = in->generated_bps,
                                        .store_bits = in->store_bits,
                                        .start_share = chance(&rng, 0.5) ? 0.5 : 0,
                                        .start_bits = chance(&rng, 0.3) ? in->start_bits : NULL,
                                        .demands = in->demands,
                                        .n_demands = k,
                                        .profile = chance(&rng, 0.8) ? in->profile : NULL,
                                        .pair_store_bits = chance(&rng, 0.4) ? in->pair_store_bits : NULL,
                                        .time_limit_s = INFINITY};
}

typedef void law(const instance *in, const kh_expanded *answer, kh_arena *arena);

static void hold(double gap, law *check)
{
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        static instance in;
        kh_expanded answer;
        kh_error err = {0};
        kh_arena *arena = kh_arena_create(0);
        draw_instance(&in, seed);
        in.problem.gap = gap;
        if (kh_expanded_solve(&in.problem, arena, &answer, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        check(&in, &answer, arena);
        kh_arena_destroy(arena);
    }
}

static void compare_with_arcs(const instance *in, const kh_expanded *answer, kh_arena *arena)
{
    (void)arena;
    double value;
    if (isinf(answer->bound)) /* nothing is asked for */
        return;
    kh_error err = {0};
    if (kh_expanded_arcs_solve(&in->problem, answer->joined, &value, &err) != KH_OK)
        fail_msg("%s", err.message);
    assert_near(answer->value, value, 1e-7 * value);
    assert_near(answer->bound, value, 1e-7 * value);
}

static void optimum_is_that_of_the_arcs(void **state)
{
    (void)state;
    hold(0, compare_with_arcs);
}

static void must_verify(const instance *in, const kh_expanded *answer, kh_arena *arena)
{
    (void)arena;
    kh_error err = {0};
    if (kh_expanded_verify(&in->problem, answer, &err) != KH_OK)
        fail_msg("%s", err.message);
    assert_true(answer->value <= answer->bound * (1 + 1e-9));
    assert_true(isinf(answer->bound) || answer->bound <= answer->value * (1 + fmax(in->problem.gap, 1e-9)));
}

static void every_answer_verifies(void **state)
{
    (void)state;
    hold(0, must_verify);
}

static void every_answer_within_a_gap_verifies(void **state)
{
    (void)state;
    hold(0.05, must_verify);
}

static void grow_store(const instance *in, const kh_expanded *answer, kh_arena *arena)
{
    size_t best = 0, m = in->problem.graph.n_links;
    for (size_t e = 1; e < m; e++)
        if (answer->store_value[e] > answer->store_value[best])
            best = e;
    if (answer->store_value[best] <= 0 || isinf(answer->bound))
        return;
    static instance more;
    kh_expanded grown;
    more = *in;
    more.store_bits[best] += 10;
    more.problem.store_bits = more.store_bits;
    assert_int_equal(kh_expanded_solve(&more.problem, arena, &grown, NULL), KH_OK);
    assert_true(grown.value <= answer->value + 10 * answer->store_value[best] + 1e-9 * grown.value);
    for (size_t k = 0; k < in->problem.n_demands; k++)
        if (grown.joined[k] != answer->joined[k])
            return; /* a first store may join a demand that was left out */
    assert_true(grown.value >= answer->value * (1 - 1e-9));
}

static void more_store_brings_no_more_than_its_price(void **state)
{
    (void)state;
    hold(0, grow_store);
}

static void the_same_input_gives_the_same_answer(void **state)
{
    (void)state;
    static instance in;
    draw_instance(&in, 7);
    kh_arena *arena = kh_arena_create(0);
    kh_expanded a, b;
    assert_int_equal(kh_expanded_solve(&in.problem, arena, &a, NULL), KH_OK);
    assert_int_equal(kh_expanded_solve(&in.problem, arena, &b, NULL), KH_OK);
    assert_int_equal(a.n_routes, b.n_routes);
    assert_memory_equal(&a.value, &b.value, sizeof a.value);
    for (size_t i = 0; i < a.n_routes; i++)
        assert_memory_equal(&a.routes[i].rate_bps, &b.routes[i].rate_bps, sizeof a.routes[i].rate_bps);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimum_is_that_of_the_arcs),          cmocka_unit_test(every_answer_verifies),
        cmocka_unit_test(every_answer_within_a_gap_verifies),   cmocka_unit_test(more_store_brings_no_more_than_its_price),
        cmocka_unit_test(the_same_input_gives_the_same_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

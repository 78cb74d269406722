/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers far apart, networks that are none, and too little time: a right answer or a clear word, never a hang or a NAN. */
#include "core/base/rng.h"
#include "solvers/stores/expanded_verify.h"
#include "solvers/stores/schedule_verify.h"
#include "tests/solvers/near.h"

enum { MOST_NODES = 6, MOST_LINKS = 10, MOST_DEMANDS = 5, MOST_PERIODS = 5, MOST_PASSES = 30 };

typedef struct instance {
    uint32_t ends[MOST_LINKS][2];
    double numbers[3][MOST_PERIODS * MOST_LINKS];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_schedule_pass passes[MOST_PASSES];
    size_t n_nodes, n_links, n_demands;
} instance;

/* 0, or 12 decades up and down. */
static double hostile(kh_rng *rng)
{
    return kh_rng_below(rng, 6) == 0 ? 0 : pow(10, floor(25 * kh_rng_uniform(rng)) - 12);
}

static void draw_instance(instance *in, kh_rng *rng)
{
    in->n_nodes = 2 + kh_rng_below(rng, MOST_NODES - 1);
    in->n_links = kh_rng_below(rng, MOST_LINKS + 1);
    in->n_demands = kh_rng_below(rng, MOST_DEMANDS + 1);
    for (size_t e = 0; e < in->n_links; e++)
        for (int i = 0; i < 2; i++)
            in->ends[e][i] = (uint32_t)kh_rng_below(rng, in->n_nodes); /* loops and parallel links too */
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < MOST_PERIODS * MOST_LINKS; j++)
            in->numbers[i][j] = hostile(rng);
    for (size_t j = 0; j < MOST_PERIODS * MOST_LINKS; j++)
        in->numbers[2][j] = kh_rng_below(rng, 4) == 0 ? 0 : kh_rng_uniform(rng); /* shares of what is asked for */
    for (size_t k = 0; k < in->n_demands; k++) {
        uint32_t a = (uint32_t)kh_rng_below(rng, in->n_nodes);
        uint32_t b = (a + 1 + (uint32_t)kh_rng_below(rng, in->n_nodes - 1)) % (uint32_t)in->n_nodes;
        in->demands[k] = (kh_keyflow_demand){{a, b}, fmax(hostile(rng), 1e-12)};
    }
}

static void stores_stand_numbers_far_apart(void **state)
{
    (void)state;
    int n_open = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        static instance in;
        kh_rng rng = kh_rng_stream(seed, "", "hostile stores");
        kh_expanded made;
        kh_error err = {0};
        draw_instance(&in, &rng);
        const kh_expanded_problem p = {.graph = {in.n_nodes, in.n_links, (const uint32_t(*)[2])in.ends, NULL},
                                       .n_periods = 1 + kh_rng_below(&rng, MOST_PERIODS),
                                       .period_s = 60,
                                       .generated_bps = in.numbers[0],
                                       .store_bits = in.numbers[1],
                                       .demands = in.demands,
                                       .n_demands = in.n_demands,
                                       .profile = in.numbers[2],
                                       .time_limit_s = 20};
        kh_arena *arena = kh_arena_create(0);
        if (kh_expanded_solve(&p, arena, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        if (kh_expanded_verify(&p, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        bool is_closed = isinf(made.bound) || made.bound <= made.value * (1 + 1e-9);
        if (is_closed != (made.why_open == NULL))
            fail_msg("seed %d: %g, proven %g, because %s", (int)seed, made.value, made.bound, made.why_open);
        n_open += !is_closed;
        kh_arena_destroy(arena);
    }
    assert_int_equal(n_open, 0);
}

static void schedules_stand_numbers_far_apart(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        static instance in;
        kh_rng rng = kh_rng_stream(seed, "", "hostile passes");
        kh_schedule made;
        kh_error err = {0};
        draw_instance(&in, &rng);
        size_t n = in.n_links > 0 ? kh_rng_below(&rng, MOST_PASSES + 1) : 0;
        for (size_t i = 0; i < n; i++) {
            double start_s = hostile(&rng);
            in.passes[i] = (kh_schedule_pass){(uint32_t)kh_rng_below(&rng, in.n_links), start_s, start_s * 1.5 + 1, hostile(&rng)};
        }
        const kh_schedule_problem p = {.graph = {in.n_nodes, in.n_links, (const uint32_t(*)[2])in.ends, NULL},
                                       .horizon_s = 1e4,
                                       .given_bps = in.numbers[0],
                                       .passes = in.passes,
                                       .n_passes = n,
                                       .demands = in.demands,
                                       .n_demands = in.n_demands,
                                       .time_limit_s = 2};
        kh_arena *arena = kh_arena_create(0);
        if (kh_schedule_solve(&p, arena, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        if (kh_schedule_verify(&p, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        kh_arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_stand_numbers_far_apart),
        cmocka_unit_test(schedules_stand_numbers_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels through switches against every choice there is, on random small networks. */
#include "core/base/rng.h"
#include "solvers/light/channels.h"
#include "tests/solvers/near.h"

enum { MOST_LINKS = 5, MOST_WAVES = 2, MOST_WAYS = 6, MOST_DEMANDS = 4 };

typedef struct instance {
    bool is_free[MOST_LINKS * MOST_WAVES];
    uint32_t links[MOST_WAYS][MOST_LINKS];
    kh_channels_way ways[MOST_WAYS];
    double asked_bps[MOST_DEMANDS], weight[MOST_DEMANDS];
    kh_channels_problem problem;
} instance;

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "channels");
    size_t m = 1 + kh_rng_below(&rng, MOST_LINKS), waves = 1 + kh_rng_below(&rng, MOST_WAVES);
    size_t n = kh_rng_below(&rng, MOST_WAYS + 1), k = 1 + kh_rng_below(&rng, MOST_DEMANDS);
    *in = (instance){0};
    for (size_t i = 0; i < m * waves; i++)
        in->is_free[i] = kh_rng_below(&rng, 5) > 0;
    for (size_t i = 0; i < k; i++) {
        in->asked_bps[i] = exp(5 * kh_rng_uniform(&rng));
        in->weight[i] = 1 + (double)kh_rng_below(&rng, 3);
    }
    for (size_t i = 0; i < n; i++) {
        kh_channels_way *way = &in->ways[i];
        way->demand = (uint32_t)kh_rng_below(&rng, k);
        way->rate_bps = exp(5 * kh_rng_uniform(&rng));
        way->links = in->links[i];
        uint32_t skip = (uint32_t)kh_rng_below(&rng, m);
        in->links[i][way->n_links++] = skip;
        for (uint32_t e = 0; e < m; e++)
            if (e != skip && kh_rng_below(&rng, 2) == 0)
                in->links[i][way->n_links++] = e;
    }
    in->problem = (kh_channels_problem){.n_links = m,
                                        .n_wavelengths = waves,
                                        .is_free = in->is_free,
                                        .ways = in->ways,
                                        .n_ways = n,
                                        .asked_bps = in->asked_bps,
                                        .weight = kh_rng_below(&rng, 2) == 0 ? in->weight : NULL,
                                        .n_demands = k,
                                        .time_limit_s = INFINITY};
}

/* -1: not possible. */
static double value_of(const instance *in, unsigned set)
{
    const kh_channels_problem *p = &in->problem;
    bool taken[MOST_LINKS * MOST_WAVES] = {0};
    double rate_bps[MOST_DEMANDS] = {0}, sum = 0;
    for (size_t i = 0; i < p->n_ways * p->n_wavelengths; i++) {
        const kh_channels_way *way = &in->ways[i / p->n_wavelengths];
        if ((set >> i & 1) == 0)
            continue;
        for (size_t h = 0; h < way->n_links; h++) {
            size_t slot = way->links[h] * p->n_wavelengths + i % p->n_wavelengths;
            if (taken[slot] || !in->is_free[slot])
                return -1;
            taken[slot] = true;
        }
        rate_bps[way->demand] += way->rate_bps;
    }
    for (size_t k = 0; k < p->n_demands; k++)
        sum += fmin(rate_bps[k], in->asked_bps[k]) * (p->weight != NULL ? in->weight[k] : 1);
    return sum;
}

static void no_choice_of_all_is_better(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 300; seed++) {
        instance in;
        kh_channels made;
        kh_error err = {0};
        double best = 0;
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        for (unsigned set = 0; set < 1U << (in.problem.n_ways * in.problem.n_wavelengths); set++)
            best = fmax(best, value_of(&in, set));
        if (kh_channels_solve(&in.problem, arena, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        assert_near(made.value, best, 1e-6 * best);
        assert_true(made.bound >= best * (1 - 1e-9));
        assert_true(made.bound <= best * (1 + 2e-6));
        if (kh_channels_verify(&in.problem, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
    }
    kh_arena_destroy(arena);
}

static void refuse(const instance *in, const kh_channels *made)
{
    assert_int_equal(kh_channels_verify(&in->problem, made, NULL), KH_UNMET);
}

static void tampered_channels_are_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 100; seed++) {
        instance in;
        kh_channels made;
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        assert_int_equal(kh_channels_solve(&in.problem, arena, &made, NULL), KH_OK);
        if (!(made.value > 0))
            continue;
        kh_channels changed = made;
        changed.value *= 1.001;
        refuse(&in, &changed);
        changed = made;
        changed.relaxed = made.value * 0.99;
        refuse(&in, &changed);
        size_t i = 0;
        while (!made.lit[i])
            i++;
        const kh_channels_way *way = &in.ways[i / in.problem.n_wavelengths];
        in.is_free[way->links[0] * in.problem.n_wavelengths + i % in.problem.n_wavelengths] = false;
        refuse(&in, &made);
        in.is_free[way->links[0] * in.problem.n_wavelengths + i % in.problem.n_wavelengths] = true;
        made.rate_bps[way->demand] *= 0.9;
        refuse(&in, &made);
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_choice_of_all_is_better),
        cmocka_unit_test(tampered_channels_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels on one fibre against every assignment there is, on random small grids. */
#include "core/base/rng.h"
#include "solvers/light/assign.h"
#include "tests/solvers/near.h"

enum { MOST_CHANNELS = 7, MOST_POINTS = 4, MOST_LEVELS = 2 };

typedef struct instance {
    double noise[MOST_CHANNELS * MOST_CHANNELS], noise_at[MOST_POINTS], rate_bps[MOST_CHANNELS * MOST_POINTS];
    bool may_quantum[MOST_CHANNELS], may_classical[MOST_CHANNELS];
    kh_assign_level levels[MOST_LEVELS];
    kh_assign_problem problem;
} instance;

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "assign");
    size_t n = 2 + kh_rng_below(&rng, MOST_CHANNELS - 1), points = 2 + kh_rng_below(&rng, MOST_POINTS - 1);
    *in = (instance){0};
    for (size_t i = 1; i < points; i++)
        in->noise_at[i] = in->noise_at[i - 1] + 0.2 + kh_rng_uniform(&rng);
    for (size_t w = 0; w < n; w++) {
        in->may_quantum[w] = kh_rng_below(&rng, 5) > 0;
        in->may_classical[w] = kh_rng_below(&rng, 5) > 0;
        double rate = 1000 * kh_rng_uniform(&rng);
        for (size_t i = 0; i < points; i++, rate *= kh_rng_uniform(&rng))
            in->rate_bps[w * points + i] = rate;
        for (size_t v = 0; v < n; v++)
            in->noise[w * n + v] = kh_rng_below(&rng, 4) == 0 ? 0 : kh_rng_uniform(&rng);
    }
    for (size_t l = 0; l < MOST_LEVELS; l++)
        in->levels[l] = (kh_assign_level){0.3 + kh_rng_uniform(&rng), 100 * (1 + (double)l)};
    in->problem = (kh_assign_problem){.n_channels = n,
                                      .noise = in->noise,
                                      .n_points = points,
                                      .noise_at = in->noise_at,
                                      .rate_bps = in->rate_bps,
                                      .may_quantum = in->may_quantum,
                                      .may_classical = in->may_classical,
                                      .guard = kh_rng_below(&rng, 2),
                                      .n_quantum = 1 + kh_rng_below(&rng, 3),
                                      .levels = in->levels,
                                      .n_levels = 1 + kh_rng_below(&rng, MOST_LEVELS),
                                      .wanted_gbps = (double)kh_rng_below(&rng, 5) * 100,
                                      .n_elsewhere = kh_rng_below(&rng, 2),
                                      .time_limit_s = INFINITY};
}

static double rate_at(const instance *in, size_t w, double noise)
{
    const kh_assign_problem *p = &in->problem;
    for (size_t i = 1; i < p->n_points; i++)
        if (noise <= in->noise_at[i]) {
            double share = (noise - in->noise_at[i - 1]) / (in->noise_at[i] - in->noise_at[i - 1]);
            return in->rate_bps[w * p->n_points + i - 1] * (1 - share) + in->rate_bps[w * p->n_points + i] * share;
        }
    return 0;
}

/* -1: not allowed. */
static double value_of(const instance *in, unsigned quantum, unsigned classical, size_t level)
{
    const kh_assign_problem *p = &in->problem;
    double sum = 0, gbps = (double)p->n_elsewhere * in->levels[level].gbps;
    size_t n_quantum = 0;
    for (size_t w = 0; w < p->n_channels; w++) {
        bool q = (quantum >> w & 1) != 0, a = (classical >> w & 1) != 0;
        double noise = 0;
        if ((q && !in->may_quantum[w]) || (a && !in->may_classical[w]))
            return -1;
        n_quantum += q;
        gbps += a ? in->levels[level].gbps : 0;
        for (size_t v = 0; v < p->n_channels; v++) {
            bool other = (classical >> v & 1) != 0;
            if (q && other && (w > v ? w - v : v - w) <= p->guard)
                return -1;
            noise += other ? in->noise[w * p->n_channels + v] * in->levels[level].power : 0;
        }
        sum += q ? rate_at(in, w, noise) : 0;
    }
    return n_quantum <= p->n_quantum && gbps >= p->wanted_gbps ? sum : -1;
}

static double best_of_all(const instance *in)
{
    double best = -1;
    for (size_t l = 0; l < in->problem.n_levels; l++)
        for (unsigned q = 0; q < 1U << in->problem.n_channels; q++)
            for (unsigned a = 0; a < 1U << in->problem.n_channels; a++)
                if ((q & a) == 0)
                    best = fmax(best, value_of(in, q, a, l));
    return best;
}

static void no_assignment_of_all_is_better(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 200; seed++) {
        instance in;
        kh_assign made;
        kh_error err = {0};
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        double best = best_of_all(&in);
        kh_status status = kh_assign_solve(&in.problem, arena, &made, &err);
        if (status != (best < 0 ? KH_INFEASIBLE : KH_OK))
            fail_msg("seed %d: %s", (int)seed, err.message);
        if (best < 0)
            continue;
        if (!(fabs(made.value - best) <= 1e-6 * best) || !(made.bound >= best * (1 - 1e-9)) || !(made.bound <= best * (1 + 2e-6)))
            fail_msg("seed %d: value %.9g, bound %.9g, best %.9g", (int)seed, made.value, made.bound, best);
        if (kh_assign_verify(&in.problem, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
    }
    kh_arena_destroy(arena);
}

static void refuse(const instance *in, const kh_assign *made)
{
    assert_int_equal(kh_assign_verify(&in->problem, made, NULL), KH_UNMET);
}

static void tampered_assignments_are_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 100; seed++) {
        instance in;
        kh_assign made;
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        if (kh_assign_solve(&in.problem, arena, &made, NULL) != KH_OK || !(made.value > 0))
            continue;
        size_t q = 0;
        while (!made.quantum[q])
            q++;
        kh_assign changed = made;
        changed.value *= 1.01;
        refuse(&in, &changed);
        changed = made;
        changed.bound = made.value * 0.9;
        refuse(&in, &changed);
        changed = made;
        changed.gbps += 100;
        refuse(&in, &changed);
        made.classical[q] = true; /* on top of a quantum channel */
        refuse(&in, &made);
        made.classical[q] = false;
        made.rate_bps[q] += 0.01 * in.rate_bps[q * in.problem.n_points];
        refuse(&in, &made);
    }
    kh_arena_destroy(arena);
}

static void the_front_falls(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 40; seed++) {
        instance in;
        kh_assign_offer offers[(MOST_CHANNELS + 1) * MOST_LEVELS];
        size_t n;
        draw_instance(&in, seed);
        assert_int_equal(kh_assign_front(&in.problem, arena, offers, &n, NULL), KH_OK);
        for (size_t i = 1; i < n; i++) {
            assert_true(offers[i].gbps > offers[i - 1].gbps || offers[i].rate_bps < offers[i - 1].rate_bps);
            assert_true(offers[i].rate_bps < offers[i - 1].rate_bps);
        }
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_assignment_of_all_is_better),
        cmocka_unit_test(tampered_assignments_are_refused),
        cmocka_unit_test(the_front_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optical paths in turns against the linear program over every set of paths there is, on random small networks. */
#include "core/base/rng.h"
#include "solvers/light/turns.h"
#include "solvers/lp/lp_build.h"
#include "tests/solvers/near.h"

enum { MOST_NODES = 6, MOST_LINKS = 5, MOST_PAIRS = 8 };

typedef struct instance {
    uint32_t transceivers[MOST_NODES], channels[MOST_LINKS], links[MOST_PAIRS][MOST_LINKS];
    kh_turns_pair pairs[MOST_PAIRS];
    kh_turns_problem problem;
} instance;

static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "turns");
    size_t n = 2 + kh_rng_below(&rng, MOST_NODES - 1), m = kh_rng_below(&rng, MOST_LINKS + 1),
           k = kh_rng_below(&rng, MOST_PAIRS + 1);
    *in = (instance){0};
    for (size_t v = 0; v < n; v++)
        in->transceivers[v] = kh_rng_below(&rng, 10) == 0 ? 0 : 1 + (uint32_t)kh_rng_below(&rng, 2);
    for (size_t e = 0; e < m; e++)
        in->channels[e] = 1 + (uint32_t)kh_rng_below(&rng, 2);
    for (size_t i = 0; i < k; i++) {
        kh_turns_pair *pair = &in->pairs[i];
        pair->ends[0] = (uint32_t)kh_rng_below(&rng, n);
        pair->ends[1] = (pair->ends[0] + 1 + (uint32_t)kh_rng_below(&rng, n - 1)) % (uint32_t)n;
        for (uint32_t e = 0; e < m; e++)
            if (kh_rng_below(&rng, 3) == 0)
                in->links[i][pair->n_links++] = e;
        pair->links = in->links[i];
        pair->rate_bps = kh_rng_below(&rng, 10) == 0 ? 0 : exp(10 * kh_rng_uniform(&rng));
        pair->asked_bps = exp(5 * kh_rng_uniform(&rng));
    }
    in->problem = (kh_turns_problem){.n_nodes = n,
                                     .transceivers = in->transceivers,
                                     .n_links = m,
                                     .channels = in->channels,
                                     .pairs = in->pairs,
                                     .n_pairs = k,
                                     .lost_share = 0.1,
                                     .time_limit_s = INFINITY};
}

static bool is_possible(const instance *in, unsigned set)
{
    unsigned at[MOST_NODES] = {0}, on[MOST_LINKS] = {0};
    for (size_t k = 0; k < in->problem.n_pairs; k++) {
        if ((set >> k & 1) == 0)
            continue;
        at[in->pairs[k].ends[0]]++;
        at[in->pairs[k].ends[1]]++;
        for (size_t i = 0; i < in->pairs[k].n_links; i++)
            on[in->links[k][i]]++;
    }
    for (size_t v = 0; v < in->problem.n_nodes; v++)
        if (at[v] > in->transceivers[v])
            return false;
    for (size_t e = 0; e < in->problem.n_links; e++)
        if (on[e] > in->channels[e])
            return false;
    return true;
}

static double best_of_all(const instance *in, const bool *joined, kh_arena *arena)
{
    const kh_turns_problem *p = &in->problem;
    kh_lp_build b;
    kh_lp lp;
    assert_int_equal(kh_lp_build_init(&b, p->n_pairs + 1, arena, NULL), KH_OK);
    kh_lp_build_column(&b, 1, 0, INFINITY);
    for (size_t k = 0; k < p->n_pairs; k++)
        if (joined[k]) {
            kh_lp_build_row(&b, k, 0, INFINITY);
            kh_lp_build_entry(&b, k, -in->pairs[k].asked_bps / in->pairs[k].rate_bps);
        }
    kh_lp_build_row(&b, p->n_pairs, -INFINITY, 1 - p->lost_share);
    for (unsigned set = 1; set < 1U << p->n_pairs; set++) {
        if (!is_possible(in, set))
            continue;
        kh_lp_build_column(&b, 0, 0, INFINITY);
        for (size_t k = 0; k < p->n_pairs; k++)
            if ((set >> k & 1) != 0)
                kh_lp_build_entry(&b, k, 1);
        kh_lp_build_entry(&b, p->n_pairs, 1);
    }
    assert_int_equal(kh_lp_build_program(&b, true, &lp, NULL), KH_OK);
    kh_lp_solution s = {.primal = KH_NEW(arena, double, lp.n_columns)};
    assert_int_equal(kh_lp_solve(&lp, NULL, &s, NULL), KH_OK);
    return s.objective;
}

static void no_turns_of_all_are_better(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 300; seed++) {
        instance in;
        kh_turns made;
        kh_error err = {0};
        bool any = false;
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        if (kh_turns_solve(&in.problem, arena, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        for (size_t k = 0; k < in.problem.n_pairs; k++)
            any = any || made.joined[k];
        double best = any ? best_of_all(&in, made.joined, arena) : 0;
        assert_near(made.value, best, 1e-8 * best);
        assert_near(made.bound, best, 1e-8 * best);
        assert_true(made.value <= made.permanent * (1 + 1e-9));
        if (kh_turns_verify(&in.problem, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
    }
    kh_arena_destroy(arena);
}

static void refuse(const instance *in, const kh_turns *made)
{
    assert_int_equal(kh_turns_verify(&in->problem, made, NULL), KH_UNMET);
}

static void tampered_turns_are_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 100; seed++) {
        instance in;
        kh_turns made;
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        assert_int_equal(kh_turns_solve(&in.problem, arena, &made, NULL), KH_OK);
        if (made.n_turns == 0)
            continue;
        kh_turns changed = made;
        changed.value *= 1.001;
        refuse(&in, &changed);
        changed = made;
        changed.bound *= 0.999;
        refuse(&in, &changed);
        made.turns[0].share += 0.2;
        refuse(&in, &made);
        made.turns[0].share -= 0.2;
        made.rate_bps[0] += 1;
        refuse(&in, &made);
        made.rate_bps[0] -= 1;
        in.transceivers[in.pairs[0].ends[0]] = 0; /* a pair that is on somewhere, or was never */
        if (made.joined[0])
            refuse(&in, &made);
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_turns_of_all_are_better),
        cmocka_unit_test(tampered_turns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

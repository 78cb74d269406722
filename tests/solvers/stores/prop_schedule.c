/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules of passes against all schedules there are, on random small instances: one or two satellites, a few stations, fibres. */
#include "core/base/rng.h"
#include "solvers/flow/total.h"
#include "solvers/stores/pass_cuts.h"
#include "solvers/stores/schedule_verify.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { INSTANCES = 400, MOST_PASSES = 9, MOST_NODES = 7, MOST_LINKS = 12, MOST_DEMANDS = 4 };

typedef struct instance {
    uint32_t ends[MOST_LINKS][2];
    bool relays[MOST_NODES];
    double given_bps[MOST_LINKS], weight[MOST_DEMANDS];
    kh_schedule_pass passes[MOST_PASSES];
    kh_keyflow_demand demands[MOST_DEMANDS];
    kh_schedule_problem problem;
} instance;

static uint32_t draw(kh_rng *rng, size_t n)
{
    return (uint32_t)kh_rng_below(rng, n);
}

/* Nodes: satellites, then stations; every satellite sees every station, some stations have a fibre between them. */
static void draw_instance(instance *in, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "schedule");
    uint32_t satellites = 1 + draw(&rng, 2), stations = 2 + draw(&rng, 3), m = 0;
    *in = (instance){0};
    for (uint32_t v = 0; v < satellites + stations; v++)
        in->relays[v] = v < satellites || draw(&rng, 2) == 0;
    for (uint32_t s = 0; s < satellites; s++)
        for (uint32_t g = 0; g < stations; g++) {
            in->ends[m][draw(&rng, 2)] = satellites + g;
            in->ends[m][in->ends[m][0] == satellites + g ? 1 : 0] = s;
            m++;
        }
    uint32_t sky = m;
    for (uint32_t i = draw(&rng, 3); i > 0; i--) {
        in->ends[m][0] = satellites + draw(&rng, stations);
        in->ends[m][1] = satellites + draw(&rng, stations);
        in->given_bps[m++] = 10 * kh_rng_uniform(&rng);
    }
    size_t n = draw(&rng, MOST_PASSES + 1), k = 1 + draw(&rng, MOST_DEMANDS);
    for (size_t i = 0; i < n; i++) {
        double start_s = draw(&rng, 1000);
        in->passes[i] = (kh_schedule_pass){draw(&rng, sky), start_s, start_s + 200, 1e4 * kh_rng_uniform(&rng)};
    }
    for (size_t i = 0; i < k; i++) {
        uint32_t a = draw(&rng, stations), b = (a + 1 + draw(&rng, stations - 1)) % stations;
        in->demands[i] = (kh_keyflow_demand){{satellites + a, satellites + b}, 1 + 10 * kh_rng_uniform(&rng)};
        in->weight[i] = 1 + draw(&rng, 3);
    }
    in->problem = (kh_schedule_problem){.graph = {satellites + stations, m, (const uint32_t(*)[2])in->ends, in->relays},
                                        .horizon_s = 1000,
                                        .given_bps = in->given_bps,
                                        .passes = in->passes,
                                        .n_passes = n,
                                        .pause_s = draw(&rng, 2) * 60,
                                        .demands = in->demands,
                                        .n_demands = k,
                                        .weight = draw(&rng, 2) == 0 ? in->weight : NULL,
                                        .time_limit_s = INFINITY};
}

static bool is_possible(const kh_schedule_problem *p, unsigned set)
{
    for (size_t i = 0; i < p->n_passes; i++)
        for (size_t j = 0; j < i; j++)
            if ((set >> i & 1) != 0 && (set >> j & 1) != 0 && kh_clashes_between(p, i, j))
                return false;
    return true;
}

static double value_of(const instance *in, unsigned set, const bool *joined, kh_arena *arena)
{
    const kh_schedule_problem *p = &in->problem;
    double rate_bps[MOST_LINKS], floor, value;
    memcpy(rate_bps, in->given_bps, sizeof rate_bps);
    for (size_t i = 0; i < p->n_passes; i++)
        if ((set >> i & 1) != 0)
            rate_bps[in->passes[i].link] += in->passes[i].key_bits / p->horizon_s;
    kh_total_problem problem = {.flow = {p->graph, .capacity_bps = rate_bps, .demands = p->demands, .n_demands = p->n_demands,
                                         .level_cap = INFINITY, .time_limit_s = INFINITY},
                                .weight = p->weight};
    kh_keyflow flow;
    kh_arena_reset(arena);
    if (p->weight != NULL)
        assert_int_equal(kh_total_solve(&problem, arena, &flow, &floor, NULL), KH_OK);
    else
        assert_int_equal(kh_keyflow_solve(&problem.flow, arena, &flow, NULL), KH_OK);
    value = flow.value;
    for (size_t k = 0; k < p->n_demands && p->weight == NULL; k++)
        if (joined[k] && !flow.joined[k])
            value = 0;
    return value;
}

static void no_schedule_of_all_is_better(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0), *scratch = kh_arena_create(0);
    for (uint64_t seed = 0; seed < INSTANCES; seed++) {
        instance in;
        kh_schedule made;
        kh_error err = {0};
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        if (kh_schedule_solve(&in.problem, arena, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        double best = 0;
        for (unsigned set = 0; set < 1U << in.problem.n_passes; set++)
            if (is_possible(&in.problem, set))
                best = fmax(best, value_of(&in, set, made.joined, scratch));
        assert_near(made.value, best, 2e-6 * best);
        assert_true(made.bound >= best * (1 - 1e-9));
        assert_true(made.complete);
        if (kh_schedule_verify(&in.problem, &made, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
    }
    kh_arena_destroy(arena);
    kh_arena_destroy(scratch);
}

static void refuse(const instance *in, const kh_schedule *made)
{
    assert_int_equal(kh_schedule_verify(&in->problem, made, NULL), KH_UNMET);
}

/* The largest of what proves the relaxation, made smaller. */
static void lower_a_price(const instance *in, kh_schedule *made)
{
    double *best = NULL;
    for (size_t i = 0; i < in->problem.n_passes; i++)
        if (made->pass_price[i] > 1e-6 * made->relaxed && (best == NULL || made->pass_price[i] > *best))
            best = &made->pass_price[i];
    if (best == NULL)
        return;
    double kept = *best;
    *best /= 2;
    refuse(in, made);
    *best = kept;
}

static void tampered_schedules_are_refused(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 100; seed++) {
        instance in;
        kh_schedule made;
        kh_arena_reset(arena);
        draw_instance(&in, seed);
        assert_int_equal(kh_schedule_solve(&in.problem, arena, &made, NULL), KH_OK);
        kh_schedule changed = made;
        if (!(made.value > 0))
            continue;
        changed.value *= 1.01;
        refuse(&in, &changed);
        changed = made;
        changed.relaxed = made.value * 0.99;
        refuse(&in, &changed);
        lower_a_price(&in, &made);
        made.flow.routes[0].rate_bps *= 1e6;
        refuse(&in, &made);
        made.flow.routes[0].rate_bps /= 1e6;
        for (size_t i = 0; i < in.problem.n_passes; i++)
            for (size_t j = 0; j < i; j++)
                if (made.chosen[i] != made.chosen[j] && kh_clashes_between(&in.problem, i, j)) {
                    bool before[2] = {made.chosen[i], made.chosen[j]};
                    made.chosen[i] = made.chosen[j] = true;
                    refuse(&in, &made);
                    made.chosen[i] = before[0];
                    made.chosen[j] = before[1];
                }
    }
    kh_arena_destroy(arena);
}

static void one_shared_node_makes_the_relaxation_whole(void **state)
{
    (void)state;
    enum { N = 40, STATIONS = 5 };
    for (uint64_t seed = 0; seed < 50; seed++) {
        kh_rng rng = kh_rng_stream(seed, "", "one satellite");
        uint32_t ends[STATIONS][2];
        double zero[STATIONS] = {0}, one[STATIONS], use[N], mix[1];
        kh_schedule_pass passes[N];
        for (uint32_t g = 0; g < STATIONS; g++) {
            ends[g][0] = 0;
            ends[g][1] = 1 + g;
            one[g] = 1;
        }
        for (size_t i = 0; i < N; i++) {
            double start_s = 100 * (double)i + 300 * kh_rng_uniform(&rng);
            passes[i] =
                (kh_schedule_pass){draw(&rng, STATIONS), start_s, start_s + 50 + 400 * kh_rng_uniform(&rng), kh_rng_uniform(&rng)};
        }
        const kh_schedule_problem p = {.graph = {1 + STATIONS, STATIONS, (const uint32_t(*)[2])ends, NULL},
                                       .horizon_s = 1,
                                       .given_bps = zero,
                                       .passes = passes,
                                       .n_passes = N,
                                       .time_limit_s = INFINITY};
        kh_arena *arena = kh_arena_create(0), *scratch = kh_arena_create(0);
        kh_clashes clashes;
        assert_int_equal(kh_clashes_find(&p, arena, &clashes, NULL), KH_OK);
        kh_pass_cuts cuts = {.problem = &p, .clashes = &clashes, .arena = arena, .scale = 1};
        assert_int_equal(kh_pass_cuts_add(&cuts, 0, one, NULL), KH_OK);
        kh_pass_point point = {.use = use, .cut_weight = mix, .clash_price = KH_NEW(arena, double, clashes.n)};
        assert_int_equal(kh_pass_cuts_solve(&cuts, NULL, INFINITY, scratch, &point, NULL), KH_OK);
        for (size_t i = 0; i < N; i++)
            assert_near(use[i], round(use[i]), 1e-9);
        kh_arena_destroy(arena);
        kh_arena_destroy(scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_schedule_of_all_is_better),
        cmocka_unit_test(tampered_schedules_are_refused),
        cmocka_unit_test(one_shared_node_makes_the_relaxation_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

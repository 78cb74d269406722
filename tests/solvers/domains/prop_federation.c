/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "solvers/domains/federation.h"
#include "solvers/flow/keyflow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

enum { N = 14, LINKS = 26, DEMANDS = 12 };

typedef struct world {
    uint32_t ends[LINKS][2];
    double capacity_bps[LINKS];
    bool relays[N];
    kh_keyflow_demand demands[DEMANDS];
    uint32_t domain_of[N];
    kh_keyflow_problem problem;
} world;

/* A ring and chords; a few nodes that do not relay. */
static void make_world(world *w, uint64_t seed, uint32_t n_domains)
{
    kh_rng rng = kh_rng_stream(seed, "world", "federation");
    memset(w, 0, sizeof *w);
    for (uint32_t e = 0; e < LINKS; e++) {
        w->ends[e][0] = e < N ? e : (uint32_t)(kh_rng_uniform(&rng) * N);
        w->ends[e][1] = e < N ? (e + 1) % N : (uint32_t)(kh_rng_uniform(&rng) * N);
        w->capacity_bps[e] = 1 + 9 * kh_rng_uniform(&rng);
    }
    for (uint32_t v = 0; v < N; v++) {
        w->relays[v] = kh_rng_uniform(&rng) < 0.9;
        w->domain_of[v] = v * n_domains / N;
    }
    for (uint32_t k = 0; k < DEMANDS; k++) {
        uint32_t a = (uint32_t)(kh_rng_uniform(&rng) * N), b = (a + 1 + (uint32_t)(kh_rng_uniform(&rng) * (N - 1))) % N;
        w->demands[k] = (kh_keyflow_demand){{a, b}, 0.1 + kh_rng_uniform(&rng)};
    }
    w->problem = (kh_keyflow_problem){.graph = {N, LINKS, (const uint32_t(*)[2])w->ends, w->relays},
                                      .capacity_bps = w->capacity_bps,
                                      .demands = w->demands,
                                      .n_demands = DEMANDS,
                                      .level_cap = INFINITY,
                                      .time_limit_s = INFINITY};
}

static void run(uint32_t n_domains, kh_part *parts, double gap, kh_arena *arena, kh_federation *f)
{
    const kh_member_options options = {.gap = gap, .most_rounds = 60, .most_promises = 16};
    kh_error err = {0};
    kh_status status = kh_federation_run(parts, n_domains, &options, NULL, arena, f, &err);
    if (status != KH_OK)
        fail_msg("%s", err.message);
}

static void cut(const world *w, uint32_t n_domains, kh_arena *arena, kh_part *parts)
{
    for (uint32_t i = 0; i < n_domains; i++)
        assert_int_equal(kh_part_cut(&w->problem, w->domain_of, (uint32_t[2]){i, n_domains}, arena, &parts[i], NULL), KH_OK);
}

static void domains_together_reach_the_central_optimum(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint32_t n = 2 + (uint32_t)(seed % 3);
        world w;
        kh_part parts[4];
        kh_keyflow flow;
        kh_federation f;
        kh_arena *arena = kh_arena_create(0);
        make_world(&w, seed, n);
        cut(&w, n, arena, parts);
        assert_int_equal(kh_keyflow_solve(&w.problem, arena, &flow, NULL), KH_OK);
        run(n, parts, 0.001, arena, &f);
        kh_member_report report = kh_member_report_of(f.members[0]);
        if (!report.reached || report.value > flow.value * (1 + 1e-9) || report.bound < flow.value * (1 - 1e-9))
            fail_msg("seed %d: reached %d value %.12g bound %.12g optimum %.12g rounds %zu", (int)seed, report.reached,
                     report.value, report.bound, flow.value, report.n_rounds);
        kh_federation_clear(&f);
        kh_arena_destroy(arena);
    }
}

/* Rates from 1e-12 to 1e12, some 0: an answer in the end, with a bound that holds. */
static void rates_far_apart_are_borne(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint32_t n = 2 + (uint32_t)(seed % 3);
        world w;
        kh_part parts[4];
        kh_keyflow flow;
        kh_federation f;
        kh_arena *arena = kh_arena_create(0);
        kh_rng rng = kh_rng_stream(seed, "world", "hostile");
        make_world(&w, seed, n);
        for (size_t e = 0; e < LINKS; e++)
            w.capacity_bps[e] = e % 7 == 3 ? 0 : pow(10, 24 * kh_rng_uniform(&rng) - 12);
        cut(&w, n, arena, parts);
        assert_int_equal(kh_keyflow_solve(&w.problem, arena, &flow, NULL), KH_OK);
        run(n, parts, 0.01, arena, &f);
        kh_member_report report = kh_member_report_of(f.members[0]);
        if (!(report.value <= flow.value * (1 + 1e-6)) || !(report.bound >= flow.value * (1 - 1e-6)))
            fail_msg("seed %d: value %.12g bound %.12g optimum %.12g", (int)seed, report.value, report.bound, flow.value);
        kh_federation_clear(&f);
        kh_arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(domains_together_reach_the_central_optimum),
                                       cmocka_unit_test(rates_far_apart_are_borne)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

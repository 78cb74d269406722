/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_DOMAINS_EXCHANGE_H
#define KH_TESTS_SOLVERS_DOMAINS_EXCHANGE_H

/* An exchange between three domains of a random network, all letters kept. */
#include "core/base/rng.h"
#include "solvers/domains/record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

enum { N = 14, LINKS = 28, DEMANDS = 14, DOMAINS = 3 };

static const kh_member_options exchange_options = {.gap = 1e-3, .most_rounds = 40, .most_promises = 16};

typedef struct fixture {
    uint32_t ends[LINKS][2], domain_of[N];
    double capacity_bps[LINKS];
    bool relays[N];
    kh_keyflow_demand demands[DEMANDS];
    kh_part parts[DOMAINS];
    kh_federation federation;
    kh_arena *arena;
    kh_record record;
    kh_member_report report;
    const double *price;
    size_t n_price;
} fixture;

/* Another letter number: letters are kept as constants, and a test changes them. */
static inline double *number_of(const fixture *f, size_t letter)
{
    union {
        const double *kept;
        double *changed;
    } number = {f->record.letters[letter].letter.number};
    return number.changed;
}

static inline void draw(fixture *f, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "world", "replay");
    for (uint32_t e = 0; e < LINKS; e++) {
        f->ends[e][0] = e < N ? e : (uint32_t)(kh_rng_uniform(&rng) * N);
        f->ends[e][1] = e < N ? (e + 1) % N : (uint32_t)(kh_rng_uniform(&rng) * N);
        f->capacity_bps[e] = 1 + 9 * kh_rng_uniform(&rng);
    }
    for (uint32_t v = 0; v < N; v++) {
        f->relays[v] = kh_rng_uniform(&rng) < 0.8;
        f->domain_of[v] = v * DOMAINS / N;
    }
    for (uint32_t k = 0; k < DEMANDS; k++) {
        uint32_t a = (uint32_t)(kh_rng_uniform(&rng) * N), b = (a + 1 + (uint32_t)(kh_rng_uniform(&rng) * (N - 1))) % N;
        f->demands[k] = (kh_keyflow_demand){{a, b}, 0.1 + kh_rng_uniform(&rng)};
    }
}

/* Worlds by turns with prices alone, with a contract, with promises. */
static inline void start(fixture *f, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    draw(f, seed);
    f->arena = f->record.arena = kh_arena_create(0);
    assert_non_null(f->arena);
    const kh_keyflow_problem problem = {.graph = {N, LINKS, (const uint32_t(*)[2])f->ends, f->relays},
                                        .capacity_bps = f->capacity_bps,
                                        .demands = f->demands,
                                        .n_demands = DEMANDS,
                                        .level_cap = INFINITY,
                                        .time_limit_s = INFINITY};
    for (uint32_t i = 0; i < DOMAINS; i++)
        assert_int_equal(kh_part_cut(&problem, f->domain_of, (uint32_t[2]){i, DOMAINS}, f->arena, &f->parts[i], NULL), KH_OK);
    if (seed % 3 == 1)
        f->parts[1].transit_bps = 1;
    if (seed % 3 == 2)
        f->parts[2].policy = KH_PART_RATES;
    const kh_federation_watch watch = kh_record_watch(&f->record);
    kh_error err = {0};
    if (kh_federation_run(f->parts, DOMAINS, &exchange_options, &watch, f->arena, &f->federation, &err) != KH_OK)
        fail_msg("%s", err.message);
    f->report = kh_member_report_of(f->federation.members[0]);
    f->price = kh_member_prices(f->federation.members[0], &f->n_price);
}

static inline void stop(fixture *f)
{
    kh_federation_clear(&f->federation);
    kh_arena_destroy(f->arena);
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "solvers/domains/federation.h"
#include "solvers/domains/replay.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

enum { N = 14, LINKS = 28, DEMANDS = 14, DOMAINS = 3, MOST_LETTERS = 100000 };

/* All that was written, own letters as well. */
typedef struct record {
    kh_arena *arena;
    kh_replay_letter *letters;
    double **number; /* of each letter, to change it */
    size_t n;
} record;

static void see(void *user, uint32_t to, const kh_letter *letter)
{
    record *r = user;
    double *number = KH_NEW(r->arena, double, letter->n + 1);
    assert_non_null(number);
    assert_true(r->n < MOST_LETTERS);
    memcpy(number, letter->number, letter->n * sizeof *number);
    r->letters[r->n] = (kh_replay_letter){to, *letter};
    r->letters[r->n].letter.number = number;
    r->number[r->n++] = number;
}

static void keep(void *user, const kh_letter *letter)
{
    see(user, letter->from, letter);
}

typedef struct fixture {
    uint32_t ends[LINKS][2], domain_of[N];
    double capacity_bps[LINKS];
    bool relays[N];
    kh_keyflow_demand demands[DEMANDS];
    kh_part parts[DOMAINS];
    kh_federation federation;
    record record;
    kh_member_report report;
    const double *price;
    size_t n_price;
} fixture;

static void draw(fixture *f, uint64_t seed)
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
static void start(fixture *f, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    draw(f, seed);
    f->record.arena = kh_arena_create(0);
    f->record.letters = kh_arena_alloc(f->record.arena, MOST_LETTERS, sizeof *f->record.letters);
    f->record.number = KH_NEW(f->record.arena, double *, MOST_LETTERS);
    assert_true(f->record.letters != NULL && f->record.number != NULL);
    const kh_keyflow_problem problem = {.graph = {N, LINKS, (const uint32_t(*)[2])f->ends, f->relays},
                                        .capacity_bps = f->capacity_bps,
                                        .demands = f->demands,
                                        .n_demands = DEMANDS,
                                        .level_cap = INFINITY,
                                        .time_limit_s = INFINITY};
    for (uint32_t i = 0; i < DOMAINS; i++)
        assert_int_equal(kh_part_cut(&problem, f->domain_of, (uint32_t[2]){i, DOMAINS}, f->record.arena, &f->parts[i], NULL),
                         KH_OK);
    if (seed % 3 == 1)
        f->parts[1].transit_bps = 1;
    if (seed % 3 == 2)
        f->parts[2].policy = KH_PART_RATES;
    const kh_member_options options = {.gap = 1e-3, .most_rounds = 40, .most_promises = 16};
    const kh_federation_watch watch = {see, &f->record, keep};
    kh_error err = {0};
    if (kh_federation_run(f->parts, DOMAINS, &options, &watch, f->record.arena, &f->federation, &err) != KH_OK)
        fail_msg("%s", err.message);
    f->report = kh_member_report_of(f->federation.members[0]);
    f->price = kh_member_prices(f->federation.members[0], &f->n_price);
}

static void stop(fixture *f)
{
    kh_federation_clear(&f->federation);
    kh_arena_destroy(f->record.arena);
}

static kh_status replay(const fixture *f, kh_member_report claimed, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    kh_status status =
        kh_replay_check(f->record.letters, f->record.n, f->parts, DOMAINS, f->price, f->n_price, claimed, arena, err);
    kh_arena_destroy(arena);
    return status;
}

static void the_letters_alone_give_the_same_bound_and_value(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        fixture f;
        kh_error err = {0};
        start(&f, seed);
        if (replay(&f, f.report, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        stop(&f);
    }
}

static void another_value_or_bound_is_refused(void **state)
{
    (void)state;
    fixture f;
    start(&f, 3);
    kh_member_report more = f.report, less = f.report;
    more.value *= 1 + 1e-6;
    less.bound *= 1 - 1e-6;
    assert_int_equal(replay(&f, more, NULL), KH_EDATA);
    assert_int_equal(replay(&f, less, NULL), KH_EDATA);
    stop(&f);
}

static void a_changed_price_is_refused(void **state)
{
    (void)state;
    fixture f;
    start(&f, 3);
    size_t refused = 0;
    double *price = KH_NEW(f.record.arena, double, f.n_price);
    assert_non_null(price);
    const double *original = f.price;
    for (size_t r = 0; r < f.n_price; r++) {
        memcpy(price, original, f.n_price * sizeof *price);
        price[r] += 0.01;
        f.price = price;
        refused += replay(&f, f.report, NULL) == KH_EDATA;
    }
    assert_int_equal(refused, f.n_price);
    stop(&f);
}

/* Every letter that value and bound rest on, one number of it changed: greeting, table, a domain's word on its busiest link,
   load of the requests on a crossing. Of tables the distances between borders, of which there are copies. */
static void a_tampered_letter_is_refused(void **state)
{
    (void)state;
    fixture f;
    start(&f, 3);
    size_t n_fixed = kh_member_atlas(f.federation.members[0])->n_crossings, n_tried = 0;
    for (size_t i = 0; i < f.record.n; i++) {
        const kh_letter *l = &f.record.letters[i].letter;
        size_t n_borders = f.parts[l->from].n_borders, n_copied = 2 + n_borders * (n_borders - 1) / 2;
        size_t length = l->kind == KH_LETTER_HELLO     ? l->n
                        : l->kind == KH_LETTER_TABLE   ? n_copied
                        : l->kind == KH_LETTER_REQUEST ? n_fixed
                                                       : 0;
        for (size_t at = 0; at < length; at += 1 + length / 5, n_tried++) {
            double *number = f.record.number[i] + at, before = *number;
            *number = isinf(before) ? 1 : 1.001 * before + 0.001;
            if (replay(&f, f.report, NULL) == KH_OK)
                fail_msg("letter %zu of kind %d, number %zu of %zu", i, (int)l->kind, at, l->n);
            *number = before;
        }
    }
    assert_true(n_tried > 50);
    assert_int_equal(replay(&f, f.report, NULL), KH_OK);
    stop(&f);
}

/* All copies of the domains' words on their links are raised alike: the letters agree, the value does not follow. */
static void a_claim_that_all_copies_share_is_refused(void **state)
{
    (void)state;
    fixture f;
    start(&f, 3);
    for (size_t i = 0; i < f.record.n; i++)
        if (f.record.letters[i].letter.kind == KH_LETTER_TABLE && f.record.letters[i].letter.round > 0)
            *f.record.number[i] *= 100;
    assert_int_equal(replay(&f, f.report, NULL), KH_EDATA);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_letters_alone_give_the_same_bound_and_value),
                                       cmocka_unit_test(another_value_or_bound_is_refused),
                                       cmocka_unit_test(a_changed_price_is_refused), cmocka_unit_test(a_tampered_letter_is_refused),
                                       cmocka_unit_test(a_claim_that_all_copies_share_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

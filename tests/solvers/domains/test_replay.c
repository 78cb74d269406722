/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/domains/exchange.h"

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
    double *price = KH_NEW(f.arena, double, f.n_price);
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
            double *number = number_of(&f, i) + at, before = *number;
            if (l->kind == KH_LETTER_REQUEST)
                *(unsigned char *)number ^= 1; /* a bit of a sum */
            else
                *number = isinf(before) ? 1 : 1.001 * before + 0.001;
            if (replay(&f, f.report, NULL) == KH_OK)
                fail_msg("letter %zu of kind %d, number %zu of %zu", i, (int)l->kind, at, l->n);
            memcpy(number, &before, sizeof before);
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
            *number_of(&f, i) *= 100;
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

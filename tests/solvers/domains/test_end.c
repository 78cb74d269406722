/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exchanges that the clock ends: what is known then is an answer, and ending tells nobody more. */
#include "core/base/clock.h"
#include "solvers/domains/audit.h"
#include "tests/solvers/domains/exchange.h"

static const double SAME = 1e-9;

/* One who carries letters and ends the exchange after so many. */
typedef struct carrier {
    kh_record record;
    kh_federation federation;
    size_t most, n;
} carrier;

static void tell_all(carrier *c)
{
    if (c->n++ == c->most)
        for (uint32_t i = 0; i < DOMAINS; i++)
            kh_member_end(c->federation.members[i]);
}

static void see(void *user, uint32_t to, const kh_letter *letter)
{
    carrier *c = user;
    tell_all(c);
    kh_record_watch(&c->record).see(&c->record, to, letter);
}

static void keep(void *user, const kh_letter *letter)
{
    see(user, letter->from, letter);
}

static void assert_tells_no_more(const kh_record *ended, const kh_record *whole)
{
    assert_true(ended->n <= whole->n);
    for (size_t i = 0; i < ended->n; i++) {
        const kh_replay_letter *a = &ended->letters[i], *b = &whole->letters[i];
        assert_int_equal(a->to, b->to);
        assert_int_equal(a->letter.kind, b->letter.kind);
        assert_int_equal(a->letter.n, b->letter.n);
        assert_memory_equal(a->letter.number, b->letter.number, a->letter.n * sizeof *a->letter.number);
    }
}

static void assert_proven(const fixture *f, const carrier *c, kh_error *err)
{
    kh_member_report report = kh_member_report_of(c->federation.members[0]);
    assert_true(report.value > 0 && report.value <= f->report.bound * (1 + SAME) && report.bound >= f->report.value * (1 - SAME));
    assert_int_equal(kh_audit_exchange(&c->record, &c->federation, &exchange_options, err), KH_OK);
}

static void run_for(fixture *f, size_t most)
{
    carrier c = {.record = {.arena = kh_arena_create(0), .ended = true}, .most = most};
    const kh_federation_watch watch = {see, &c, keep};
    kh_error err = {0};
    assert_int_equal(kh_federation_run(f->parts, DOMAINS, &exchange_options, &watch, f->arena, &c.federation, &err), KH_OK);
    assert_tells_no_more(&c.record, &f->record);
    assert_proven(f, &c, &err);
    if (c.record.n < f->record.n) { /* who says that they ended by themselves is found out */
        c.record.ended = false;
        assert_int_equal(kh_audit_letters(&c.record, f->parts, DOMAINS, &exchange_options, c.record.arena, &err), KH_EDATA);
    }
    kh_federation_clear(&c.federation);
    kh_arena_destroy(c.record.arena);
}

static void ended_in_any_step_it_tells_no_more_and_proves_what_it_reached(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        fixture f;
        start(&f, seed);
        for (size_t most = 0; most < f.record.n; most += 4 * DOMAINS * DOMAINS)
            run_for(&f, most);
        stop(&f);
    }
}

static void a_clock_that_has_run_out_before_there_is_a_value_is_said(void **state)
{
    (void)state;
    fixture f;
    kh_federation federation;
    kh_error err = {0};
    kh_member_options options = exchange_options;
    start(&f, 1);
    options.until_s = kh_clock_s();
    assert_int_equal(kh_federation_run(f.parts, DOMAINS, &options, NULL, f.arena, &federation, &err), KH_TIMELIMIT);
    assert_non_null(strstr(err.message, "two rounds of tables"));
    kh_federation_clear(&federation);
    options.until_s = (double)INFINITY;
    assert_int_equal(kh_federation_run(f.parts, DOMAINS, &options, NULL, f.arena, &federation, NULL), KH_OK);
    assert_true(!federation.ended && kh_member_report_of(federation.members[0]).n_rounds == f.report.n_rounds);
    kh_federation_clear(&federation);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ended_in_any_step_it_tells_no_more_and_proves_what_it_reached),
        cmocka_unit_test(a_clock_that_has_run_out_before_there_is_a_value_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

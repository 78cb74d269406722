/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/expand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static kh_edit loss[] = {{.path = "fibres.*.loss_db", .kind = KH_EDIT_TIMES, .number = 1},
                         {.path = "fibres.*.loss_db", .kind = KH_EDIT_TIMES, .number = 1.1}};
static kh_edit encryptors[] = {{.path = "demands.*.encryptors", .kind = KH_EDIT_SET, .text = "1"},
                               {.path = "demands.*.encryptors", .kind = KH_EDIT_SET, .text = "4"}};
static kh_edit extra[] = {{.path = "qkd_links.Q.1.extra_loss_db", .kind = KH_EDIT_ADD, .number = 0},
                          {.path = "qkd_links.Q.1.extra_loss_db", .kind = KH_EDIT_ADD, .number = 2}};
static kh_edit cut[] = {{.path = "fibres.BRI-FRX", .kind = KH_EDIT_REMOVE},
                        {.path = "nodes.POWERGATE.trusted", .kind = KH_EDIT_SET, .text = "false"}};

typedef struct fixture {
    kh_arena *arena;
    kh_findings *findings;
    kh_study study;
} fixture;

static kh_status expand(fixture *f, const kh_study_file *file)
{
    return kh_expand_cases(file, "s.yaml", f->arena, f->findings, &f->study, NULL);
}

static void expect_case(const fixture *f, size_t i, const char *name, const char *changes, size_t n_edits)
{
    assert_true(i < f->study.n_cases);
    assert_string_equal(f->study.cases[i].name, name);
    assert_string_equal(f->study.cases[i].changes, changes);
    assert_int_equal(f->study.cases[i].n_edits, n_edits);
}

static void the_base_is_always_the_first_case(void **state)
{
    fixture *f = *state;
    assert_int_equal(expand(f, &(kh_study_file){0}), KH_OK);
    assert_int_equal(f->study.n_cases, 1);
    expect_case(f, 0, "as designed", "", 0);
}

static void neutral_values_make_no_case_of_their_own(void **state)
{
    fixture *f = *state;
    kh_study_axis axes[] = {{"fibre loss", loss, 2}, {"filter", extra, 2}};
    assert_int_equal(expand(f, &(kh_study_file){.axes = axes, .n_axes = 2}), KH_OK);
    assert_int_equal(f->study.n_cases, 4);
    expect_case(f, 0, "as designed", "", 0);
    expect_case(f, 1, "filter +2", "extra_loss_db of qkd links Q.1 +2", 1);
    expect_case(f, 2, "fibre loss x 1.1", "loss_db of all fibres x 1.1", 1);
    expect_case(f, 3, "fibre loss x 1.1, filter +2", "loss_db of all fibres x 1.1; extra_loss_db of qkd links Q.1 +2", 2);
}

static void set_values_and_explicit_cases_follow(void **state)
{
    fixture *f = *state;
    kh_study_axis axes[] = {{"demand", encryptors, 2}};
    kh_study_written_case cases[] = {{.name = "cut", .edits = cut, .n_edits = 2}};
    assert_int_equal(expand(f, &(kh_study_file){.axes = axes, .n_axes = 1, .cases = cases, .n_cases = 1}), KH_OK);
    assert_int_equal(f->study.n_cases, 4);
    expect_case(f, 1, "demand = 1", "encryptors of all demands = 1", 1);
    expect_case(f, 2, "demand = 4", "encryptors of all demands = 4", 1);
    expect_case(f, 3, "cut", "fibres BRI-FRX removed; trusted of nodes POWERGATE = false", 2);
}

static void a_name_used_twice_is_a_finding(void **state)
{
    fixture *f = *state;
    kh_study_written_case cases[] = {{.name = "cut", .edits = cut, .n_edits = 2, .place = {"s.yaml", 4, 3}},
                                     {.name = "cut", .edits = cut, .n_edits = 1, .place = {"s.yaml", 5, 3}},
                                     {.name = "as designed", .edits = cut, .n_edits = 1, .place = {"s.yaml", 6, 3}}};
    assert_int_equal(expand(f, &(kh_study_file){.cases = cases, .n_cases = 3}), KH_EDATA);
    assert_int_equal(kh_findings_kept(f->findings), 2);
    assert_string_equal(kh_findings_at(f->findings, 0)->message, "two cases are called 'cut'");
    assert_int_equal(kh_findings_at(f->findings, 0)->place.line, 5);
    assert_int_equal(kh_findings_at(f->findings, 1)->place.line, 6);
}

static void too_many_combinations_are_a_finding(void **state)
{
    fixture *f = *state;
    kh_study_axis axes[17];
    for (size_t i = 0; i < 17; i++)
        axes[i] = (kh_study_axis){"loss", loss, 2};
    assert_int_equal(expand(f, &(kh_study_file){.axes = axes, .n_axes = 17}), KH_EDATA);
    assert_string_equal(kh_findings_at(f->findings, 0)->message, "the axes make more than 100000 combinations");
}

static int start(void **state)
{
    static fixture f;
    f = (fixture){.arena = kh_arena_create(0), .findings = kh_findings_create()};
    *state = &f;
    return f.arena == NULL || f.findings == NULL;
}

static int end(void **state)
{
    fixture *f = *state;
    kh_arena_destroy(f->arena);
    kh_findings_destroy(f->findings);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_base_is_always_the_first_case, start, end),
        cmocka_unit_test_setup_teardown(neutral_values_make_no_case_of_their_own, start, end),
        cmocka_unit_test_setup_teardown(set_values_and_explicit_cases_follow, start, end),
        cmocka_unit_test_setup_teardown(a_name_used_twice_is_a_finding, start, end),
        cmocka_unit_test_setup_teardown(too_many_combinations_are_a_finding, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

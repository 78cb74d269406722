/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All shipped reference tables, as `keyhaul validate` runs them. Sources and licences: tests/ref/README.md. */
#include "tools/validate/validate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct outcome {
    kh_arena *arena;
    kh_findings *findings;
    kh_validate_result result;
} outcome;

static outcome run_table(const char *path)
{
    outcome o = {.arena = kh_arena_create(0), .findings = kh_findings_create()};
    kh_error err = {0};
    assert_true(o.arena != NULL && o.findings != NULL);
    if (kh_validate_table(path, o.arena, o.findings, &o.result, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
    for (size_t i = 0; i < o.result.n_rows; i++) {
        const kh_validate_row *row = &o.result.rows[i];
        if (row->evaluated && !row->pass)
            print_error("%s %s: expected %.10g, computed %.10g\n", row->id, row->quantity, row->expected, row->computed);
    }
    return o;
}

static void drop(outcome *o)
{
    kh_findings_destroy(o->findings);
    kh_arena_destroy(o->arena);
}

static void every_line_agrees_with_gnpy(void **state)
{
    (void)state;
    outcome o = run_table("tests/ref/optical_acceptance.csv");
    assert_int_equal(o.result.n_failed, 0);
    assert_int_equal(o.result.n_skipped, 0);
    assert_int_equal(o.result.n_passed, 423 * 10 + 47 * 2); /* ten values a row, two a case */
    drop(&o);
}

/* Far inside the tolerance: what is left is the rounding of the table to five decimals. */
static void the_largest_difference_in_db_is_the_rounding_of_the_table(void **state)
{
    (void)state;
    outcome o = run_table("tests/ref/optical_acceptance.csv");
    for (size_t i = 0; i < o.result.n_rows; i++)
        if (o.result.rows[i].in_db)
            assert_true(o.result.rows[i].error < 5.1e-6);
    drop(&o);
}

static void every_qkd_row_agrees_with_its_source(void **state)
{
    (void)state;
    outcome o = run_table("tests/ref/qkd_acceptance.csv");
    assert_int_equal(o.result.n_failed, 0);
    assert_int_equal(o.result.n_skipped, 0);
    assert_int_equal(o.result.n_passed, 71);
    drop(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_agrees_with_gnpy),
        cmocka_unit_test(the_largest_difference_in_db_is_the_rounding_of_the_table),
        cmocka_unit_test(every_qkd_row_agrees_with_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

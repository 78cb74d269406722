/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/run/run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_table_is_built_column_by_column(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_table *table = kh_table_create(arena, "links", 2, 2);
    double *rate = kh_table_add_number(arena, table, "rate_bps");
    const char **id = kh_table_add_text(arena, table, "id");
    assert_true(isnan(rate[1]));
    assert_null(id[0]);
    rate[0] = 5;
    id[1] = "b";
    assert_true(kh_table_number(table, "rate_bps", 0) == 5);
    assert_string_equal(kh_table_text(table, "id", 1), "b");
    kh_arena_destroy(arena);
}

static void a_full_table_takes_no_column_also_after_a_copy(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_table copy = *kh_table_create(arena, "links", 2, 1);
    assert_non_null(kh_table_add_number(arena, &copy, "a"));
    assert_null(kh_table_add_number(arena, &copy, "b"));
    assert_null(kh_table_add_text(arena, &copy, "c"));
    assert_int_equal(copy.n_columns, 1);
    kh_arena_destroy(arena);
}

static void looking_forgives_what_is_not_there(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_table *table = kh_table_create(arena, "links", 1, 1);
    kh_table_add_number(arena, table, "a");
    assert_true(isnan(kh_table_number(NULL, "a", 0)));
    assert_true(isnan(kh_table_number(table, "b", 0)));
    assert_true(isnan(kh_table_number(table, "a", 1)));
    assert_null(kh_table_text(table, "a", 0));
    assert_null(kh_run_table(table, 1, "nodes"));
    assert_ptr_equal(kh_run_table(table, 1, "links"), table);
    assert_null(kh_run_table(NULL, 0, "links"));
    kh_arena_destroy(arena);
}

static void memory_that_runs_out_gives_null(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth <= 7; nth++) {
        kh_arena *arena = kh_arena_create(0);
        kh_arena_fail_after(arena, nth);
        kh_table *table = kh_table_create(arena, "links", 2, 2);
        const void *number = kh_table_add_number(arena, table, "a"), *text = kh_table_add_text(arena, table, "b");
        size_t made = (number != NULL ? 1u : 0u) + (text != NULL ? 1u : 0u);
        assert_int_equal(table == NULL ? 0 : table->n_columns, made);
        assert_true(nth <= 6 ? made < 2 : made <= 2);
        kh_arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_built_column_by_column),
        cmocka_unit_test(a_full_table_takes_no_column_also_after_a_copy),
        cmocka_unit_test(looking_forgives_what_is_not_there),
        cmocka_unit_test(memory_that_runs_out_gives_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

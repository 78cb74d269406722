/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
    *state = kh_arena_create(0);
    return *state == NULL;
}

static int drop_arena(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

static kh_status read_text(void **state, const char *text, kh_csv *csv, kh_error *err)
{
    return kh_csv_read(text, strlen(text), *state, csv, err);
}

static void reads_cells_by_row_and_name(void **state)
{
    kh_csv csv;
    assert_int_equal(read_text(state, "id,name\n1,one\n2,two\n", &csv, NULL), KH_OK);
    assert_int_equal(csv.n_rows, 2);
    assert_int_equal(csv.n_columns, 2);
    assert_string_equal(kh_csv_cell(&csv, 1, kh_csv_column(&csv, "name")), "two");
    assert_string_equal(kh_csv_cell(&csv, 0, kh_csv_column(&csv, "nome")), "");
    assert_int_equal(csv.lines[1], 3);
}

static void quoted_cells_hold_commas_quotes_and_line_ends(void **state)
{
    kh_csv csv;
    assert_int_equal(read_text(state, "a,b\r\n\"x,\"\"y\"\"\",\"two\nlines\"\r\nlast,\"\"", &csv, NULL), KH_OK);
    assert_string_equal(kh_csv_cell(&csv, 0, 0), "x,\"y\"");
    assert_string_equal(kh_csv_cell(&csv, 0, 1), "two\nlines");
    assert_string_equal(kh_csv_cell(&csv, 1, 0), "last");
    assert_string_equal(kh_csv_cell(&csv, 1, 1), "");
    assert_int_equal(csv.lines[1], 4);
}

static void skips_a_byte_order_mark_and_keeps_empty_cells(void **state)
{
    kh_csv csv;
    assert_int_equal(read_text(state,
                               "\xEF\xBB\xBF"
                               "a,b,c\n,,\n",
                               &csv, NULL),
                     KH_OK);
    assert_string_equal(csv.header[0], "a");
    assert_int_equal(csv.n_rows, 1);
    assert_string_equal(kh_csv_cell(&csv, 0, 2), "");
}

static void a_header_alone_is_a_table_without_rows(void **state)
{
    kh_csv csv;
    assert_int_equal(read_text(state, "a,b", &csv, NULL), KH_OK);
    assert_int_equal(csv.n_rows, 0);
}

static void broken_tables_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "the table is empty"},
        {"a,b\n1\n", "line 2: the row has 1 cells, the header has 2"},
        {"a,b\n1,2,3\n", "line 2: the row has 3 cells, the header has 2"},
        {"a,b\n1,2\n\n", "line 3: the row has 1 cells, the header has 2"},
        {"a,b\n1,\"2\n3\n", "line 2: the quote that opens here is never closed"},
        {"a,b\n\"1\"x,2\n", "line 2: text stands behind a closing quote"},
        {"a,b\n1\",2\n", "line 2: a quote stands inside a cell that is not quoted"},
        {"a,b,a\n", "line 1: column 'a' comes twice"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        kh_csv csv = {.n_rows = 77};
        kh_error err = {0};
        assert_int_equal(read_text(state, wrong[i].text, &csv, &err), KH_EDATA);
        assert_string_equal(err.message, wrong[i].message);
        assert_int_equal(csv.n_rows, 77);
    }
}

static void a_nul_byte_and_too_many_columns_are_refused(void **state)
{
    static char wide[3000];
    kh_csv csv;
    assert_int_equal(kh_csv_read("a\0b\n", 4, *state, &csv, NULL), KH_EDATA);
    memset(wide, ',', sizeof wide);
    assert_int_equal(kh_csv_read(wide, sizeof wide, *state, &csv, NULL), KH_ELIMIT);
}

static void memory_that_runs_out_is_told(void **state)
{
    const char text[] = "a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n13,14\n15,16\n17,18\n19,20\n21,22\n";
    kh_csv csv;
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; status == KH_ENOMEM && nth < 100; nth++) {
        kh_arena_fail_after(*state, nth);
        status = kh_csv_read(text, sizeof text - 1, *state, &csv, NULL);
        kh_arena_fail_after(*state, 0);
        assert_true(status == KH_ENOMEM || status == KH_OK);
        assert_true(nth > 1 || status == KH_ENOMEM);
    }
    assert_int_equal(status, KH_OK);
    assert_int_equal(csv.n_rows, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_by_row_and_name),
        cmocka_unit_test(quoted_cells_hold_commas_quotes_and_line_ends),
        cmocka_unit_test(skips_a_byte_order_mark_and_keeps_empty_cells),
        cmocka_unit_test(a_header_alone_is_a_table_without_rows),
        cmocka_unit_test(broken_tables_are_refused_with_their_line),
        cmocka_unit_test(a_nul_byte_and_too_many_columns_are_refused),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}

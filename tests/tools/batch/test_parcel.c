/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/parcel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void pack_example(kh_arena *arena, kh_str *out)
{
    kh_table *table = kh_table_create(arena, "links", 2, 2);
    const char **id = kh_table_add_text(arena, table, "id");
    double *rate = kh_table_add_number(arena, table, "key_rate_bps");
    id[0] = "Q1";
    id[1] = NULL;
    rate[0] = 1900.25;
    rate[1] = (double)NAN;
    kh_run_case run_case = {.name = "cut", .changes = "", .seed = 7, .replications = 3, .tables = table, .n_tables = 1};
    kh_findings *findings = kh_findings_create();
    kh_findings_add(findings, KH_WARNING, (kh_place){"a.yaml", 3, 5}, "look", "length is %g", 2.0);
    kh_findings_add(findings, KH_ERROR, (kh_place){0}, NULL, "no place");
    kh_parcel_pack(&(kh_parcel){KH_EDATA, "bad", "case 'cut': ", &run_case}, findings, out);
    kh_findings_destroy(findings);
}

static void a_parcel_comes_back_as_it_was(void **state)
{
    kh_str bytes = {0};
    kh_parcel parcel = {0};
    kh_findings *findings = kh_findings_create();
    pack_example(*state, &bytes);
    assert_int_equal(kh_parcel_unpack(bytes.data, bytes.length, *state, findings, &parcel, NULL), KH_OK);
    assert_int_equal(parcel.status, KH_EDATA);
    assert_string_equal(parcel.message, "bad");
    assert_string_equal(parcel.steps, "case 'cut': ");
    assert_string_equal(parcel.run_case->name, "cut");
    assert_string_equal(parcel.run_case->changes, "");
    assert_int_equal(parcel.run_case->seed, 7);
    const kh_table *table = kh_run_table(parcel.run_case->tables, parcel.run_case->n_tables, "links");
    assert_string_equal(kh_table_text(table, "id", 0), "Q1");
    assert_null(kh_table_text(table, "id", 1));
    assert_true(kh_table_number(table, "key_rate_bps", 0) == 1900.25);
    assert_true(isnan(kh_table_number(table, "key_rate_bps", 1)));
    assert_int_equal(kh_findings_kept(findings), 2);
    assert_string_equal(kh_findings_at(findings, 0)->message, "length is 2");
    assert_string_equal(kh_findings_at(findings, 0)->hint, "look");
    assert_string_equal(kh_findings_at(findings, 0)->place.file, "a.yaml");
    assert_int_equal(kh_findings_at(findings, 0)->place.line, 3);
    assert_null(kh_findings_at(findings, 1)->place.file);
    kh_findings_destroy(findings);
    kh_str_clear(&bytes);
}

static void a_parcel_cut_short_anywhere_is_refused(void **state)
{
    kh_str bytes = {0};
    pack_example(*state, &bytes);
    for (size_t length = 0; length < bytes.length; length++) {
        kh_parcel parcel = {0};
        kh_findings *findings = kh_findings_create();
        assert_int_equal(kh_parcel_unpack(bytes.data, length, *state, findings, &parcel, NULL), KH_EINTERNAL);
        assert_null(parcel.run_case);
        kh_findings_destroy(findings);
    }
    kh_str_clear(&bytes);
}

static void a_damaged_count_is_refused_and_costs_no_memory(void **state)
{
    kh_str bytes = {0};
    pack_example(*state, &bytes);
    for (size_t at = 0; at + 8 <= bytes.length; at++) {
        kh_parcel parcel = {0};
        kh_findings *findings = kh_findings_create();
        kh_arena *arena = kh_arena_create(1 << 20);
        char kept[8];
        memcpy(kept, bytes.data + at, 8);
        memset(bytes.data + at, 0x7F, 8);
        kh_status status = kh_parcel_unpack(bytes.data, bytes.length, arena, findings, &parcel, NULL);
        if (status != KH_OK && status != KH_EINTERNAL)
            fail_msg("byte %zu: %s", at, kh_status_name(status));
        memcpy(bytes.data + at, kept, 8);
        kh_arena_destroy(arena);
        kh_findings_destroy(findings);
    }
    kh_str_clear(&bytes);
}

static int start(void **state)
{
    *state = kh_arena_create(0);
    return *state == NULL;
}

static int end(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_parcel_comes_back_as_it_was, start, end),
        cmocka_unit_test_setup_teardown(a_parcel_cut_short_anywhere_is_refused, start, end),
        cmocka_unit_test_setup_teardown(a_damaged_count_is_refused_and_costs_no_memory, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

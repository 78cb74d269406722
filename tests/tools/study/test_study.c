/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/study.h"

#include "tests/tools/study/small_yaml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct fixture {
    small_folder folder;
    kh_arena *arena;
    kh_findings *findings;
    kh_study *study;
} fixture;

static kh_status load(fixture *f, const char *path)
{
    f->study = NULL;
    return kh_study_load(path, f->arena, f->findings, &f->study, NULL);
}

static void a_topology_alone_is_a_study_of_its_base(void **state)
{
    fixture *f = *state;
    kh_run_case *c = NULL;
    assert_int_equal(load(f, f->folder.topology), KH_OK);
    assert_string_equal(f->study->name, "small");
    assert_int_equal(f->study->n_cases, 1);
    assert_int_equal(f->study->replications, 0);
    assert_int_equal(strlen(f->study->input_hash), 64);
    assert_int_equal(kh_study_case_run(f->study, 0, NULL, f->arena, f->findings, &c, NULL), KH_OK);
    const kh_table *demands = kh_run_table(c->tables, c->n_tables, "demands");
    assert_int_equal(demands->n_rows, 2);
    assert_true(kh_table_number(demands, "rate_bps", 0) > 0);
    assert_true(isnan(kh_table_number(demands, "served", 0)));
    assert_string_equal(kh_table_text(demands, "shortfall", 1), "capacity");
    assert_non_null(strstr(kh_table_text(demands, "why", 1), "The bottleneck is the link Q2"));
    assert_int_equal(kh_run_table(c->tables, c->n_tables, "stores")->n_rows, 0);
}

static void the_base_has_its_tables_and_where_it_comes_from(void **state)
{
    static const char *const names[] = {"nodes", "domains", "fibres", "qkd_links", "line_systems", "demands", "assumptions"};
    fixture *f = *state;
    kh_run *run = NULL;
    assert_int_equal(load(f, f->folder.topology), KH_OK);
    assert_int_equal(kh_study_base(f->study, f->arena, f->findings, &run, NULL), KH_OK);
    assert_int_equal(run->n_tables, sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(kh_run_table(run->tables, run->n_tables, names[i]));
    const kh_table *fibres = kh_run_table(run->tables, run->n_tables, "fibres");
    assert_string_equal(kh_table_text(fibres, "b", 0), "B");
    assert_float_equal(kh_table_number(fibres, "length_km", 1), 60, 1e-6);
    assert_string_equal(run->input_hash, f->study->input_hash);
    assert_int_equal(strlen(run->created_utc), 20);
    assert_non_null(strstr(run->command, "keyhaul study "));
}

static void the_hash_covers_study_and_topology(void **state)
{
    fixture *f = *state;
    char first[65], second[65];
    assert_int_equal(small_write(f->folder.study, "keyhaul_study: 1\ntopology: net.yaml\n"), 0);
    assert_int_equal(load(f, f->folder.study), KH_OK);
    (void)strcpy(first, f->study->input_hash);
    assert_int_equal(small_write(f->folder.study, "keyhaul_study: 1\ntopology: net.yaml\nname: other\n"), 0);
    assert_int_equal(load(f, f->folder.study), KH_OK);
    (void)strcpy(second, f->study->input_hash);
    assert_string_not_equal(first, second);
    char *longer = kh_arena_printf(f->arena, "%s# a remark\n", small_topology);
    assert_int_equal(small_write(f->folder.topology, longer), 0);
    assert_int_equal(load(f, f->folder.study), KH_OK);
    assert_string_not_equal(second, f->study->input_hash);
}

static void replications_have_confidence_intervals(void **state)
{
    fixture *f = *state;
    kh_run_case *c = NULL;
    assert_int_equal(
        small_write(f->folder.study, "keyhaul_study: 1\ntopology: net.yaml\nsimulate: {days: 0.1, replications: 3, seed: 5}\n"), 0);
    assert_int_equal(load(f, f->folder.study), KH_OK);
    assert_int_equal(kh_study_case_run(f->study, 0, NULL, f->arena, f->findings, &c, NULL), KH_OK);
    const kh_table *demands = kh_run_table(c->tables, c->n_tables, "demands"),
                   *summary = kh_run_table(c->tables, c->n_tables, "summary");
    assert_true(kh_table_number(demands, "served", 0) > 0);
    assert_true(kh_table_number(demands, "served_share_ci", 0) >= 0);
    assert_true(kh_table_number(demands, "availability", 0) <= 1);
    assert_float_equal(kh_table_number(summary, "replications", 0), 3, 0);
    assert_float_equal(kh_table_number(summary, "days", 0), 0.1, 1e-6);
    assert_true(kh_run_table(c->tables, c->n_tables, "stores")->n_rows > 0);
    volatile int stop = 1;
    assert_int_equal(kh_study_case_run(f->study, 0, &stop, f->arena, f->findings, &c, NULL), KH_EINTERRUPTED);
}

static void what_is_not_there_is_told(void **state)
{
    fixture *f = *state;
    assert_int_equal(load(f, "/nonexistent.yaml"), KH_ENOINPUT);
    assert_int_equal(load(f, f->folder.path), KH_ENOINPUT);
    assert_int_equal(small_write(f->folder.study, "keyhaul_study: 1\ntopology: nowhere.yaml\n"), 0);
    assert_int_equal(load(f, f->folder.study), KH_ENOINPUT);
    assert_int_equal(small_write(f->folder.study, "keyhaul_study: 1\ntopology: net.yaml\nfoo: 1\n"), 0);
    assert_int_equal(load(f, f->folder.study), KH_EDATA);
    assert_null(f->study);
}

static int start(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL || small_folder_start(&f->folder) != 0)
        return 1;
    f->arena = kh_arena_create(0);
    f->findings = kh_findings_create();
    *state = f;
    return f->arena == NULL || f->findings == NULL;
}

static int end(void **state)
{
    fixture *f = *state;
    int left = small_folder_end(&f->folder);
    kh_arena_destroy(f->arena);
    kh_findings_destroy(f->findings);
    free(f);
    return left;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_topology_alone_is_a_study_of_its_base, start, end),
        cmocka_unit_test_setup_teardown(the_base_has_its_tables_and_where_it_comes_from, start, end),
        cmocka_unit_test_setup_teardown(the_hash_covers_study_and_topology, start, end),
        cmocka_unit_test_setup_teardown(replications_have_confidence_intervals, start, end),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_told, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/sweep.h"

#include "core/run/store.h"
#include "tests/tools/study/small_yaml.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

static const char study_text[] = "keyhaul_study: 1\n"
                                 "topology: net.yaml\n"
                                 "simulate: {days: 0.02, replications: 2, seed: 7}\n"
                                 "axes:\n"
                                 "  - {name: loss, set: fibres.*.length_km, times: [1, 1.2]}\n"
                                 "  - {name: modules, set: qkd_links.*.modules, values: [1, 2]}\n"
                                 "cases:\n"
                                 "  - {name: cut, changes: [{remove: qkd_links.Q2}]}\n";
enum { CASES = 6 };

typedef struct fixture {
    small_folder folder;
    kh_arena *arena;
    kh_findings *findings;
    kh_study *study;
    volatile int stop;
    size_t stop_after, told;
} fixture;

static void tell(void *user, size_t done, size_t all, const char *case_name)
{
    fixture *f = user;
    assert_int_equal(all, f->study->n_cases);
    assert_non_null(case_name);
    f->told = done;
    if (done == f->stop_after)
        f->stop = 1;
}

static kh_status sweep(fixture *f, const char *output, size_t processes)
{
    kh_sweep_options options = {.output = output, .processes = processes, .stop = &f->stop, .progress = tell, .user = f};
    kh_error err = {0};
    kh_status status = kh_sweep_run(f->study, &options, f->findings, &err);
    if (status != KH_OK)
        print_message("%s%s\n", err.steps, err.message);
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return status;
}

static kh_run *load(fixture *f, const char *path)
{
    kh_run *run = NULL;
    assert_int_equal(kh_store_load(path, f->arena, &run, NULL), KH_OK);
    return run;
}

static void expect_same_column(const kh_column *a, const kh_column *b, size_t n_rows)
{
    assert_string_equal(a->name, b->name);
    for (size_t i = 0; i < n_rows; i++) {
        if (a->text != NULL)
            assert_string_equal(a->text[i] == NULL ? "" : a->text[i], b->text[i] == NULL ? "" : b->text[i]);
        else
            assert_true((isnan(a->number[i]) && isnan(b->number[i])) ||
                        (a->number[i] >= b->number[i] && a->number[i] <= b->number[i]));
    }
}

static void expect_same(const kh_run *a, const kh_run *b)
{
    assert_int_equal(a->n_cases, b->n_cases);
    for (size_t i = 0; i < a->n_cases; i++) {
        const kh_run_case *x = &a->cases[i], *y = &b->cases[i];
        assert_string_equal(x->name, y->name);
        assert_string_equal(x->changes, y->changes);
        assert_int_equal(x->n_tables, y->n_tables);
        for (size_t t = 0; t < x->n_tables; t++) {
            assert_string_equal(x->tables[t].name, y->tables[t].name);
            assert_int_equal(x->tables[t].n_rows, y->tables[t].n_rows);
            assert_int_equal(x->tables[t].n_columns, y->tables[t].n_columns);
            for (size_t c = 0; c < x->tables[t].n_columns; c++)
                expect_same_column(&x->tables[t].columns[c], &y->tables[t].columns[c], x->tables[t].n_rows);
        }
    }
}

static void expect_whole(fixture *f, const char *path)
{
    const char *reference = kh_arena_printf(f->arena, "%s/whole.db", f->folder.path);
    f->stop = 0;
    f->stop_after = 0;
    assert_int_equal(sweep(f, reference, 1), KH_OK);
    expect_same(load(f, path), load(f, reference));
    (void)unlink(reference);
}

static void results_do_not_depend_on_the_number_of_processes(void **state)
{
    fixture *f = *state;
    assert_int_equal(sweep(f, f->folder.run, 3), KH_OK);
    assert_int_equal(f->told, CASES);
    const kh_run *run = load(f, f->folder.run);
    assert_int_equal(run->n_cases, CASES);
    assert_string_equal(run->cases[0].name, "as designed");
    assert_string_equal(run->cases[5].name, "cut");
    const kh_table *demands = kh_run_table(run->cases[0].tables, run->cases[0].n_tables, "demands");
    assert_true(kh_table_number(demands, "served", 0) > 0);
    assert_true(kh_table_number(demands, "rate_bps", 0) > 0);
    demands = kh_run_table(run->cases[5].tables, run->cases[5].n_tables, "demands");
    assert_string_equal(kh_table_text(demands, "shortfall", 0), "no-path");
    expect_whole(f, f->folder.run);
}

static void a_stopped_study_goes_on_where_it_was(void **state)
{
    fixture *f = *state;
    f->stop_after = 2;
    assert_int_equal(sweep(f, f->folder.run, 1), KH_EINTERRUPTED);
    assert_int_equal(load(f, f->folder.run)->n_cases, 2);
    f->stop = 0;
    f->stop_after = 0;
    assert_int_equal(sweep(f, f->folder.run, 2), KH_OK);
    assert_int_equal(f->told, CASES);
    expect_whole(f, f->folder.run);
    f->told = 0;
    assert_int_equal(sweep(f, f->folder.run, 2), KH_OK); /* nothing left to do */
    assert_int_equal(f->told, 0);
}

/* A process that is killed in the middle leaves whole cases, and the next one goes on. */
static void a_killed_study_goes_on_where_it_was(void **state)
{
    fixture *f = *state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        kh_sweep_options options = {.output = f->folder.run, .processes = 1};
        (void)kh_sweep_run(f->study, &options, f->findings, NULL);
        _exit(0);
    }
    struct timespec wait = {0, 2000000};
    while (access(f->folder.run, R_OK) != 0)
        (void)nanosleep(&wait, NULL);
    wait.tv_nsec = 60000000;
    (void)nanosleep(&wait, NULL);
    (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    wait.tv_nsec = 300000000; /* its child ends by itself at the latest when it writes */
    (void)nanosleep(&wait, NULL);
    assert_int_equal(sweep(f, f->folder.run, 2), KH_OK);
    expect_whole(f, f->folder.run);
    (void)unlink(kh_arena_printf(f->arena, "%s-journal", f->folder.run));
}

/* An edit that points nowhere: the process of this case dies, the others live. */
static void a_case_that_crashes_is_a_finding_and_the_others_go_on(void **state)
{
    fixture *f = *state;
    kh_edit *kept = f->study->cases[2].edits;
    f->study->cases[2].edits = (kh_edit *)(uintptr_t)8;
    assert_int_equal(sweep(f, f->folder.run, 2), KH_EDATA);
    assert_int_equal(kh_findings_count(f->findings, KH_ERROR), 1);
    assert_non_null(strstr(kh_findings_at(f->findings, 0)->message, "case 'modules = 2' failed: "));
    assert_int_equal(load(f, f->folder.run)->n_cases, CASES - 1);
    f->study->cases[2].edits = kept;
    assert_int_equal(sweep(f, f->folder.run, 2), KH_OK);
    assert_int_equal(load(f, f->folder.run)->n_cases, CASES);
}

static void a_case_with_a_wrong_edit_is_a_finding_with_its_place(void **state)
{
    fixture *f = *state;
    kh_edit wrong = {.path = "fibres.NOWHERE.loss_db", .kind = KH_EDIT_SET, .text = "3", .place = {"study.yaml", 9, 4}};
    f->study->cases[5].edits = &wrong;
    assert_int_equal(sweep(f, f->folder.run, 2), KH_EDATA);
    assert_true(kh_findings_count(f->findings, KH_ERROR) >= 1);
    if (strstr(kh_findings_at(f->findings, 0)->message, "NOWHERE") == NULL)
        fail_msg("%s", kh_findings_at(f->findings, 0)->message);
    assert_int_equal(kh_findings_at(f->findings, 0)->place.line, 9);
    assert_int_equal(load(f, f->folder.run)->n_cases, CASES - 1);
}

static void a_place_that_cannot_be_written_is_told(void **state)
{
    fixture *f = *state;
    assert_int_equal(sweep(f, "/nonexistent/folder/run.db", 1), KH_EWRITE);
}

static int start(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL || small_folder_start(&f->folder) != 0 || small_write(f->folder.study, study_text) != 0)
        return 1;
    f->arena = kh_arena_create(0);
    f->findings = kh_findings_create();
    *state = f;
    kh_error err = {0};
    kh_status status = kh_study_load(f->folder.study, f->arena, f->findings, &f->study, &err);
    if (status == KH_OK)
        return 0;
    kh_str text = {0};
    kh_findings_text(f->findings, false, &text);
    print_message("%s%s\n%s", err.steps, err.message, kh_str_text(&text));
    kh_str_clear(&text);
    return 1;
}

static int end(void **state)
{
    fixture *f = *state;
    int left = small_folder_end(&f->folder); /* fails when a temporary file was left behind */
    kh_arena_destroy(f->arena);
    kh_findings_destroy(f->findings);
    free(f);
    return left;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(results_do_not_depend_on_the_number_of_processes, start, end),
        cmocka_unit_test_setup_teardown(a_stopped_study_goes_on_where_it_was, start, end),
        cmocka_unit_test_setup_teardown(a_killed_study_goes_on_where_it_was, start, end),
        cmocka_unit_test_setup_teardown(a_case_that_crashes_is_a_finding_and_the_others_go_on, start, end),
        cmocka_unit_test_setup_teardown(a_case_with_a_wrong_edit_is_a_finding_with_its_place, start, end),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_written_is_told, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

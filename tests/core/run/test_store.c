/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/run/store.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct fixture {
    char folder[40], path[64];
    kh_arena *arena;
    kh_run *run;
    kh_error err;
} fixture;

static kh_table make_table(kh_arena *arena, const char *name, size_t n)
{
    kh_table *table = kh_table_create(arena, name, n, 2);
    const char **id = kh_table_add_text(arena, table, "id");
    double *rate = kh_table_add_number(arena, table, "key \"rate\"");
    for (size_t i = 0; i < n; i++) {
        id[i] = i % 3 == 2 ? NULL : kh_arena_printf(arena, "Łódź;'\"%zu", i);
        rate[i] = i % 4 == 3 ? (double)NAN : 1.0 / 3.0 * (double)i;
    }
    return *table;
}

static kh_run_case *make_case(kh_arena *arena, const char *name, size_t rows)
{
    kh_run_case *made = KH_NEW(arena, kh_run_case, 1);
    kh_table *tables = KH_NEW(arena, kh_table, 2);
    tables[0] = make_table(arena, "links", rows);
    tables[1] = make_table(arena, "order \"by\"", rows / 2);
    *made = (kh_run_case){
        .name = name, .changes = "x = 1", .seed = UINT64_MAX - 1, .replications = 30, .tables = tables, .n_tables = 2};
    return made;
}

static kh_run *make_run(kh_arena *arena)
{
    kh_run *run = KH_NEW(arena, kh_run, 1);
    kh_table *tables = KH_NEW(arena, kh_table, 2);
    tables[0] = make_table(arena, "links", 5);
    tables[1] = make_table(arena, "nodes", 0);
    *run = (kh_run){.study = "A & B",
                    .created_utc = "2026-11-22T18:00:00Z",
                    .version = "0.1.0",
                    .input_hash = "cafe",
                    .command = "keyhaul study a.yaml",
                    .tables = tables,
                    .n_tables = 2};
    return run;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/kh_store_XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    (void)chmod(f->folder, 0755);
    (void)snprintf(f->path, sizeof f->path, "%s/run.db", f->folder);
    f->arena = kh_arena_create(0);
    f->run = make_run(f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char journal[80];
    (void)snprintf(journal, sizeof journal, "%s-journal", f->path);
    unlink(f->path);
    unlink(journal);
    int left = rmdir(f->folder);
    kh_arena_destroy(f->arena);
    free(f);
    return left; /* nothing else was left behind */
}

static void put(fixture *f, const char *name, size_t rows)
{
    kh_store *store = NULL;
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_OK);
    kh_status status = kh_store_put_case(store, make_case(f->arena, name, rows), &f->err);
    kh_store_destroy(store);
    assert_int_equal(status, KH_OK);
}

static kh_run *load(fixture *f)
{
    kh_run *run = NULL;
    if (kh_store_load(f->path, f->arena, &run, &f->err) != KH_OK)
        fail_msg("%s", f->err.message);
    return run;
}

static void assert_same_column(const kh_column *a, const kh_column *b, size_t n)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->text == NULL, b->text == NULL);
    for (size_t i = 0; i < n && a->text != NULL; i++) {
        assert_int_equal(a->text[i] == NULL, b->text[i] == NULL);
        if (a->text[i] != NULL)
            assert_string_equal(a->text[i], b->text[i]);
    }
    for (size_t i = 0; i < n && a->number != NULL; i++)
        assert_true(a->number[i] == b->number[i] || (isnan(a->number[i]) && isnan(b->number[i])));
}

static void assert_same_table(const kh_table *a, const kh_table *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_columns, b->n_columns);
    for (size_t i = 0; i < a->n_columns; i++)
        assert_same_column(&a->columns[i], &b->columns[i], a->n_rows);
}

static void what_was_put_is_loaded(void **state)
{
    fixture *f = *state;
    put(f, "as designed", 40);
    put(f, "cut", 7);
    const kh_run *run = load(f);
    assert_string_equal(run->study, f->run->study);
    assert_string_equal(run->command, f->run->command);
    assert_int_equal(run->n_tables, 2);
    assert_same_table(&run->tables[0], &f->run->tables[0]);
    assert_same_table(&run->tables[1], &f->run->tables[1]);
    assert_int_equal(run->n_cases, 2);
    const kh_run_case *expected = make_case(f->arena, "as designed", 40);
    assert_string_equal(run->cases[0].name, "as designed");
    assert_true(run->cases[0].seed == UINT64_MAX - 1);
    assert_int_equal(run->cases[0].replications, 30);
    assert_same_table(&run->cases[0].tables[0], &expected->tables[0]);
    assert_same_table(&run->cases[0].tables[1], &expected->tables[1]);
    assert_int_equal(run->cases[1].tables[0].n_rows, 7);
}

static void a_study_resumes_where_it_stopped(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    bool has = false;
    put(f, "as designed", 3);
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_OK);
    assert_int_equal(kh_store_has_case(store, "as designed", &has, &f->err), KH_OK);
    assert_true(has);
    assert_int_equal(kh_store_has_case(store, "cut", &has, &f->err), KH_OK);
    assert_false(has);
    kh_store_destroy(store);
}

static void the_same_case_twice_is_refused_and_changes_nothing(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    put(f, "as designed", 3);
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_OK);
    assert_int_equal(kh_store_put_case(store, make_case(f->arena, "as designed", 9), &f->err), KH_EDATA);
    kh_store_destroy(store);
    assert_int_equal(load(f)->cases[0].tables[0].n_rows, 3);
}

static void a_later_case_may_bring_more_columns(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    kh_run_case *later = make_case(f->arena, "simulated", 4);
    kh_table *wide = kh_table_create(f->arena, "links", 1, 1);
    kh_table_add_number(f->arena, wide, "up_fraction")[0] = 0.5;
    later->tables[0] = *wide;
    put(f, "as designed", 3);
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_OK);
    assert_int_equal(kh_store_put_case(store, later, &f->err), KH_OK);
    kh_store_destroy(store);
    const kh_run *run = load(f);
    assert_true(isnan(kh_table_number(&run->cases[0].tables[0], "up_fraction", 0)));
    assert_true(kh_table_number(&run->cases[1].tables[0], "up_fraction", 0) == 0.5);
    assert_null(kh_table_text(&run->cases[1].tables[0], "id", 0));
}

static void another_input_is_refused_unless_overwritten(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    put(f, "as designed", 3);
    f->run->input_hash = "f00d";
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_EDATA);
    assert_null(store);
    assert_int_equal(load(f)->n_cases, 1);
    assert_int_equal(kh_store_create(f->path, f->run, true, &store, &f->err), KH_OK);
    kh_store_destroy(store);
    assert_int_equal(load(f)->n_cases, 0);
    assert_string_equal(load(f)->input_hash, "f00d");
}

static void write_bytes(const char *path, const char *mode, long at, const void *bytes, size_t n)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void a_foreign_file_is_refused_also_when_overwriting(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    kh_run *run = NULL;
    static const char text[] =
        "this is a letter to my mother, and no database at all: it is long enough to be looked at as a whole page";
    write_bytes(f->path, "w", 0, text, sizeof text);
    assert_int_equal(kh_store_create(f->path, f->run, true, &store, &f->err), KH_EDATA);
    assert_int_equal(kh_store_load(f->path, f->arena, &run, &f->err), KH_EDATA);
    struct stat after;
    assert_int_equal(stat(f->path, &after), 0);
    assert_int_equal(after.st_size, sizeof text);
}

static void a_database_of_another_program_is_refused(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    put(f, "as designed", 3);
    write_bytes(f->path, "r+", 68, "\0\0\0\1", 4); /* application id, SQLite file format section 1.3.18 */
    assert_int_equal(kh_store_create(f->path, f->run, true, &store, &f->err), KH_EDATA);
    assert_non_null(strstr(f->err.message, "is not a run file"));
}

static void a_later_format_is_refused(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    kh_run *run = NULL;
    put(f, "as designed", 3);
    write_bytes(f->path, "r+", 60, "\0\0\0\2", 4); /* user version, section 1.3.16 */
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_EDATA);
    assert_int_equal(kh_store_load(f->path, f->arena, &run, &f->err), KH_EDATA);
    assert_non_null(strstr(f->err.message, "format 2"));
}

static void a_damaged_file_is_data_not_a_crash(void **state)
{
    fixture *f = *state;
    put(f, "as designed", 4000);
    struct stat whole;
    assert_int_equal(stat(f->path, &whole), 0);
    char noise[512];
    memset(noise, 0xa5, sizeof noise);
    for (long at = 4096; at + 512 < whole.st_size; at += 4096)
        write_bytes(f->path, "r+", at, noise, sizeof noise);
    kh_run *run = NULL;
    assert_int_equal(kh_store_load(f->path, f->arena, &run, &f->err), KH_EDATA);
    assert_null(run);
}

static void a_truncated_file_is_data_not_a_crash(void **state)
{
    fixture *f = *state;
    kh_run *run = NULL;
    put(f, "as designed", 4000);
    assert_int_equal(truncate(f->path, 9000), 0);
    assert_int_equal(kh_store_load(f->path, f->arena, &run, &f->err), KH_EDATA);
}

static void a_missing_file_and_a_folder_are_no_input(void **state)
{
    fixture *f = *state;
    kh_run *run = NULL;
    assert_int_equal(kh_store_load(f->path, f->arena, &run, &f->err), KH_ENOINPUT);
    assert_int_equal(kh_store_load(f->folder, f->arena, &run, &f->err), KH_ENOINPUT);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void a_path_that_cannot_be_made_is_a_write_error(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    assert_int_equal(kh_store_create("/no/such/folder/run.db", f->run, false, &store, &f->err), KH_EWRITE);
    assert_int_equal(kh_store_create(f->folder, f->run, false, &store, &f->err), KH_EWRITE);
    assert_null(store);
}

/* Runs the work in a process of its own, whose limits and rights are then its own, and returns its exit status. */
static int in_child(int (*work)(fixture *f), fixture *f)
{
    int status = 0;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(work(f));
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int create_as_nobody(fixture *f)
{
    kh_store *store = NULL;
    if (geteuid() == 0 && setuid(65534) != 0)
        return 99;
    return (int)kh_store_create(f->path, f->run, false, &store, &f->err);
}

static void a_read_only_folder_is_a_write_error(void **state)
{
    fixture *f = *state;
    assert_int_equal(chmod(f->folder, 0555), 0);
    int status = in_child(create_as_nobody, f);
    (void)chmod(f->folder, 0755);
    assert_int_equal(WEXITSTATUS(status), KH_EWRITE);
    assert_int_equal(access(f->path, F_OK), -1);
}

static void a_read_only_file_is_a_write_error(void **state)
{
    fixture *f = *state;
    put(f, "as designed", 3);
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(WEXITSTATUS(in_child(create_as_nobody, f)), KH_EWRITE);
}

static void limit_file_size(size_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    (void)signal(SIGXFSZ, SIG_IGN); /* writes beyond then fail as on a full disk */
    (void)setrlimit(RLIMIT_FSIZE, &limit);
}

static int create_without_room(fixture *f)
{
    kh_store *store = NULL;
    limit_file_size(6000);
    return (int)kh_store_create(f->path, f->run, false, &store, &f->err);
}

static void a_full_disk_leaves_no_file_behind(void **state)
{
    fixture *f = *state;
    assert_int_equal(WEXITSTATUS(in_child(create_without_room, f)), KH_EWRITE);
    assert_int_equal(access(f->path, F_OK), -1);
}

static int put_until_full(fixture *f)
{
    kh_store *store = NULL;
    limit_file_size(200000);
    if (kh_store_create(f->path, f->run, false, &store, &f->err) != KH_OK)
        return 98;
    kh_status status = kh_store_put_case(store, make_case(f->arena, "small", 30), &f->err);
    if (status != KH_OK)
        return 97;
    status = kh_store_put_case(store, make_case(f->arena, "large", 30000), &f->err);
    bool has = true;
    if (kh_store_has_case(store, "large", &has, &f->err) != KH_OK || has)
        return 96;
    kh_store_destroy(store);
    return (int)status;
}

static void a_full_disk_keeps_the_cases_before(void **state)
{
    fixture *f = *state;
    assert_int_equal(WEXITSTATUS(in_child(put_until_full, f)), KH_EWRITE);
    const kh_run *run = load(f);
    assert_int_equal(run->n_cases, 1);
    assert_int_equal(run->cases[0].tables[0].n_rows, 30);
}

/* Puts cases until it is killed; tells after each. */
static void put_for_ever(fixture *f, int tell)
{
    kh_store *store = NULL;
    if (kh_store_create(f->path, f->run, false, &store, &f->err) != KH_OK)
        _exit(98);
    for (size_t i = 0;; i++) {
        const char *name = kh_arena_printf(f->arena, "case %zu", i);
        if (kh_store_put_case(store, make_case(f->arena, name, 2000), &f->err) != KH_OK || write(tell, "x", 1) != 1)
            _exit(97);
    }
}

static void a_killed_study_keeps_whole_cases_only(void **state)
{
    fixture *f = *state;
    int pipe_ends[2], status = 0;
    char told[3];
    assert_int_equal(pipe(pipe_ends), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        put_for_ever(f, pipe_ends[1]);
    for (size_t i = 0; i < sizeof told; i++)
        assert_int_equal(read(pipe_ends[0], &told[i], 1), 1);
    assert_int_equal(kill(child, SIGKILL), 0); /* in the middle of the fourth, or so */
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    put(f, "after the kill", 5); /* rolls back what was half-written */
    const kh_run *run = load(f);
    assert_true(run->n_cases >= 4);
    for (size_t i = 0; i + 1 < run->n_cases; i++) {
        assert_int_equal(run->cases[i].tables[0].n_rows, 2000);
        assert_int_equal(run->cases[i].tables[1].n_rows, 1000);
    }
}

static void memory_that_runs_out_is_told(void **state)
{
    fixture *f = *state;
    put(f, "as designed", 20);
    for (uint64_t nth = 1; nth < 200; nth++) {
        kh_arena *arena = kh_arena_create(0);
        kh_run *run = NULL;
        kh_arena_fail_after(arena, nth);
        kh_status status = kh_store_load(f->path, arena, &run, &f->err);
        assert_true(status == KH_OK ? run != NULL : status == KH_ENOMEM && run == NULL);
        kh_arena_destroy(arena);
    }
}

static void a_table_cannot_take_the_name_of_the_bookkeeping(void **state)
{
    fixture *f = *state;
    kh_store *store = NULL;
    kh_run_case *bad = make_case(f->arena, "bad", 2);
    bad->tables[0].name = "Cases";
    assert_int_equal(kh_store_create(f->path, f->run, false, &store, &f->err), KH_OK);
    assert_int_equal(kh_store_put_case(store, bad, &f->err), KH_ERANGE);
    kh_store_destroy(store);
    assert_int_equal(load(f)->n_cases, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_is_loaded),
        TEST(a_study_resumes_where_it_stopped),
        TEST(the_same_case_twice_is_refused_and_changes_nothing),
        TEST(a_later_case_may_bring_more_columns),
        TEST(another_input_is_refused_unless_overwritten),
        TEST(a_foreign_file_is_refused_also_when_overwriting),
        TEST(a_database_of_another_program_is_refused),
        TEST(a_later_format_is_refused),
        TEST(a_damaged_file_is_data_not_a_crash),
        TEST(a_truncated_file_is_data_not_a_crash),
        TEST(a_missing_file_and_a_folder_are_no_input),
        TEST(a_path_that_cannot_be_made_is_a_write_error),
        TEST(a_read_only_folder_is_a_write_error),
        TEST(a_read_only_file_is_a_write_error),
        TEST(a_full_disk_leaves_no_file_behind),
        TEST(a_full_disk_keeps_the_cases_before),
        TEST(a_killed_study_keeps_whole_cases_only),
        TEST(memory_that_runs_out_is_told),
        TEST(a_table_cannot_take_the_name_of_the_bookkeeping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

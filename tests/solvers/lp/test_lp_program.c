/* SPDX-License-Identifier: GPL-3.0-or-later */
/* External programs that fail in every way: shell scripts stand for them, called cbc and clp. */
#include "core/base/clock.h"
#include "solvers/lp/lp.h"

#include "tests/solvers/near.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct bench {
    char folder[40], cbc[60], temporary[60];
    double primal[2], dual[2];
    kh_lp_solution solution;
    kh_error err;
} bench;

/* max x + y, x + 2y <= 4, 3x + y <= 6: x = 1.6, y = 1.2. */
static const double LOWER[] = {-INFINITY, -INFINITY}, UPPER[] = {4, 6}, ZERO[] = {0, 0}, ENDLESS[] = {INFINITY, INFINITY};
static const double COST[] = {1, 1}, VALUE[] = {1, 3, 2, 1};
static const size_t START[] = {0, 2, 4};
static const uint32_t ROW[] = {0, 1, 0, 1};
static const bool WHOLE[] = {true, true};

static kh_lp small(bool whole)
{
    return (kh_lp){true, 2, 2, LOWER, UPPER, ZERO, ENDLESS, COST, START, ROW, VALUE, whole ? WHOLE : NULL};
}

static int open_bench(void **state)
{
    static bench b;
    b = (bench){.folder = "/tmp/keyhaul-fake-XXXXXX", .primal = {-7, -7}};
    if (mkdtemp(b.folder) == NULL)
        return 1;
    (void)snprintf(b.cbc, sizeof b.cbc, "%s/cbc", b.folder);
    (void)snprintf(b.temporary, sizeof b.temporary, "%s/a b", b.folder); /* a space: nothing is parsed by a shell */
    b.solution = (kh_lp_solution){.primal = b.primal, .dual = b.dual, .objective = -7};
    *state = &b;
    return mkdir(b.temporary, 0700) != 0 || setenv("TMPDIR", b.temporary, 1) != 0;
}

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *list = opendir(folder);
    assert_non_null(list);
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list))
        n += entry->d_name[0] != '.';
    (void)closedir(list);
    return n;
}

/* Whatever happened, nothing is left behind. */
static int close_bench(void **state)
{
    bench *b = *state;
    size_t left = count_files(b->temporary);
    (void)unlink(b->cbc);
    return left != 0 || rmdir(b->temporary) != 0 || rmdir(b->folder) != 0 || unsetenv("TMPDIR") != 0;
}

/* A program that finds its file of answers as $answer, that of numbers as $numbers, the model as $1. */
static kh_status run_script(bench *b, const char *script, bool whole, double time_limit_s)
{
    FILE *file = fopen(b->cbc, "w");
    assert_non_null(file);
    (void)fprintf(file, "#!/bin/sh\nanswer=${1%%model.mps}answer.txt\nnumbers=${1%%model.mps}numbers.bin\n%s\n", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(b->cbc, 0700), 0);
    kh_lp lp = small(whole);
    kh_lp_options options = {.program = b->cbc, .time_limit_s = time_limit_s};
    return kh_lp_solve(&lp, &options, &b->solution, &b->err);
}

static void an_exit_status_of_0_without_an_answer_is_a_failure(void **state)
{
    bench *b = *state;
    assert_int_equal(run_script(b, "exit 0", false, INFINITY), KH_EINTERNAL);
    assert_non_null(strstr(b->err.message, "no answer"));
    assert_int_equal(run_script(b, ": >\"$answer\"; : >\"$numbers\"", false, INFINITY), KH_EINTERNAL);
    assert_int_equal(run_script(b, "echo 'Optimal - objective value 3' >\"$answer\"", false, INFINITY), KH_EINTERNAL);
    assert_non_null(strstr(b->err.message, "all 2 rows and 2 columns"));
    assert_true(b->primal[0] == -7 && b->solution.objective == -7);
}

static void answers_of_another_size_or_of_nonsense_are_refused(void **state)
{
    bench *b = *state;
    static const char optimal[] = "echo 'Optimal - objective value 3' >\"$answer\"\n";
    static const char *const numbers[] = {
        "printf '\\002\\000\\000\\000\\001\\000\\000\\000' >\"$numbers\"",                            /* a column was dropped */
        "printf '\\002\\000\\000\\000\\002\\000\\000\\000' >\"$numbers\"",                            /* nothing follows */
        "{ printf '\\002\\000\\000\\000\\002\\000\\000\\000'; head -c 80 /dev/zero; } >\"$numbers\"", /* a byte too many */
        "{ printf '\\002\\000\\000\\000\\002\\000\\000\\000'; head -c 72 /dev/zero; } >\"$numbers\"", /* 0 is not the optimum */
        "{ printf '\\002\\000\\000\\000\\002\\000\\000\\000'; head -c 72 /dev/zero | tr '\\0' '\\377'; } >\"$numbers\"", /* NAN */
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char script[400];
        (void)snprintf(script, sizeof script, "%s%s", optimal, numbers[i]);
        assert_int_equal(run_script(b, script, false, INFINITY), KH_EINTERNAL);
        if (i != 3) /* that 0 is not the best whole point is not proven: see lp.h */
            assert_int_equal(run_script(b, script, true, INFINITY), KH_EINTERNAL);
    }
    assert_int_equal(run_script(b, "echo 'Bananas - objective value 3' >\"$answer\"", false, INFINITY), KH_EINTERNAL);
    assert_non_null(strstr(b->err.message, "Bananas"));
    assert_int_equal(run_script(b, "echo 'Stopped on time - objective value 3' >\"$answer\"", false, INFINITY), KH_EINTERNAL);
}

static void a_program_that_fails_or_is_missing_is_named(void **state)
{
    bench *b = *state;
    assert_int_equal(run_script(b, "exit 3", false, INFINITY), KH_EINTERNAL);
    assert_non_null(strstr(b->err.message, "status 3"));
    assert_int_equal(run_script(b, "kill -9 $$", false, INFINITY), KH_EINTERNAL);
    assert_non_null(strstr(b->err.message, "signal 9"));
    kh_lp lp = small(false);
    kh_lp_options options = {.program = "/there/is/no/cbc", .time_limit_s = INFINITY};
    assert_int_equal(kh_lp_solve(&lp, &options, &b->solution, &b->err), KH_ENOINPUT);
    assert_non_null(strstr(b->err.message, "/there/is/no/cbc"));
    options.program = "sh";
    assert_int_equal(kh_lp_solve(&lp, &options, &b->solution, &b->err), KH_ENOINPUT);
    assert_non_null(strstr(b->err.message, "must be cbc or clp"));
    assert_int_equal(setenv("TMPDIR", "/there/is/no/folder", 1), 0);
    options.program = "cbc";
    assert_int_equal(kh_lp_solve(&lp, &options, &b->solution, &b->err), KH_EWRITE);
    assert_int_equal(setenv("TMPDIR", b->temporary, 1), 0);
}

static void a_program_that_hangs_is_killed_at_the_time_limit(void **state)
{
    bench *b = *state;
    for (int whole = 0; whole < 2; whole++) {
        double start_s = kh_clock_s();
        b->solution.objective = 0;
        assert_int_equal(run_script(b, "trap '' TERM INT\nexec sleep 60", whole == 1, 0.3), KH_TIMELIMIT);
        assert_true(isnan(b->solution.objective));
        assert_true(kh_clock_s() - start_s < 30); /* it sleeps for twice as long */
    }
}

static void the_word_infeasible_is_asked_for_twice(void **state)
{
    bench *b = *state;
    static const char once[] = "echo x >>\"$0.count\"\necho 'Infeasible - objective value 0' >\"$answer\"";
    assert_int_equal(run_script(b, once, false, INFINITY), KH_INFEASIBLE);
    char path[80], text[16] = "";
    (void)snprintf(path, sizeof path, "%s.count", b->cbc);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), 4);
    (void)fclose(file);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exit_status_of_0_without_an_answer_is_a_failure, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(answers_of_another_size_or_of_nonsense_are_refused, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_program_that_fails_or_is_missing_is_named, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_program_that_hangs_is_killed_at_the_time_limit, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(the_word_infeasible_is_asked_for_twice, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

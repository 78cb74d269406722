/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/farm.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 12 };

typedef struct record {
    size_t ended, crashed;
    char text[JOBS][200];
    size_t length[JOBS];
    volatile int stop;
    size_t stop_after; /* ends; 0 = never */
    kh_status answer;
} record;

static kh_status keep(void *user, size_t job, kh_farm_end end, kh_error *err)
{
    record *r = user;
    r->ended++;
    r->crashed += end.crash != NULL;
    r->length[job] = end.result->length;
    (void)strncpy(r->text[job], end.crash != NULL ? end.crash : kh_str_text(end.result), sizeof r->text[job] - 1);
    if (r->ended == r->stop_after)
        r->stop = 1;
    return r->answer == KH_OK ? KH_OK : kh_fail(err, r->answer, "no room");
}

static kh_status run(record *r, size_t processes, void (*work)(void *, size_t, kh_str *))
{
    kh_farm_job farm = {.n_jobs = JOBS, .processes = processes, .work = work, .done = keep, .user = r, .stop = &r->stop};
    kh_error err = {0};
    return kh_farm_run(&farm, &err);
}

static void expect_no_children(void)
{
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void say_number(void *user, size_t job, kh_str *result)
{
    (void)user;
    kh_str_printf(result, "job %zu", job);
}

static void every_job_brings_its_result_for_any_number_of_processes(void **state)
{
    (void)state;
    for (size_t processes = 1; processes <= 2 * JOBS; processes *= 3) {
        record r = {0};
        assert_int_equal(run(&r, processes, say_number), KH_OK);
        assert_int_equal(r.ended, JOBS);
        assert_int_equal(r.crashed, 0);
        for (size_t i = 0; i < JOBS; i++) {
            char expected[20];
            (void)snprintf(expected, sizeof expected, "job %zu", i);
            assert_string_equal(r.text[i], expected);
        }
        expect_no_children();
    }
}

static void say_much(void *user, size_t job, kh_str *result)
{
    (void)user;
    for (size_t i = 0; i < 200000 * (job % 3); i++)
        kh_str_append(result, "0123456789");
}

static void a_result_larger_than_a_pipe_arrives_whole(void **state)
{
    (void)state;
    record r = {0};
    assert_int_equal(run(&r, 3, say_much), KH_OK);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(r.length[i], 2000000 * (i % 3));
}

static void die_sometimes(void *user, size_t job, kh_str *result)
{
    if (job == 3)
        (void)raise(SIGKILL);
    if (job == 5)
        _exit(9);
    say_number(user, job, result);
}

static void a_crash_is_told_and_the_others_go_on(void **state)
{
    (void)state;
    record r = {0};
    assert_int_equal(run(&r, 2, die_sometimes), KH_OK);
    assert_int_equal(r.ended, JOBS);
    assert_int_equal(r.crashed, 2);
    assert_string_equal(r.text[3], "killed by signal 9 (Killed)");
    assert_string_equal(r.text[5], "ended with exit status 9");
    assert_string_equal(r.text[11], "job 11");
    expect_no_children();
}

static void linger(void *user, size_t job, kh_str *result)
{
    if (job > 1)
        for (;;)
            (void)pause();
    say_number(user, job, result);
}

static void stopping_kills_what_runs_and_leaves_no_zombie(void **state)
{
    (void)state;
    record r = {.stop_after = 2};
    assert_int_equal(run(&r, 4, linger), KH_EINTERRUPTED);
    assert_int_equal(r.ended, 2);
    expect_no_children();
}

static void a_caller_that_cannot_keep_a_result_ends_the_farm(void **state)
{
    (void)state;
    record r = {.answer = KH_EWRITE};
    assert_int_equal(run(&r, 2, say_number), KH_EWRITE);
    assert_int_equal(r.ended, 1);
    expect_no_children();
}

static void no_jobs_are_done_at_once(void **state)
{
    (void)state;
    record r = {0};
    kh_farm_job farm = {.n_jobs = 0, .processes = 2, .work = say_number, .done = keep, .user = &r};
    assert_int_equal(kh_farm_run(&farm, NULL), KH_OK);
    assert_int_equal(r.ended, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_brings_its_result_for_any_number_of_processes),
        cmocka_unit_test(a_result_larger_than_a_pipe_arrives_whole),
        cmocka_unit_test(a_crash_is_told_and_the_others_go_on),
        cmocka_unit_test(stopping_kills_what_runs_and_leaves_no_zombie),
        cmocka_unit_test(a_caller_that_cannot_keep_a_result_ends_the_farm),
        cmocka_unit_test(no_jobs_are_done_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

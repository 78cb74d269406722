/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static kh_status fail_inside(kh_error *err)
{
    return kh_fail(err, KH_ERANGE, "loss_db is %g, must be in (0, 5]", 50.0);
}

static kh_status pass_on(kh_error *err, int *reached)
{
    KH_TRY(fail_inside(err));
    *reached = 1;
    return KH_OK;
}

static void a_failure_carries_its_values_and_place(void **state)
{
    (void)state;
    kh_error err = {0};
    int reached = 0;
    assert_int_equal(pass_on(&err, &reached), KH_ERANGE);
    assert_int_equal(reached, 0);
    assert_int_equal(err.status, KH_ERANGE);
    assert_string_equal(err.message, "loss_db is 50, must be in (0, 5]");
    assert_non_null(strstr(err.c_file, "test_status.c"));
    assert_true(err.c_line > 0);
    assert_int_equal(fail_inside(NULL), KH_ERANGE);
}

static void outer_steps_stand_in_front(void **state)
{
    (void)state;
    kh_error err = {0};
    kh_status status = fail_inside(&err);
    status = kh_while(&err, status, "link '%s'", "A-B");
    status = kh_while(&err, status, "rates of '%s'", "x.yaml");
    assert_int_equal(status, KH_ERANGE);
    assert_string_equal(err.steps, "rates of 'x.yaml': link 'A-B': ");
    assert_int_equal(kh_while(&err, KH_OK, "not %s", "said"), KH_OK);
    assert_string_equal(err.steps, "rates of 'x.yaml': link 'A-B': ");
}

static void a_message_may_quote_the_error_it_replaces(void **state)
{
    (void)state;
    kh_error err = {0};
    (void)fail_inside(&err);
    (void)kh_fail(&err, KH_EDATA, "because %s", err.message);
    assert_string_equal(err.message, "because loss_db is 50, must be in (0, 5]");
}

static void long_texts_are_cut_and_stay_in_bounds(void **state)
{
    (void)state;
    char name[1000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    kh_error err = {0};
    (void)kh_fail(&err, KH_EDATA, "%s", name);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    for (int i = 0; i < 50; i++) {
        (void)kh_while(&err, KH_EDATA, "step %d", i);
        assert_true(strlen(err.steps) < sizeof err.steps);
    }
    assert_int_equal(strncmp(err.steps, "step 49: step 48: ", 18), 0);
    (void)kh_while(&err, KH_EDATA, "%s", name);
    assert_true(strlen(err.steps) < sizeof err.steps);
    assert_int_equal(err.steps[0], 'x');
}

static void every_code_has_name_text_and_exit_status(void **state)
{
    (void)state;
    for (int s = 0; s < KH_STATUS_COUNT; s++) {
        assert_true(strlen(kh_status_name((kh_status)s)) > 1);
        assert_true(strlen(kh_status_text((kh_status)s)) > 3);
        assert_in_range(kh_status_exit((kh_status)s), 0, 75);
    }
    assert_string_equal(kh_status_name(KH_ENOMEM), "ENOMEM");
    assert_int_equal(kh_status_exit(KH_OK), 0);
    assert_int_equal(kh_status_exit(KH_EDATA), 65);
    assert_int_equal(kh_status_exit(KH_EINTERRUPTED), 75);
    assert_string_equal(kh_status_name((kh_status)99), "?");
    assert_int_equal(kh_status_exit((kh_status)99), 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_carries_its_values_and_place),    cmocka_unit_test(outer_steps_stand_in_front),
        cmocka_unit_test(a_message_may_quote_the_error_it_replaces), cmocka_unit_test(long_texts_are_cut_and_stay_in_bounds),
        cmocka_unit_test(every_code_has_name_text_and_exit_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

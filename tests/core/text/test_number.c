/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/text/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void decimal_numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double number;
    } known[] = {{"0", 0},
                 {"12", 12},
                 {"-0.5", -0.5},
                 {"+3", 3},
                 {".5", 0.5},
                 {"5.", 5},
                 {"1e3", 1000},
                 {"1E-10", 1e-10},
                 {"1550.12", 1550.12},
                 {"0.1", 0.1},
                 {"123456789012345678", 123456789012345678.0},
                 {"1.7976931348623157e308", 1.7976931348623157e308}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        double number = NAN;
        assert_true(kh_number_read(known[i].text, &number));
        assert_true(number == known[i].number);
    }
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",     "-",   ".",   "e5",    "1e",    "1e+", "12km", "1 2",   " 1",    "1 ",  "0x10",
                                        ".nan", "nan", "inf", "-.inf", "1_000", "1,5", "--1",  "1e999", "1.2.3", "true"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double number = 7;
        if (kh_number_read(texts[i], &number) || number != 7.0)
            fail_msg("'%s' is taken for %g", texts[i], number);
    }
}

static void the_fast_way_rounds_like_strtod(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "numbers", "digits");
    for (int i = 0; i < 20000; i++) {
        char text[40];
        (void)snprintf(text, sizeof text, "%.*f", (int)kh_rng_below(&rng, 12),
                       (kh_rng_uniform(&rng) - 0.5) * pow(10, (double)kh_rng_below(&rng, 9)));
        double number = NAN;
        assert_true(kh_number_read(text, &number));
        assert_true(number == strtod(text, NULL));
    }
}

static void the_number_in_front_is_measured(void **state)
{
    (void)state;
    assert_int_equal(kh_number_length("12.5 km"), 4);
    assert_int_equal(kh_number_length("1e5x"), 3);
    assert_int_equal(kh_number_length("1ex"), 1);
    assert_int_equal(kh_number_length("km"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_numbers_are_read),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(the_fast_way_rounds_like_strtod),
        cmocka_unit_test(the_number_in_front_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/golden.h"
#include "models/num/num.h"
#include "models/num/simplex.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double parabola(double x, const void *context)
{
    return (x - *(const double *)context) * (x - *(const double *)context);
}
static double cosine(double x, const void *context)
{
    (void)context;
    return cos(x);
}
static double broken(double x, const void *context)
{
    (void)context;
    return x > 0.5 ? (double)NAN : x;
}
/* two valleys, the deeper one at the right */
static double camel(double x, const void *context)
{
    (void)context;
    return (x * x - 1.0) * (x * x - 1.0) - 0.1 * x;
}

static void a_root_is_found_to_the_tolerance(void **state)
{
    (void)state;
    const double interval[2] = {0.0, 3.0};
    double x = 0.0;
    assert_int_equal(kh_num_root(cosine, NULL, interval, 1e-14, &x, NULL), KH_OK);
    assert_true(fabs(x - 1.5707963267948966) < 1e-14);
}

static void a_root_at_an_end_counts(void **state)
{
    (void)state;
    const double interval[2] = {0.0, 2.0};
    double zero = 0.0, x = 7.0;
    assert_int_equal(kh_num_root(parabola, &zero, interval, 1e-12, &x, NULL), KH_OK);
    assert_true(fabs(x) < 1e-12);
}

static void no_change_of_sign_is_refused_and_leaves_x_alone(void **state)
{
    (void)state;
    const double interval[2] = {-1.0, 1.0};
    double x = 7.0;
    kh_error err = {0};
    assert_int_equal(kh_num_root(cosine, NULL, interval, 1e-12, &x, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "no change of sign"));
    assert_int_equal(kh_num_root(broken, NULL, interval, 1e-12, &x, NULL), KH_ERANGE);
    assert_true(x == 7.0);
}

static void the_deeper_of_two_valleys_is_found(void **state)
{
    (void)state;
    const double interval[2] = {-2.0, 2.0};
    double x = 0.0;
    assert_int_equal(kh_num_minimum(camel, NULL, interval, 16, &x, NULL), KH_OK);
    assert_true(fabs(x - 1.0122) < 1e-4); /* 4 x^3 - 4 x = 0.1 */
}

static void a_minimum_may_be_an_end_of_the_interval(void **state)
{
    (void)state;
    const double interval[2] = {0.5, 2.0};
    double zero = 0.0, ten = 10.0, x = 7.0;
    assert_int_equal(kh_num_minimum(parabola, &zero, interval, 4, &x, NULL), KH_OK);
    assert_true(x == 0.5);
    assert_int_equal(kh_num_minimum(parabola, &ten, interval, 4, &x, NULL), KH_OK);
    assert_true(x == 2.0);
}

static void values_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    const double interval[2] = {0.0, 1.0}, empty[2] = {1.0, 1.0};
    double x = 7.0;
    assert_int_equal(kh_num_minimum(broken, NULL, interval, 4, &x, NULL), KH_ERANGE);
    assert_int_equal(kh_num_minimum(cosine, NULL, empty, 4, &x, NULL), KH_ERANGE);
    assert_int_equal(kh_num_minimum(cosine, NULL, interval, 1, &x, NULL), KH_ERANGE);
    assert_true(x == 7.0);
}

/* Rosenbrock's banana: minimum 0 at (1, 1), at the end of a bent valley */
static double banana(const double *x, const void *context)
{
    (void)context;
    double bend = x[1] - x[0] * x[0];
    return 100.0 * bend * bend + (1.0 - x[0]) * (1.0 - x[0]);
}

/* a kink along every axis */
static double pyramid(const double *x, const void *context)
{
    (void)context;
    return fabs(x[0] - 1.0) + 2.0 * fabs(x[1] + 3.0) + 0.5 * fabs(x[2]);
}

static void the_simplex_follows_a_bent_valley(void **state)
{
    (void)state;
    double x[2] = {-1.2, 1.0};
    kh_simplex_options options = {.step = 0.5, .tolerance = 1e-14, .max_calls = 2000};
    double value = kh_simplex_minimise(banana, NULL, x, 2, options);
    assert_true(value < 1e-10 && fabs(x[0] - 1.0) < 1e-4 && fabs(x[1] - 1.0) < 1e-4);
}

static void the_simplex_gets_along_with_kinks(void **state)
{
    (void)state;
    double x[3] = {0.0, 0.0, 1.0};
    kh_simplex_options options = {.step = 0.5, .tolerance = 1e-9, .max_calls = 3000};
    assert_true(kh_simplex_minimise(pyramid, NULL, x, 3, options) < 1e-3);
}

static void the_simplex_never_ends_above_its_start(void **state)
{
    (void)state;
    double x[2] = {1.0, 1.0};
    kh_simplex_options options = {.step = 0.5, .tolerance = 0.0, .max_calls = 5};
    assert_true(kh_simplex_minimise(banana, NULL, x, 2, options) == 0.0);
    assert_true(x[0] == 1.0 && x[1] == 1.0);
}

static void too_many_dimensions_are_no_number(void **state)
{
    (void)state;
    double x[KH_SIMPLEX_DIMENSIONS_MAX + 1] = {0};
    kh_simplex_options options = {.step = 0.5, .tolerance = 1e-9, .max_calls = 10};
    assert_true(isnan(kh_simplex_minimise(banana, NULL, x, KH_SIMPLEX_DIMENSIONS_MAX + 1, options)));
    assert_true(isnan(kh_simplex_minimise(banana, NULL, x, 0, options)));
}

/* in x no better than the root of rounding, since the valley is flat */
static void golden_section_narrows_down_on_the_valley(void **state)
{
    (void)state;
    for (double deepest = -0.5; deepest <= 2.5; deepest += 0.3) {
        const double interval[2] = {-1.0, 3.0}, error = 4.0 * pow(0.6180339887498949, 30);
        assert_true(fabs(kh_golden_minimum(parabola, &deepest, interval, 30) - deepest) <= error);
    }
}

static double fall(double x, const void *context)
{
    *(unsigned *)(uintptr_t)context += 1;
    return -x;
}

static void golden_section_runs_to_the_end_of_a_slope_at_one_value_a_step(void **state)
{
    (void)state;
    const double interval[2] = {0.0, 1.0};
    unsigned calls = 0;
    double x = kh_golden_minimum(fall, &calls, interval, 20);
    assert_true(x < 1.0 && 1.0 - x <= pow(0.6180339887498949, 20));
    assert_int_equal(calls, 21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_is_found_to_the_tolerance),
        cmocka_unit_test(a_root_at_an_end_counts),
        cmocka_unit_test(no_change_of_sign_is_refused_and_leaves_x_alone),
        cmocka_unit_test(the_deeper_of_two_valleys_is_found),
        cmocka_unit_test(a_minimum_may_be_an_end_of_the_interval),
        cmocka_unit_test(values_that_are_no_numbers_are_refused),
        cmocka_unit_test(the_simplex_follows_a_bent_valley),
        cmocka_unit_test(the_simplex_gets_along_with_kinks),
        cmocka_unit_test(the_simplex_never_ends_above_its_start),
        cmocka_unit_test(too_many_dimensions_are_no_number),
        cmocka_unit_test(golden_section_narrows_down_on_the_valley),
        cmocka_unit_test(golden_section_runs_to_the_end_of_a_slope_at_one_value_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

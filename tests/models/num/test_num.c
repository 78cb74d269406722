/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/descent.h"
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

typedef struct counter {
    int *calls;
} counter;

/* the same, 1 at its lowest, so that tolerances mean something */
static double raised(const double *x, const void *context)
{
    const counter *c = context;
    if (c != NULL)
        ++*c->calls;
    return 1.0 + banana(x, NULL);
}

static kh_descent descent_from(kh_descent_function f, const counter *count, double x, double y)
{
    return (kh_descent){.f = f, .context = count, .n = 2, .difference = 1e-6, .reach = 1.0, .x = {x, y}};
}

static void a_descent_follows_a_bent_valley_in_few_calls(void **state)
{
    (void)state;
    int calls = 0;
    kh_descent d = descent_from(raised, &(counter){&calls}, -1.2, 1.0);
    kh_descent_begin(&d);
    kh_descent_continue(&d, 1e-10, 100);
    assert_true(fabs(d.x[0] - 1.0) < 1e-3 && fabs(d.x[1] - 1.0) < 2e-3);
    assert_true(d.value < 1.0 + 1e-6);
    assert_in_range(calls, 1, 200);
}

static void a_descent_in_two_parts_ends_where_one_does(void **state)
{
    (void)state;
    kh_descent whole = descent_from(raised, NULL, -1.2, 1.0), parts = whole;
    kh_descent_begin(&whole);
    kh_descent_continue(&whole, 1e-10, 20);
    kh_descent_begin(&parts);
    kh_descent_continue(&parts, 1e-10, 7);
    kh_descent_continue(&parts, 1e-10, 13);
    assert_memory_equal(whole.x, parts.x, sizeof whole.x);
}

static double shifted(const double *x, const void *context)
{
    (void)context;
    return raised((const double[2]){x[0] - 0.1, x[1]}, NULL);
}

static void a_descent_goes_on_in_a_function_curved_alike(void **state)
{
    (void)state;
    kh_descent d = descent_from(raised, NULL, 0.9, 0.9);
    kh_descent_begin(&d);
    kh_descent_continue(&d, 1e-10, 50);
    d.f = shifted;
    kh_descent_resume(&d);
    assert_true(d.value > 1.001);
    kh_descent_continue(&d, 1e-10, 50);
    assert_true(fabs(d.x[0] - 1.1) < 1e-3 && fabs(d.x[1] - 1.0) < 2e-3);
}

/* concave along the first coordinate near 0 */
static double saddle(const double *x, const void *context)
{
    (void)context;
    return -exp(-(x[0] - 2.0) * (x[0] - 2.0)) + x[1] * x[1];
}

static void a_descent_leaves_slopes_that_bend_down_and_never_rises(void **state)
{
    (void)state;
    kh_descent d = descent_from(saddle, NULL, 0.2, 0.5);
    kh_descent_begin(&d);
    for (int i = 0; i < 30; i++) {
        double before = d.value;
        kh_descent_continue(&d, 1e-10, 1);
        assert_true(d.value <= before);
    }
    assert_true(fabs(d.x[0] - 2.0) < 1e-4 && fabs(d.x[1]) < 1e-4);
}

static void a_descent_that_has_arrived_stays(void **state)
{
    (void)state;
    kh_descent d = descent_from(raised, NULL, 1.0, 1.0);
    kh_descent_begin(&d);
    kh_descent_continue(&d, 1e-10, 10);
    assert_true(d.x[0] == 1.0 && d.x[1] == 1.0 && d.value == 1.0);
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
        cmocka_unit_test(a_descent_follows_a_bent_valley_in_few_calls),
        cmocka_unit_test(a_descent_in_two_parts_ends_where_one_does),
        cmocka_unit_test(a_descent_goes_on_in_a_function_curved_alike),
        cmocka_unit_test(a_descent_leaves_slopes_that_bend_down_and_never_rises),
        cmocka_unit_test(a_descent_that_has_arrived_stays),
        cmocka_unit_test(golden_section_narrows_down_on_the_valley),
        cmocka_unit_test(golden_section_runs_to_the_end_of_a_slope_at_one_value_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

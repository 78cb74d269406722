/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/sim.h"
#include "core/sim/stats/estimate.h"

#include "tests/core/sim/cmocka_all.h"

#include <math.h>

/* Quantiles of Student's t, 95 % two-sided, as printed in any table (NIST/SEMATECH e-Handbook 1.3.6.7.2 has three decimals); the
 * digits beyond are closed forms for 1 and 2 degrees and the regularised incomplete beta function (mpmath, 30 digits) for the
 * others. */
static void quantiles_are_those_of_the_tables(void **state)
{
    (void)state;
    assert_true(fabs(kh_estimate_student_t(0.95, 1) - tan(0.95 * acos(-1.0) / 2)) < 1e-9);
    assert_true(fabs(kh_estimate_student_t(0.95, 2) - sqrt(2 * 0.95 * 0.95 / (1 - 0.95 * 0.95))) < 1e-9);
    static const struct {
        size_t degrees;
        double t;
    } table[] = {{3, 3.18244630528},  {4, 2.7764451052},  {5, 2.57058183564},  {9, 2.2621571628},    {10, 2.22813885199},
                 {29, 2.04522964213}, {30, 2.0422724563}, {99, 1.98421695159}, {199, 1.97195654425}, {1000, 1.96233908083}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_true(fabs(kh_estimate_student_t(0.95, table[i].degrees) - table[i].t) < 1e-6);
    assert_true(fabs(kh_estimate_student_t(0.99, 10) - 3.16927267262) < 1e-6);
}

static void an_estimate_of_known_numbers_is_the_textbook_interval(void **state)
{
    (void)state;
    const double values[] = {1, 2, 3, 4, 5};
    kh_estimate estimate = kh_estimate_of(values, 5);
    assert_true(estimate.mean == 3);
    assert_true(fabs(estimate.half_width_95 - kh_estimate_student_t(0.95, 4) * sqrt(2.5 / 5)) < 1e-12);
    assert_int_equal(estimate.n, 5);
}

static void equal_values_have_an_interval_of_nothing(void **state)
{
    (void)state;
    const double values[] = {0.1, 0.1, 0.1};
    kh_estimate e = kh_estimate_of(values, 3);
    assert_true(e.mean == 0.1 && e.half_width_95 == 0);
}

static void one_value_has_no_interval_and_none_has_no_mean(void **state)
{
    (void)state;
    const double one = 7;
    assert_true(kh_estimate_of(&one, 1).mean == 7);
    assert_true(isnan(kh_estimate_of(&one, 1).half_width_95));
    assert_true(isnan(kh_estimate_of(NULL, 0).mean));
}

static void a_pair_of_mirror_images_is_one_sample(void **state)
{
    (void)state;
    const double values[] = {1, 5, 2, 6, 3, 7};
    kh_estimate estimate = kh_estimate_of_pairs(values, 6);
    assert_true(estimate.mean == 4);
    assert_true(fabs(estimate.half_width_95 - kh_estimate_student_t(0.95, 2) * sqrt(1.0 / 3)) < 1e-12);
    assert_int_equal(estimate.n, 3);
    const double opposite[] = {1, 3, 4, 0, 2, 2};
    assert_true(kh_estimate_of_pairs(opposite, 6).half_width_95 == 0);
    assert_true(isnan(kh_estimate_of_pairs(values, 1).mean));
}

static void correlation_of_neighbours_is_that_of_the_definition(void **state)
{
    (void)state;
    const double steps[] = {1, 2, 3, 4}, swing[] = {1, -1, 1, -1};
    assert_true(fabs(kh_estimate_lag_1(steps, 4) - 1.25 / 5) < 1e-15);
    assert_true(fabs(kh_estimate_lag_1(swing, 4) + 0.75) < 1e-15);
    assert_true(isnan(kh_estimate_lag_1(steps, 2)));
    const double equal[] = {2, 2, 2};
    assert_true(isnan(kh_estimate_lag_1(equal, 3)));
}

static void the_start_up_of_a_run_is_found(void **state)
{
    (void)state;
    const double run[] = {90, 40, 20, 11, 9, 10, 11, 10, 9, 10, 11, 9}, flat[] = {10, 11, 9, 10, 11, 9, 10, 11, 9, 10};
    assert_int_equal(kh_estimate_start_up(run, 12), 3);
    assert_true(kh_estimate_start_up(flat, 10) <= 1);
    const double rising[] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_int_equal(kh_estimate_start_up(rising, 8), 4);
    assert_int_equal(kh_estimate_start_up(run, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_tables),
        cmocka_unit_test(an_estimate_of_known_numbers_is_the_textbook_interval),
        cmocka_unit_test(equal_values_have_an_interval_of_nothing),
        cmocka_unit_test(one_value_has_no_interval_and_none_has_no_mean),
        cmocka_unit_test(a_pair_of_mirror_images_is_one_sample),
        cmocka_unit_test(correlation_of_neighbours_is_that_of_the_definition),
        cmocka_unit_test(the_start_up_of_a_run_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

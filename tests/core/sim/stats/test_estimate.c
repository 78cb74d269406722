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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_tables),
        cmocka_unit_test(an_estimate_of_known_numbers_is_the_textbook_interval),
        cmocka_unit_test(equal_values_have_an_interval_of_nothing),
        cmocka_unit_test(one_value_has_no_interval_and_none_has_no_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

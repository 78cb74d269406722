/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/raman_gain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double pump_hz = 206.184634112792e12; /* of the measurement */

/* GNPy prints the same points as a gain of standard fibre, 4.19511e-4 1/(W m) at 12.75 THz, with 79.36 um2 between the two waves.
 */
static void peak_is_that_of_standard_fibre(void **state)
{
    (void)state;
    double peak = kh_raman_gain_m_per_w(pump_hz, pump_hz - 12.75e12) / 79.366e-12;
    assert_true(fabs(peak / 4.19511e-4 - 1.0) < 1e-4);
    for (double offset_thz = 0.1; offset_thz < 42; offset_thz += 0.1)
        assert_true(kh_raman_gain_m_per_w(pump_hz, pump_hz - offset_thz * 1e12) <= peak * 79.366e-12 * (1.0 + 1e-12));
}

static void light_flows_downwards_only(void **state)
{
    (void)state;
    assert_true(kh_raman_gain_m_per_w(195e12, 195e12) == 0.0);
    assert_true(kh_raman_gain_m_per_w(195e12, 196e12) == 0.0);
    assert_true(kh_raman_gain_m_per_w(195e12, 195e12 - 42.1e12) == 0.0);
    assert_true(kh_raman_gain_m_per_w(195e12, 194e12) > 0.0);
}

static void gain_is_linear_between_points_and_in_the_pump(void **state)
{
    (void)state;
    double low = kh_raman_gain_m_per_w(pump_hz, pump_hz - 5.0e12), high = kh_raman_gain_m_per_w(pump_hz, pump_hz - 5.5e12);
    double middle = kh_raman_gain_m_per_w(pump_hz, pump_hz - 5.25e12);
    assert_true(fabs(middle / ((low + high) / 2.0) - 1.0) < 1e-9);
    double lower_pump = kh_raman_gain_m_per_w(0.9 * pump_hz, 0.9 * pump_hz - 5.0e12);
    assert_true(fabs(lower_pump / (0.9 * low) - 1.0) < 1e-9);
}

/* Semrau, Killey and Bayvel take 0.028 1/(W km THz) in the example of their published code. */
static void slope_is_the_usual_one(void **state)
{
    (void)state;
    double slope = kh_raman_gain_m_per_w(196e12, 186e12) / 80e-12 / 10.0 * 1e3;
    assert_true(slope > 0.024 && slope < 0.034);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peak_is_that_of_standard_fibre),
        cmocka_unit_test(light_flows_downwards_only),
        cmocka_unit_test(gain_is_linear_between_points_and_in_the_pump),
        cmocka_unit_test(slope_is_the_usual_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/noise/beside.h"

#include "core/base/units.h"
#include "models/qkd_link.h"
#include "models/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static kh_suggestion suggest_for(const beside *b, double wanted_bps)
{
    kh_suggestion s;
    kh_error err = {0};
    if (kh_suggest_wavelength(&b->net, (kh_qkd_link_id){0}, wanted_bps, &s, &err) != KH_OK)
        fail_msg("%s", err.message);
    return s;
}

static double rate_of(const beside *b)
{
    kh_qkd_rate rate;
    assert_int_equal(kh_qkd_link_rate(&b->net, (kh_qkd_link_id){0}, &rate, NULL), KH_OK);
    return rate.key_rate_bps;
}

static void no_wavelength_of_the_grid_gives_more_key(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    kh_suggestion s = suggest_for(&b, NAN);
    assert_true(s.now_rate_bps == rate_of(&b));
    double best_bps = 0.0;
    for (int n = -16; n < 450; n++) { /* 191.5 to 238 THz */
        b.link.wavelength_nm = KH_LIGHT_M_PER_S / (193.1 + 0.1 * n) * 1e-3;
        bool in_bands = (b.link.wavelength_nm >= 1530.0 && b.link.wavelength_nm <= 1565.0) ||
                        (b.link.wavelength_nm >= 1260.0 && b.link.wavelength_nm <= 1360.0);
        kh_qkd_channel channel;
        if (in_bands && find_beside(&b, &channel, NULL) == KH_OK)
            best_bps = fmax(best_bps, rate_of(&b));
    }
    assert_true(best_bps > 0.0 && fabs(s.key_rate_bps - best_bps) <= 1e-9 * best_bps);
    b.link.wavelength_nm = s.wavelength_nm;
    assert_true(fabs(s.key_rate_bps - rate_of(&b)) <= 1e-9 * best_bps);
}

static void the_launch_power_keeps_the_wanted_rate_and_a_little_more_does_not(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    kh_suggestion s = suggest_for(&b, NAN);
    assert_true(s.wanted_bps == 0.8 * s.dark_rate_bps && s.dark_rate_bps >= s.key_rate_bps);
    assert_true(fabs(s.launch_dbm - (b.line.launch_dbm + s.power_shift_db)) < 1e-9);
    b.link.wavelength_nm = s.wavelength_nm;
    b.line.launch_dbm = s.launch_dbm;
    assert_true(rate_of(&b) >= s.wanted_bps * (1.0 - 1e-6));
    b.line.launch_dbm += 0.05;
    assert_true(rate_of(&b) < s.wanted_bps);
}

static void what_cannot_be_reached_is_said(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    kh_suggestion s = suggest_for(&b, 1e9);
    assert_true(isnan(s.power_shift_db) && isnan(s.launch_dbm) && s.wanted_bps == 1e9);
    b.line.launch_dbm = -39.0;
    b.link.filter.isolation_far_db = 200.0;
    s = suggest_for(&b, 1e-3);
    assert_true(s.power_shift_db > 5.0);
    b.link.n_beside = 0;
    assert_false(kh_suggest_applies(&b.net, &b.link));
    assert_int_equal(kh_suggest_wavelength(&b.net, (kh_qkd_link_id){0}, NAN, &s, NULL), KH_ERANGE);
}

static void the_link_is_left_as_it_was(void **state)
{
    (void)state;
    beside b;
    build_beside(&b);
    kh_suggestion weak = suggest_for(&b, 1000.0);
    assert_true(b.link.wavelength_nm == 1535.0 && b.line.launch_dbm == -10.0);
    b.line.launch_dbm = 0.0;
    kh_suggestion strong = suggest_for(&b, 1000.0);
    assert_true(strong.key_rate_bps <= weak.key_rate_bps);
    assert_true(strong.wavelength_nm != weak.wavelength_nm || fabs(strong.launch_dbm - weak.launch_dbm) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_wavelength_of_the_grid_gives_more_key),
        cmocka_unit_test(the_launch_power_keeps_the_wanted_rate_and_a_little_more_does_not),
        cmocka_unit_test(what_cannot_be_reached_is_said),
        cmocka_unit_test(the_link_is_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/qkd/bounds.h"
#include "models/qkd/detector.h"
#include "models/qkd/entropy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static void entropy_is_one_at_a_half_and_exact_near_zero(void **state)
{
    (void)state;
    assert_true(kh_entropy_binary(0.5) == 1.0);
    assert_true(kh_entropy_binary(0.0) == 0.0 && kh_entropy_binary(1.0) == 0.0);
    assert_true(is_near(kh_entropy_binary(0.11), 0.499915958164528, 1e-14));
    assert_true(is_near(kh_entropy_binary(1e-12), 4.130583217953659e-11, 1e-14)); /* 40 digits elsewhere */
    assert_true(is_near(kh_entropy_binary(0.3), kh_entropy_binary(0.7), 1e-14));
}

static void the_entropy_of_an_error_rate_never_falls(void **state)
{
    (void)state;
    assert_true(kh_entropy_of_error(0.7) == 1.0);
    assert_true(kh_entropy_of_error(0.11) == kh_entropy_binary(0.11));
    assert_true(isnan(kh_entropy_of_error(NAN)));
}

static void bounds_at_the_ends_of_their_range(void **state)
{
    (void)state;
    assert_true(isinf(kh_bound_plob(0.0)));
    assert_true(isnan(kh_bound_plob(-1.0)) && isnan(kh_bound_plob(NAN)));
    assert_true(is_near(kh_bound_plob(300.0), 1.4426950408889634e-30, 1e-12)); /* eta / ln 2 */
    assert_true(is_near(kh_bound_plob(1e-9), 32.01602647633998, 1e-14));
    assert_true(is_near(kh_bound_single_repeater(60.0), kh_bound_plob(30.0), 1e-15));
}

static const kh_detector typical = {
    .efficiency = 0.2, .dark_per_gate = 1e-6, .misalignment = 0.02, .afterpulse = 0.03, .dead_time_s = 1e-6, .detectors = 2.0};

static void without_light_only_noise_clicks(void **state)
{
    (void)state;
    kh_clicks clicks = kh_detector_clicks(&typical, 0.0);
    assert_true(is_near(clicks.click, 2e-6 * 1.03, 1e-14));
    assert_true(is_near(clicks.error, 1e-6 * 1.03, 1e-14)); /* noise is wrong every second time */
}

static void clicks_agree_with_the_printed_form(void **state)
{
    (void)state;
    kh_clicks clicks = kh_detector_clicks(&typical, 0.5);
    double any = 1.0 - (1.0 - 2e-6) * exp(-0.1);
    assert_true(is_near(clicks.click, any * 1.03, 1e-13));
    assert_true(is_near(clicks.error, 1e-6 + 0.02 * (any - 2e-6) + 0.015 * any, 1e-13));
}

static void tiny_signals_keep_their_digits(void **state)
{
    (void)state;
    kh_detector silent = {.efficiency = 1.0, .detectors = 1.0};
    assert_true(is_near(kh_detector_clicks(&silent, 1e-20).click, 1e-20, 1e-15));
}

static void dead_time_halves_the_clicks_and_then_saturates(void **state)
{
    (void)state;
    assert_true(kh_detector_live_fraction(&typical, 0.0) == 1.0);
    assert_true(is_near(kh_detector_live_fraction(&typical, 2e6), 0.5, 1e-15)); /* 1 per dead time and detector */
    assert_true(is_near(1e12 * kh_detector_live_fraction(&typical, 1e12), 2e6, 1e-5));
    assert_true(is_near(kh_detector_dark_per_gate(1000.0, 0.5), 5e-7, 1e-15));
}

static void losses_of_a_chain_add_up_and_bad_ones_are_named(void **state)
{
    (void)state;
    kh_fibre fibres[] = {{.id = "A-B", .loss_db = 20.0}, {.id = "B-C", .loss_db = 7.5}, {.id = "C-D", .loss_db = NAN}};
    kh_net net = {.fibres = fibres, .n_fibres = 3};
    const kh_fibre_id via[] = {{0}, {1}, {2}};
    double loss_db = 7.0;
    kh_error err = {0};
    assert_int_equal(kh_fibre_chain_loss(&net, via, 2, 0.5, &loss_db, &err), KH_OK);
    assert_true(loss_db == 28.0);
    assert_int_equal(kh_fibre_chain_loss(&net, via, 3, 0.5, &loss_db, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "C-D"));
    assert_int_equal(kh_fibre_chain_loss(&net, via, 2, -0.5, &loss_db, &err), KH_ERANGE);
    assert_int_equal(kh_fibre_chain_loss(&net, via, 2, 999.0, &loss_db, &err), KH_ERANGE);
    assert_true(loss_db == 28.0);
    assert_true(is_near(kh_fibre_transmittance(30.0), 1e-3, 1e-14) && kh_fibre_transmittance(0.0) == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entropy_is_one_at_a_half_and_exact_near_zero),
        cmocka_unit_test(the_entropy_of_an_error_rate_never_falls),
        cmocka_unit_test(bounds_at_the_ends_of_their_range),
        cmocka_unit_test(without_light_only_noise_clicks),
        cmocka_unit_test(clicks_agree_with_the_printed_form),
        cmocka_unit_test(tiny_signals_keep_their_digits),
        cmocka_unit_test(dead_time_halves_the_clicks_and_then_saturates),
        cmocka_unit_test(losses_of_a_chain_add_up_and_bad_ones_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

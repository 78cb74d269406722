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

static void gated_detectors_without_jitter_stay_as_they_are(void **state)
{
    (void)state;
    kh_detector gated = typical;
    gated.gate_s = 1e-9;
    kh_detector timed = kh_detector_timed(&gated, 1e9);
    assert_true(timed.efficiency == gated.efficiency && timed.dark_per_gate == gated.dark_per_gate);
    assert_true(timed.misalignment == gated.misalignment && timed.afterpulse == gated.afterpulse);
    assert_true(timed.outside_hz == 0.0 && timed.outside_share == 0.0);
}

static void jitter_loses_what_misses_the_window_and_half_of_what_hits_another_is_wrong(void **state)
{
    (void)state;
    kh_detector d = typical;
    d.gate_s = 2e-10;
    d.jitter_s = 1e-10;
    kh_detector timed = kh_detector_timed(&d, 1e8); /* no other pulse near */
    double own = erf(2.0 * sqrt(log(2.0)));
    assert_true(is_near(timed.efficiency, 0.2 * own, 1e-14) && is_near(timed.misalignment, 0.02, 1e-14));
    assert_true(timed.outside_share == 0.0);
    d.jitter_s = 1e-9; /* as wide as five windows, which stand edge to edge */
    timed = kh_detector_timed(&d, 5e9);
    own = erf(0.2 * sqrt(log(2.0)));
    assert_true(is_near(timed.efficiency, 0.2, 1e-12));
    assert_true(is_near(timed.misalignment, 0.02 * own + 0.5 * (1.0 - own), 1e-12));
    d.jitter_s = 1e-6; /* no window is better than another */
    timed = kh_detector_timed(&d, 1e9);
    assert_true(is_near(timed.efficiency, 0.2 * 0.2, 1e-3) && timed.misalignment > 0.499);
}

static void what_a_free_running_detector_sees_outside_costs_dead_time_only(void **state)
{
    (void)state;
    kh_detector d = typical;
    d.is_free_running = true;
    d.gate_s = 1e-9;
    kh_detector timed = kh_detector_timed(&d, 1e8), whole = kh_detector_timed(&d, 1e9);
    assert_true(timed.dark_per_gate == d.dark_per_gate && is_near(timed.outside_hz, 900.0, 1e-12));
    assert_true(is_near(timed.afterpulse, 0.003, 1e-12) && is_near(timed.outside_share, 0.027, 1e-12));
    assert_true(whole.outside_hz == 0.0 && whole.afterpulse == d.afterpulse); /* nothing is outside */
    assert_true(is_near(kh_detector_live_fraction(&timed, 0.0), 1.0 / (1.0 + 900e-6), 1e-12));
    assert_true(is_near(kh_detector_live_fraction(&timed, 2e6), 1.0 / (1.0 + 1.0 * 1.027 + 900e-6), 1e-12));
    d.jitter_s = 1e-9;
    assert_true(kh_detector_timed(&d, 1e8).outside_share > 0.3);
}

static void a_detector_counts_no_more_than_it_can(void **state)
{
    (void)state;
    kh_detector d = typical;
    d.dead_time_s = 1e-7;
    d.max_count_hz = 1e6;
    assert_true(is_near(kh_detector_live_fraction(&d, 2e6), 0.5, 1e-15));
    assert_true(is_near(1e12 * kh_detector_live_fraction(&d, 1e12), 2e6, 1e-5));
    d.dead_time_s = 2e-6; /* stricter than the limit */
    assert_true(is_near(kh_detector_live_fraction(&d, 1e6), 0.5, 1e-15));
}

static void four_detectors_are_two_for_each_basis(void **state)
{
    (void)state;
    kh_detector d = typical;
    assert_true(kh_detector_live_fraction_of_bases(&d, 1e6, 0.9) == kh_detector_live_fraction(&d, 1e6));
    d.detectors = 4.0;
    assert_true(is_near(kh_detector_live_fraction_of_bases(&d, 1e6, 0.5), kh_detector_live_fraction(&d, 1e6), 1e-15));
    assert_true(is_near(kh_detector_live_fraction_of_bases(&d, 1e6, 0.9), 1.0 / 1.45, 1e-15));
    assert_true(is_near(kh_detector_live_fraction_of_bases(&d, 1e6, 0.1), 1.0 / 1.45, 1e-15));
    d.detectors = 3.0;
    assert_true(is_near(kh_detector_live_fraction_of_bases(&d, 1e6, 0.4), 1.0 / 1.6, 1e-15));
}

static void losses_of_a_chain_add_up_and_bad_ones_are_named(void **state)
{
    (void)state;
    kh_fibre fibres[] = {{.id = "A-B", .loss_db = 20.0}, {.id = "B-C", .loss_db = 7.5}, {.id = "C-D", .loss_db = NAN}};
    kh_net net = {.fibres = fibres, .n_fibres = 3};
    const kh_fibre_id via[] = {{0}, {1}, {2}};
    double loss_db = 7.0;
    kh_error err = {0};
    kh_fibre_chain chain = {.via = via, .n_via = 2, .extra_loss_db = 0.5, .wavelength_nm = 1550.0};
    assert_int_equal(kh_fibre_chain_loss(&net, &chain, &loss_db, &err), KH_OK);
    assert_true(loss_db == 28.0);
    chain.n_via = 3;
    assert_int_equal(kh_fibre_chain_loss(&net, &chain, &loss_db, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "C-D"));
    chain.n_via = 2;
    chain.extra_loss_db = -0.5;
    assert_int_equal(kh_fibre_chain_loss(&net, &chain, &loss_db, &err), KH_ERANGE);
    chain.extra_loss_db = 999.0;
    assert_int_equal(kh_fibre_chain_loss(&net, &chain, &loss_db, &err), KH_ERANGE);
    chain.extra_loss_db = 0.5;
    chain.wavelength_nm = 100.0;
    assert_int_equal(kh_fibre_chain_loss(&net, &chain, &loss_db, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "wavelength"));
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
        cmocka_unit_test(gated_detectors_without_jitter_stay_as_they_are),
        cmocka_unit_test(jitter_loses_what_misses_the_window_and_half_of_what_hits_another_is_wrong),
        cmocka_unit_test(what_a_free_running_detector_sees_outside_costs_dead_time_only),
        cmocka_unit_test(a_detector_counts_no_more_than_it_can),
        cmocka_unit_test(four_detectors_are_two_for_each_basis),
        cmocka_unit_test(losses_of_a_chain_add_up_and_bad_ones_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

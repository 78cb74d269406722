/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "models/qkd/entropy.h"
#include "models/qkd/neumann2021.h"
#include "models/qkd/qkd.h"
#include "models/qkd/tomamichel2012.h"
#include "tests/models/typical.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static kh_qkd_key compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key = {0};
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    return key;
}

/* --- the proof --- */

static void the_deviation_is_that_of_a_sample_drawn_without_putting_back(void **state)
{
    (void)state;
    double mu = kh_tomamichel2012_deviation(1e4, 1e3, 4e-10);
    assert_true(is_near(mu * mu, 1.1e4 / 1e7 * 1.001 * log(1e10), 1e-13));
}

static void the_key_of_one_basis_is_the_theorem(void **state)
{
    (void)state;
    kh_tomamichel2012_setting s = {.ec_efficiency = 1.1, .eps_sec = 1e-10, .eps_cor = 1e-15};
    double mu = kh_tomamichel2012_deviation(1e6, 1e5, 1e-10);
    double key = 1e6 * (1.0 - kh_entropy_binary(0.02 + mu) - 1.1 * kh_entropy_binary(0.02)) - log2(2.0 / (1e-20 * 1e-15));
    assert_true(is_near(kh_tomamichel2012_key(&s, 1e6, 1e5, 0.02), key, 1e-13));
    assert_true(kh_tomamichel2012_key(&s, 1e6, 1e5, 0.5) < -1e6);
}

static void two_bases_are_two_keys_with_half_of_the_epsilons(void **state)
{
    (void)state;
    kh_tomamichel2012_setting s = {.ec_efficiency = 1.1, .eps_sec = 1e-10, .eps_cor = 1e-15}, half = s;
    half.eps_sec /= 2.0;
    half.eps_cor /= 2.0;
    assert_true(is_near(kh_tomamichel2012_both(&s, 2e6, 0.1, 0.02), 2.0 * kh_tomamichel2012_key(&half, 9e5, 1e5, 0.02), 1e-14));
    assert_true(is_near(kh_tomamichel2012_both(&s, INFINITY, 0.0, 0.02), 1.0 - 2.1 * kh_entropy_binary(0.02), 1e-14));
}

/* Neumann 2022 (248 km, 79 dB): 9 pairs a second for 82 hours, 403 kbit in the limit, 258 kbit for the finite block. The epsilons
 * are not known here; between 1e-5 and 1e-15 the formula gives 297 to 259 kbit. */
static void the_248_km_experiment_has_the_finite_key_that_was_published(void **state)
{
    (void)state;
    double sifted = 0.5 * 9.0 * 82.0 * 3600.0, qber = 0.0653, best = 0.0;
    kh_tomamichel2012_setting s = {.ec_efficiency = 1.0, .eps_sec = 1e-10, .eps_cor = 1e-10};
    assert_true(is_near(sifted * kh_tomamichel2012_both(&s, INFINITY, 0.0, qber), 403e3, 0.002));
    for (double share = 0.01; share < 0.9; share += 0.005)
        best = fmax(best, kh_tomamichel2012_both(&s, sifted, share, qber));
    assert_true(is_near(best, 258e3, 0.08));
}

/* --- the continuous source --- */

static const kh_neumann2021_setting arms = {
    .eta_a = 0.01, .eta_b = 0.02, .dark_a_hz = 500.0, .dark_b_hz = 300.0, .misalignment = 0.01};

static void counts_of_a_continuous_source_add_up(void **state)
{
    (void)state;
    kh_neumann2021_setting s = arms;
    s.jitter_s = 1e-10;
    kh_neumann2021_counts c = kh_neumann2021_counts_of(&s, 1e6, 2e-10);
    double right = 1e6 * 2e-4 * erf(2.0 * sqrt(log(2.0)));
    double accidental = 10500.0 * 20300.0 * 2e-10;
    assert_true(c.single_a_hz == 10500.0 && c.single_b_hz == 20300.0);
    assert_true(is_near(c.coincidence_hz, right + accidental, 1e-9));
    assert_true(is_near(c.error_hz, 0.01 * right + 0.5 * accidental, 1e-9));
    s.jitter_s = 0.0;
    s.extra_a = 0.1;
    c = kh_neumann2021_counts_of(&s, 1e6, 2e-10);
    assert_true(is_near(c.single_a_hz, 11550.0, 1e-14) && c.coincidence_hz > 200.0);
}

static kh_qkd_system continuous(void)
{
    kh_qkd_system system = typical;
    system.loss_a_db = system.loss_b_db = 15.0;
    system.clock_hz = 1e11;
    system.detector = (kh_detector){.efficiency = 0.8,
                                    .dark_per_gate = 1e-7,
                                    .gate_s = 1e-9,
                                    .misalignment = 0.01,
                                    .dead_time_s = 3e-8,
                                    .detectors = 4.0,
                                    .jitter_s = 5e-11};
    return system;
}

static void no_brightness_and_window_beat_the_search(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "entangled", "search");
    for (int i = 0; i < 20; i++) {
        kh_qkd_system system = continuous();
        system.loss_a_db = 30.0 * kh_rng_uniform(&rng);
        system.loss_b_db = 30.0 * kh_rng_uniform(&rng);
        double eta_a = 0.8 * pow(10.0, -0.1 * system.loss_a_db), eta_b = 0.8 * pow(10.0, -0.1 * system.loss_b_db);
        kh_neumann2021_setting s = {eta_a, eta_b, 400.0, 400.0, 0.01, 5e-11 * sqrt(2.0), 0.0, 0.0};
        kh_tomamichel2012_setting proof = {system.ec_efficiency, system.eps_sec, system.eps_cor};
        double best_bps = compute(&kh_qkd_bbm92_cw, &system).rate_bps;
        assert_true(best_bps > 0.0);
        for (int j = 0; j < 2000; j++) {
            double pairs_hz = pow(10.0, 5.0 + 5.0 * kh_rng_uniform(&rng)), share = 0.5 * kh_rng_uniform(&rng);
            kh_neumann2021_counts c = kh_neumann2021_counts_of(&s, pairs_hz, pow(10.0, -11.0 + 2.0 * kh_rng_uniform(&rng)));
            double live = kh_detector_live_fraction(&system.detector, c.single_a_hz) *
                          kh_detector_live_fraction(&system.detector, c.single_b_hz);
            double fraction = kh_tomamichel2012_both(&proof, system.block_bits, share, c.error_hz / c.coincidence_hz);
            assert_true(0.5 * live * c.coincidence_hz * fraction / system.block_bits <= best_bps * (1.0 + 1e-6));
        }
    }
}

static void a_given_brightness_is_used(void **state)
{
    (void)state;
    kh_qkd_system system = continuous();
    kh_qkd_key best = compute(&kh_qkd_bbm92_cw, &system);
    system.pairs_hz = 1e6;
    kh_qkd_key given = compute(&kh_qkd_bbm92_cw, &system);
    assert_true(given.parameters[0] == 1e6 && given.rate_bps > 0.0 && given.rate_bps < best.rate_bps);
    system.pairs_hz = best.parameters[0];
    assert_true(is_near(compute(&kh_qkd_bbm92_cw, &system).rate_bps, best.rate_bps, 1e-6));
}

static void times_are_not_known_better_than_the_clock(void **state)
{
    (void)state;
    kh_qkd_system system = continuous();
    system.detector.jitter_s = 0.0; /* then the smallest window is the best */
    system.clock_hz = 1e9;
    assert_true(is_near(compute(&kh_qkd_bbm92_cw_asymptotic, &system).parameters[1], 1e-9, 1e-9));
}

static void dark_counts_of_all_detectors_and_shared_light_count(void **state)
{
    (void)state;
    kh_qkd_system dark = continuous(), lit = dark, darker = dark;
    lit.noise_b.raman = 1e-7; /* a detector of two: over four detectors that is two times 100 a second */
    darker.noise_a.raman = darker.noise_b.raman = 0.0;
    double dark_bps = compute(&kh_qkd_bbm92_cw, &dark).rate_bps, lit_bps = compute(&kh_qkd_bbm92_cw, &lit).rate_bps;
    darker.detector.dark_per_gate = 1.5e-7;
    double darker_bps = compute(&kh_qkd_bbm92_cw, &darker).rate_bps; /* four times 50 a second more at both ends */
    assert_true(darker_bps < lit_bps && lit_bps < dark_bps);
}

/* --- the pulsed source --- */

/* Ma 2007: 70 dB with the parameters of the 144 km experiment need two-way post-processing; another code finds 61.6 dB without it
 */
static void the_pulsed_source_in_the_middle_reaches_sixty_one_decibels(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    system.ec_efficiency = 1.22;
    system.detector = (kh_detector){.efficiency = 0.145, .dark_per_gate = 3.01e-6, .misalignment = 0.015, .detectors = 2.0};
    system.loss_a_db = system.loss_b_db = 0.5 * 61.62;
    assert_true(compute(&kh_qkd_bbm92_asymptotic, &system).rate_bps > 0.0);
    system.loss_a_db = system.loss_b_db = 0.5 * 61.64;
    assert_true(compute(&kh_qkd_bbm92_asymptotic, &system).rate_bps == 0.0);
}

static void a_source_at_an_end_gives_the_same_at_the_other(void **state)
{
    (void)state;
    const kh_qkd_protocol *const all[] = {&kh_qkd_bbm92, &kh_qkd_bbm92_asymptotic, &kh_qkd_bbm92_cw, &kh_qkd_bbm92_cw_asymptotic};
    for (int i = 0; i < 4; i++) {
        kh_qkd_system at_a = continuous(), at_b = at_a, middle = at_a;
        at_a.loss_a_db = at_b.loss_b_db = 0.0;
        at_a.loss_b_db = at_b.loss_a_db = 30.0;
        if (!all[i]->is_continuous)
            at_a.clock_hz = at_b.clock_hz = middle.clock_hz = 1e8;
        double rate_bps = compute(all[i], &at_a).rate_bps;
        assert_true(rate_bps > 0.0 && is_near(compute(all[i], &at_b).rate_bps, rate_bps, 1e-5));
        assert_true(compute(all[i], &middle).rate_bps > 0.0);
    }
}

static void a_block_without_end_is_the_asymptotic_protocol(void **state)
{
    (void)state;
    kh_qkd_system system = continuous();
    system.block_bits = INFINITY;
    assert_true(compute(&kh_qkd_bbm92_cw, &system).rate_bps == compute(&kh_qkd_bbm92_cw_asymptotic, &system).rate_bps);
    double endless_bps = compute(&kh_qkd_bbm92_cw_asymptotic, &system).rate_bps, shortfall = 1.0;
    for (double block = 1e6; block < 1e16; block *= 1e3) {
        system.block_bits = block;
        double now = 1.0 - compute(&kh_qkd_bbm92_cw, &system).rate_bps / endless_bps;
        assert_true(now > 0.0 && now < 0.5 * shortfall);
        shortfall = now;
    }
    assert_true(shortfall < 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deviation_is_that_of_a_sample_drawn_without_putting_back),
        cmocka_unit_test(the_key_of_one_basis_is_the_theorem),
        cmocka_unit_test(two_bases_are_two_keys_with_half_of_the_epsilons),
        cmocka_unit_test(the_248_km_experiment_has_the_finite_key_that_was_published),
        cmocka_unit_test(counts_of_a_continuous_source_add_up),
        cmocka_unit_test(no_brightness_and_window_beat_the_search),
        cmocka_unit_test(a_given_brightness_is_used),
        cmocka_unit_test(times_are_not_known_better_than_the_clock),
        cmocka_unit_test(dark_counts_of_all_detectors_and_shared_light_count),
        cmocka_unit_test(the_pulsed_source_in_the_middle_reaches_sixty_one_decibels),
        cmocka_unit_test(a_source_at_an_end_gives_the_same_at_the_other),
        cmocka_unit_test(a_block_without_end_is_the_asymptotic_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

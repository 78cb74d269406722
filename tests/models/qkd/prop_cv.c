/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of continuous variables, on random systems. */
#include "core/base/rng.h"
#include "models/qkd/bounds.h"
#include "models/qkd/cv_block.h"
#include "models/qkd/qkd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N_SYSTEMS = 100 };
static const double SEARCH = 1e-6; /* the search for the best parameters is that good */

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static kh_qkd_system random_system(kh_rng *rng)
{
    return (kh_qkd_system){
        .loss_b_db = between(rng, 0.0, 25.0),
        .detector = {.efficiency = between(rng, 0.3, 1.0), .detectors = 2.0},
        .clock_hz = pow(10.0, between(rng, 6.0, 9.0)),
        .ec_efficiency = 1.0,
        .block_bits = pow(10.0, between(rng, 6.0, 12.0)),
        .eps_sec = 1e-10,
        .eps_cor = 1e-15,
        .cv = {.heterodyne = kh_rng_below(rng, 2) == 1,
               .electronic_noise = between(rng, 0.0, 0.2),
               .excess_noise = between(rng, 0.0, 0.05),
               .reconciliation = between(rng, 0.9, 1.0),
               .digits = between(rng, 3.0, 10.0)},
        .frame_error_rate = between(rng, 0.0, 0.3),
    };
}

static double rate_bps(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    return key.rate_bps;
}

static const kh_qkd_protocol *const finite[] = {&kh_qkd_cv_gaussian, &kh_qkd_cv_gaussian_composable};
enum { N_FINITE = 2 };

static void every_rate_is_below_the_bound_and_a_block_gives_less(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "cv", "bound");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng), endless = system;
        endless.block_bits = INFINITY;
        double endless_bps = rate_bps(&kh_qkd_cv_gaussian_asymptotic, &system);
        assert_true(endless_bps <= system.clock_hz * kh_bound_plob(system.loss_b_db));
        for (int p = 0; p < N_FINITE; p++) {
            double block_bps = rate_bps(finite[p], &system);
            assert_true(block_bps >= 0.0 && block_bps <= endless_bps);
            assert_true(rate_bps(finite[p], &endless) == endless_bps);
        }
        assert_true(rate_bps(finite[1], &system) <= rate_bps(finite[0], &system));
    }
}

/* with endless modulation of a channel that only loses light */
static double pure_loss_limit(bool heterodyne, double t)
{
    if (!heterodyne)
        return -0.5 * log2(1.0 - t);
    return log2(t / (1.0 - t)) - 1.0 / log(2.0) + kh_cv_entropy((2.0 - t) / t);
}

static void no_receiver_beats_the_limit_of_pure_loss(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(6, "cv", "limit of pure loss");
    for (int i = 0; i < 200 * N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        double t = pow(10.0, -between(&rng, 0.01, 4.0)), variance = pow(10.0, between(&rng, -2.0, 4.0));
        system.cv.efficiency = system.detector.efficiency;
        assert_true(kh_cv_rate(&system.cv, t, variance) <= pure_loss_limit(system.cv.heterodyne, t));
    }
}

/* noise that the eavesdropper does not hold covers what she knows: a known effect, which no plan should rely on */
static void trusted_noise_costs_key_unless_the_channel_is_noisy(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(7, "cv", "electronic noise");
    for (int i = 0; i < 200 * N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        double t = pow(10.0, -between(&rng, 0.01, 2.5)), variance = pow(10.0, between(&rng, -1.0, 2.0));
        system.cv.efficiency = system.detector.efficiency;
        system.cv.excess_noise = 0.0;
        system.cv.reconciliation = 1.0;
        kh_cv_receiver noisier = system.cv;
        noisier.electronic_noise += between(&rng, 0.01, 0.2);
        assert_true(kh_cv_rate(&noisier, t, variance) < kh_cv_rate(&system.cv, t, variance));
    }
    kh_cv_receiver quiet = {.efficiency = 0.61, .electronic_noise = 0.07, .excess_noise = 0.078, .reconciliation = 0.914},
                   noisy = quiet;
    noisy.electronic_noise = 0.17;
    assert_true(kh_cv_rate(&noisy, 0.37, 0.886) > kh_cv_rate(&quiet, 0.37, 0.886) && kh_cv_rate(&quiet, 0.37, 0.886) > 0.0);
}

static void expect_no_more(const kh_qkd_system *better, const kh_qkd_system *worse, const char *what)
{
    const kh_qkd_protocol *const all[] = {&kh_qkd_cv_gaussian, &kh_qkd_cv_gaussian_composable, &kh_qkd_cv_gaussian_asymptotic};
    for (int p = 0; p < 3; p++)
        if (rate_bps(all[p], worse) > rate_bps(all[p], better) * (1.0 + SEARCH))
            fail_msg("%s: %s gives %.9g after %.9g bit/s at %g dB", all[p]->name, what, rate_bps(all[p], worse),
                     rate_bps(all[p], better), better->loss_b_db);
}

static void imperfections_never_help(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2, "cv", "imperfections");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system better = random_system(&rng), worse = better;
        worse.loss_b_db += between(&rng, 0.1, 3.0);
        expect_no_more(&better, &worse, "more loss");
        worse = better;
        worse.cv.excess_noise += between(&rng, 0.001, 0.05);
        expect_no_more(&better, &worse, "more excess noise");
        worse = better;
        worse.cv.reconciliation -= between(&rng, 0.01, 0.1);
        expect_no_more(&better, &worse, "less reconciliation");
        worse = better;
        worse.frame_error_rate += between(&rng, 0.01, 0.3);
        expect_no_more(&better, &worse, "more lost frames");
        worse = better;
        worse.block_bits *= between(&rng, 0.1, 0.9);
        expect_no_more(&better, &worse, "a smaller block");
    }
}

static void long_blocks_come_close_to_the_endless_one(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "cv", "limit");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        system.loss_b_db = between(&rng, 0.5, 6.0);
        system.cv.excess_noise = 0.005;
        double endless_bps = rate_bps(&kh_qkd_cv_gaussian_asymptotic, &system);
        for (int p = 0; p < N_FINITE; p++) {
            double shortfall = 1.0;
            for (double block = 1e9; block < 1e19; block *= 1e3) {
                system.block_bits = block;
                double now = 1.0 - rate_bps(finite[p], &system) / endless_bps;
                assert_true(now <= shortfall);
                shortfall = now;
            }
            assert_true(shortfall < 0.03);
        }
    }
}

static void no_choice_of_parameters_beats_the_search(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(4, "cv", "search");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        kh_cv_receiver receiver = system.cv;
        receiver.efficiency = system.detector.efficiency;
        double whole_bit_bps = system.clock_hz / system.block_bits, kept_hz = system.clock_hz * (1.0 - system.frame_error_rate);
        double found_bps = rate_bps(&kh_qkd_cv_gaussian, &system) * (1.0 + SEARCH) + whole_bit_bps;
        double composable_bps = rate_bps(&kh_qkd_cv_gaussian_composable, &system) * (1.0 + SEARCH) + whole_bit_bps;
        for (int j = 0; j < 200; j++) {
            kh_cv_block block = {system.block_bits, between(&rng, 0.01, 0.99), 1e-10 / 3.0, 1e-15};
            double variance = pow(10.0, between(&rng, -2.0, 3.0)), transmittance = pow(10.0, -system.loss_b_db / 10.0);
            assert_true(kh_cv_rate_of_block(&receiver, transmittance, variance, &block) * kept_hz <= found_bps);
            block.eps = 1e-10 / 4.0;
            assert_true(kh_cv_rate_composable(&receiver, transmittance, variance, &block) * kept_hz <= composable_bps);
        }
    }
}

static void what_has_no_meaning_is_refused(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(5, "cv", "refused");
    kh_qkd_system system = random_system(&rng);
    kh_qkd_key key;
    kh_error err = {0};
    system.detector.dark_per_gate = 1e-6;
    assert_int_equal(kh_qkd_compute(&kh_qkd_cv_gaussian, &system, &key, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "excess_noise_snu"));
    system.detector.dark_per_gate = 0.0;
    system.cv.digits = 17.0;
    assert_int_equal(kh_qkd_compute(&kh_qkd_cv_gaussian_composable, &system, &key, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "digitisation_bits is 17"));
    system.cv.reconciliation = 1.01;
    assert_int_equal(kh_qkd_compute(&kh_qkd_cv_gaussian_asymptotic, &system, &key, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "reconciliation_efficiency is 1.01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_is_below_the_bound_and_a_block_gives_less),
        cmocka_unit_test(imperfections_never_help),
        cmocka_unit_test(long_blocks_come_close_to_the_endless_one),
        cmocka_unit_test(no_choice_of_parameters_beats_the_search),
        cmocka_unit_test(no_receiver_beats_the_limit_of_pure_loss),
        cmocka_unit_test(trusted_noise_costs_key_unless_the_channel_is_noisy),
        cmocka_unit_test(what_has_no_meaning_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

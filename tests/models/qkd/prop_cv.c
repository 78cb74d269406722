/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of continuous variables, on random systems. */
#include "core/base/rng.h"
#include "models/qkd/bounds.h"
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
               .reconciliation = between(rng, 0.9, 1.0)},
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

static void every_rate_is_below_the_bound_and_a_block_gives_less(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "cv", "bound");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        double endless_bps = rate_bps(&kh_qkd_cv_gaussian_asymptotic, &system), block_bps = rate_bps(&kh_qkd_cv_gaussian, &system);
        assert_true(endless_bps <= system.clock_hz * kh_bound_plob(system.loss_b_db));
        assert_true(block_bps >= 0.0 && block_bps <= endless_bps);
        system.block_bits = INFINITY;
        assert_true(rate_bps(&kh_qkd_cv_gaussian, &system) == endless_bps);
    }
}

static void expect_no_more(const kh_qkd_system *better, const kh_qkd_system *worse, const char *what)
{
    const kh_qkd_protocol *const both[] = {&kh_qkd_cv_gaussian, &kh_qkd_cv_gaussian_asymptotic};
    for (int p = 0; p < 2; p++)
        if (rate_bps(both[p], worse) > rate_bps(both[p], better) * (1.0 + SEARCH))
            fail_msg("%s: %s gives %.9g after %.9g bit/s at %g dB", both[p]->name, what, rate_bps(both[p], worse),
                     rate_bps(both[p], better), better->loss_b_db);
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
        double endless_bps = rate_bps(&kh_qkd_cv_gaussian_asymptotic, &system), shortfall = 1.0;
        for (double block = 1e9; block < 1e19; block *= 1e3) {
            system.block_bits = block;
            double now = 1.0 - rate_bps(&kh_qkd_cv_gaussian, &system) / endless_bps;
            assert_true(now <= shortfall);
            shortfall = now;
        }
        assert_true(shortfall < 0.03);
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
        double found_bps = rate_bps(&kh_qkd_cv_gaussian, &system), whole_bit_bps = system.clock_hz / system.block_bits;
        for (int j = 0; j < 200; j++) {
            kh_cv_block block = {system.block_bits, between(&rng, 0.01, 0.99), 1e-10 / 3.0};
            double variance = pow(10.0, between(&rng, -2.0, 3.0)), transmittance = pow(10.0, -system.loss_b_db / 10.0);
            double rate = kh_cv_rate_of_block(&receiver, transmittance, variance, &block) * (1.0 - system.frame_error_rate);
            assert_true(rate * system.clock_hz <= found_bps * (1.0 + SEARCH) + whole_bit_bps);
        }
    }
}

static void photon_noise_is_refused(void **state)
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
        cmocka_unit_test(photon_noise_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of twin field with finite blocks, on random systems. */
#include "core/base/rng.h"
#include "models/fibre/fibre.h"
#include "models/qkd/bounds.h"
#include "models/qkd/cal_finite.h"
#include "models/qkd/qkd.h"
#include "models/qkd/sns_finite.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_SYSTEMS = 12 };
static const double SEARCH = 1e-4; /* the search for the best parameters is that good */

/* finite blocks and the endless key that they stay below */
static const struct {
    const kh_qkd_protocol *finite, *endless;
} pairs[] = {{&kh_qkd_tf_cal, &kh_qkd_tf_cal_asymptotic}, {&kh_qkd_tf_sns, &kh_qkd_tf_sns_asymptotic}};
enum { N_PAIRS = sizeof pairs / sizeof pairs[0] };

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

static kh_qkd_system random_system(kh_rng *rng)
{
    return (kh_qkd_system){
        .loss_a_db = between(rng, 0.0, 35.0),
        .loss_b_db = between(rng, 0.0, 35.0),
        .detector = {.efficiency = pow(10.0, between(rng, -1.0, 0.0)),
                     .dark_per_gate = pow(10.0, between(rng, -10.0, -7.0)),
                     .misalignment = between(rng, 0.0, 0.05),
                     .afterpulse = kh_rng_below(rng, 2) ? between(rng, 0.0, 0.01) : 0.0,
                     .dead_time_s = kh_rng_below(rng, 2) ? pow(10.0, between(rng, -8.0, -6.0)) : 0.0,
                     .detectors = 2.0},
        .clock_hz = 1e9,
        .ec_efficiency = between(rng, 1.0, 1.3),
        .phase_noise_rad = between(rng, 0.0, 0.2),
        .block_bits = pow(10.0, between(rng, 5.0, 10.0)),
        .eps_sec = 1e-10,
        .eps_cor = 1e-15,
    };
}

static double rate_bps(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    assert_true(key.qber >= 0.0 && key.qber <= 0.5 && key.rate_bps <= key.sifted_rate_bps);
    return key.rate_bps;
}

static void expect_no_more(const kh_qkd_protocol *protocol, const kh_qkd_system *better, const kh_qkd_system *worse,
                           const char *what)
{
    double better_bps = rate_bps(protocol, better), worse_bps = rate_bps(protocol, worse);
    if (worse_bps > better_bps * (1.0 + SEARCH) + 1e-9)
        fail_msg("%s: %s gives %.9g after %.9g bit/s at %g + %g dB, %g bits", protocol->name, what, worse_bps, better_bps,
                 better->loss_a_db, better->loss_b_db, better->block_bits);
}

static void larger_blocks_give_more_up_to_the_endless_key(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "twin", "blocks");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        for (int p = 0; p < N_PAIRS; p++) {
            double endless_bps = rate_bps(pairs[p].endless, &system), before_bps = 0.0;
            for (system.block_bits = 1e4; system.block_bits < 1e15; system.block_bits *= 30.0) {
                double bps = rate_bps(pairs[p].finite, &system);
                assert_true(bps >= before_bps * (1.0 - SEARCH) && bps <= endless_bps * (1.0 + 1e-6));
                before_bps = bps;
            }
        }
    }
}

static void blocks_converge_to_the_key_of_an_endless_one(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2, "twin", "limit");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng), endless = system;
        system.loss_a_db = endless.loss_a_db *= 0.8;
        system.loss_b_db = endless.loss_b_db *= 0.8;
        system.block_bits = 1e21;
        endless.block_bits = INFINITY;
        for (int p = 0; p < N_PAIRS; p++) {
            double bps = rate_bps(pairs[p].finite, &system), limit_bps = rate_bps(pairs[p].finite, &endless);
            if (!(bps <= limit_bps * (1.0 + SEARCH) && bps >= 0.97 * limit_bps))
                fail_msg("%s: %.9g of %.9g bit/s at %g + %g dB", pairs[p].finite->name, bps, limit_bps, system.loss_a_db,
                         system.loss_b_db);
        }
    }
}

static void three_decoys_reach_three_quarters_of_the_endless_key(void **state)
{
    (void)state;
    kh_qkd_system system = {.detector = {.efficiency = 0.7, .dark_per_gate = 1e-9, .detectors = 2.0},
                            .clock_hz = 1e9,
                            .ec_efficiency = 1.1,
                            .phase_noise_rad = 0.1,
                            .block_bits = INFINITY,
                            .eps_sec = 1e-10,
                            .eps_cor = 1e-15};
    for (double arm_db = 2.0; arm_db < 40.0; arm_db += 6.0)
        for (int i = 1; i < 4; i++) {
            system.loss_a_db = system.loss_b_db = arm_db;
            system.detector.misalignment = 0.015 * i;
            double share = rate_bps(&kh_qkd_tf_cal, &system) / rate_bps(&kh_qkd_tf_cal_asymptotic, &system);
            assert_true(share > 0.74 && share < 0.82);
        }
}

static void imperfections_never_help(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "twin", "imperfections");
    for (int i = 0; i < N_SYSTEMS; i++)
        for (int p = 0; p < N_PAIRS; p++) {
            const kh_qkd_protocol *protocol = pairs[p].finite;
            kh_qkd_system better = random_system(&rng), worse = better;
            worse.loss_a_db += between(&rng, 0.5, 5.0);
            expect_no_more(protocol, &better, &worse, "more loss to A");
            worse = better;
            worse.loss_b_db += between(&rng, 0.5, 5.0);
            expect_no_more(protocol, &better, &worse, "more loss to B");
            worse = better;
            worse.detector.dark_per_gate *= between(&rng, 1.1, 10.0);
            expect_no_more(protocol, &better, &worse, "more dark counts");
            worse = better;
            worse.detector.misalignment += between(&rng, 0.001, 0.05);
            expect_no_more(protocol, &better, &worse, "more misalignment");
            worse = better;
            worse.phase_noise_rad += between(&rng, 0.01, 0.3);
            expect_no_more(protocol, &better, &worse, "more phase noise");
            worse = better;
            worse.detector.dead_time_s += 1e-7;
            expect_no_more(protocol, &better, &worse, "more dead time");
            worse = better;
            worse.eps_sec *= 1e-3;
            expect_no_more(protocol, &better, &worse, "more secrecy");
        }
}

static void no_rate_passes_the_bound_of_one_repeater(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(4, "twin", "bound");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        double repeater = kh_bound_single_repeater(2.0 * fmax(system.loss_a_db, system.loss_b_db));
        for (int p = 0; p < N_PAIRS; p++)
            assert_true(rate_bps(pairs[p].finite, &system) <= system.clock_hz * repeater);
    }
}

static void unequal_arms_are_no_worse_than_twice_the_worse_one(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(5, "twin", "arms");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng), even = system;
        even.loss_a_db = even.loss_b_db = fmax(system.loss_a_db, system.loss_b_db);
        for (int p = 0; p < N_PAIRS; p++)
            expect_no_more(pairs[p].finite, &system, &even, "an attenuator before the better arm");
    }
}

/* three shares of 1 */
static void divide(kh_rng *rng, double p[3])
{
    p[0] = between(rng, 0.01, 0.9);
    p[1] = (1.0 - p[0]) * between(rng, 0.05, 0.95);
    p[2] = 1.0 - p[0] - p[1];
}

static double random_cal_bps(const kh_qkd_system *s, const kh_cal2019_light *light, kh_rng *rng)
{
    const kh_privacy_target target = {.eps_sec = s->eps_sec, .eps_cor = s->eps_cor};
    const kh_cal2019_setting setting = {.light = light,
                                        .dark_per_gate = s->detector.dark_per_gate,
                                        .misalignment = s->detector.misalignment,
                                        .phase_noise = s->phase_noise_rad,
                                        .ec_efficiency = s->ec_efficiency};
    kh_cal_finite_choice c = {.alpha2 = pow(10.0, between(rng, -3.0, -1.0)), .p_key = between(rng, 0.2, 0.99)};
    c.mu[0] = between(rng, 0.15, 1.5);
    c.mu[1] = c.mu[0] * between(rng, 0.01, 0.8);
    c.mu[2] = 1e-4;
    divide(rng, c.p);
    kh_cal_finite_block block = kh_cal_finite_key(&setting, &target, &c, s->block_bits);
    return s->clock_hz * block.key_bits / block.pulses;
}

static double random_sns_bps(const kh_qkd_system *s, double transmittance, kh_rng *rng)
{
    const kh_privacy_target target = {.eps_sec = s->eps_sec, .eps_cor = s->eps_cor};
    const kh_sns2024_setting setting = {.transmittance = transmittance,
                                        .dark_per_gate = s->detector.dark_per_gate,
                                        .misalignment = s->detector.misalignment,
                                        .phase_noise = s->phase_noise_rad,
                                        .ec_efficiency = s->ec_efficiency};
    double u = between(rng, 0.2, 2.0), p[3];
    divide(rng, p);
    const kh_sns_finite_choice c = {.light = {.u = u, .v = u * between(rng, 0.06, 0.8), .w = 1e-4, .send = between(rng, 0.02, 0.6)},
                                    .p_key = between(rng, 0.2, 0.99),
                                    .p_u = p[0],
                                    .p_v = p[1],
                                    .p_w = p[2],
                                    .slice_rad = between(rng, 0.05, 0.8)};
    kh_sns_finite_block block = kh_sns_finite_key(&setting, &target, &c, s->block_bits);
    return s->clock_hz * block.key_bits / block.pulses;
}

static void no_choice_of_parameters_beats_the_search(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(6, "twin", "search");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        system.detector.afterpulse = system.detector.dead_time_s = 0.0;
        double eta_a = kh_fibre_transmittance(system.loss_a_db) * system.detector.efficiency;
        double eta_b = kh_fibre_transmittance(system.loss_b_db) * system.detector.efficiency;
        kh_cal2019_light light = kh_cal2019_light_of(eta_a, eta_b);
        double cal_bps = rate_bps(&kh_qkd_tf_cal, &system) * (1.0 + SEARCH),
               sns_bps = rate_bps(&kh_qkd_tf_sns, &system) * (1.0 + SEARCH);
        for (int j = 0; j < 2000; j++) {
            assert_true(random_cal_bps(&system, &light, &rng) <= cal_bps + 1e-9);
            assert_true(random_sns_bps(&system, fmin(eta_a, eta_b), &rng) <= sns_bps + 1e-9);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(larger_blocks_give_more_up_to_the_endless_key),
        cmocka_unit_test(blocks_converge_to_the_key_of_an_endless_one),
        cmocka_unit_test(three_decoys_reach_three_quarters_of_the_endless_key),
        cmocka_unit_test(imperfections_never_help),
        cmocka_unit_test(no_rate_passes_the_bound_of_one_repeater),
        cmocka_unit_test(unequal_arms_are_no_worse_than_twice_the_worse_one),
        cmocka_unit_test(no_choice_of_parameters_beats_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

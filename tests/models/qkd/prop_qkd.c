/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that hold for every system, on random ones. */
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

enum { N_SYSTEMS = 60 };
static const double SEARCH = 1e-4; /* the search for the best parameters is that good */

static double between(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}
static double between_powers(kh_rng *rng, double low, double high)
{
    return pow(10.0, between(rng, low, high));
}

static kh_qkd_system random_system(kh_rng *rng)
{
    kh_qkd_system system = {
        .loss_b_db = between(rng, 0.0, 60.0),
        .detector = {.efficiency = between_powers(rng, -1.5, 0.0),
                     .dark_per_gate = between_powers(rng, -9.0, -5.0),
                     .misalignment = between(rng, 0.001, 0.06),
                     .afterpulse = kh_rng_below(rng, 2) ? between(rng, 0.0, 0.05) : 0.0,
                     .dead_time_s = kh_rng_below(rng, 2) ? between_powers(rng, -8.0, -4.5) : 0.0,
                     .detectors = (double)(1 + kh_rng_below(rng, 4)),
                     .max_count_hz = kh_rng_below(rng, 4) ? 0.0 : between_powers(rng, 5.0, 8.0),
                     .is_free_running = kh_rng_below(rng, 2) == 1,
                     .gate_s = between_powers(rng, -9.7, -8.7),
                     .jitter_s = kh_rng_below(rng, 2) ? between_powers(rng, -11.0, -9.5) : 0.0},
        .clock_hz = between_powers(rng, 7.0, 9.5),
        .ec_efficiency = between(rng, 1.0, 1.3),
        .block_bits = between_powers(rng, 4.0, 11.0),
        .eps_sec = 1e-10,
        .eps_cor = 1e-15,
        .pairs_per_pulse = NAN,
        .pairs_hz = NAN,
    };
    return system;
}

static const kh_qkd_protocol *const protocols[] = {
    &kh_qkd_bb84_finite, &kh_qkd_bb84_asymptotic,     &kh_qkd_bbm92,          &kh_qkd_bbm92_asymptotic,
    &kh_qkd_bbm92_cw,    &kh_qkd_bbm92_cw_asymptotic, &kh_qkd_bb84_one_decoy, &kh_qkd_bb84_one_decoy_rusca};
enum { N_PROTOCOLS = sizeof protocols / sizeof protocols[0] };

static kh_qkd_key compute(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    return key;
}

/* worse must not give more than better, for every protocol */
static void expect_no_more(const kh_qkd_system *better, const kh_qkd_system *worse, const char *what)
{
    for (int p = 0; p < N_PROTOCOLS; p++) {
        double better_bps = compute(protocols[p], better).rate_bps, worse_bps = compute(protocols[p], worse).rate_bps;
        if (worse_bps > better_bps * (1.0 + SEARCH))
            fail_msg("%s: %s gives %.9g after %.9g bit/s (loss %g dB, block %g)", protocols[p]->name, what, worse_bps, better_bps,
                     better->loss_b_db, better->block_bits);
    }
}

static void every_rate_is_below_the_bound_of_the_channel(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "qkd", "bound");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        for (int p = 0; p < N_PROTOCOLS; p++) {
            kh_qkd_key key = compute(protocols[p], &system);
            assert_true(key.rate_bps >= 0.0 && key.rate_bps <= system.clock_hz * kh_bound_plob(system.loss_b_db));
            assert_true(key.rate_bps <= key.sifted_rate_bps && key.sifted_rate_bps <= system.clock_hz);
            assert_true(key.qber >= 0.0 && key.qber <= 0.5);
        }
    }
}

static void imperfections_never_help(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2, "qkd", "imperfections");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system better = random_system(&rng), worse = better;
        worse.loss_b_db += between(&rng, 0.1, 5.0);
        expect_no_more(&better, &worse, "more loss");
        worse = better;
        worse.detector.dark_per_gate *= between(&rng, 1.1, 10.0);
        expect_no_more(&better, &worse, "more dark counts");
        worse = better;
        worse.detector.misalignment += between(&rng, 0.001, 0.05);
        expect_no_more(&better, &worse, "more misalignment");
        worse = better;
        worse.detector.dead_time_s += between_powers(&rng, -8.0, -5.0);
        expect_no_more(&better, &worse, "more dead time");
        worse = better;
        worse.detector.jitter_s += between_powers(&rng, -11.0, -9.0);
        expect_no_more(&better, &worse, "more jitter");
        worse = better;
        worse.detector.max_count_hz = 1e5;
        expect_no_more(&better, &worse, "fewer counts");
        worse = better;
        worse.ec_efficiency += between(&rng, 0.01, 0.3);
        expect_no_more(&better, &worse, "more leakage");
    }
}

static void expect_growth_with_blocks(const kh_qkd_protocol *protocol, kh_qkd_system system)
{
    system.block_bits = INFINITY;
    double endless_bps = compute(protocol, &system).rate_bps, shorter_bps = 0.0;
    for (double block = 1e5; block < 1e14; block *= 100.0) {
        system.block_bits = block;
        double rate_bps = compute(protocol, &system).rate_bps;
        if (!(rate_bps >= shorter_bps * (1.0 - SEARCH) && rate_bps <= endless_bps * (1.0 + SEARCH)))
            fail_msg("%s at %g dB, block %g: %.9g bit/s, shorter %.9g, endless %.9g", protocol->name, system.loss_b_db, block,
                     rate_bps, shorter_bps, endless_bps);
        shorter_bps = rate_bps;
    }
}

static void longer_blocks_give_more_up_to_the_endless_one(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(3, "qkd", "blocks");
    for (int i = 0; i < N_SYSTEMS / 2; i++) {
        kh_qkd_system system = random_system(&rng);
        expect_growth_with_blocks(&kh_qkd_bb84_finite, system);
        expect_growth_with_blocks(&kh_qkd_bb84_one_decoy, system);
        expect_growth_with_blocks(&kh_qkd_bb84_one_decoy_rusca, system);
        expect_growth_with_blocks(&kh_qkd_bbm92, system);
        expect_growth_with_blocks(&kh_qkd_bbm92_cw, system);
    }
}

static void one_decoy_gives_no_more_than_two_when_the_block_is_endless(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(6, "qkd", "decoys");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        system.block_bits = INFINITY;
        double two_bps = compute(&kh_qkd_bb84_finite, &system).rate_bps;
        assert_true(compute(&kh_qkd_bb84_one_decoy, &system).rate_bps <= two_bps * 1.005);
    }
}

static void the_mended_proof_of_one_decoy_gives_no_more_than_the_first(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(7, "qkd", "proofs");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        double mended_bps = compute(&kh_qkd_bb84_one_decoy, &system).rate_bps;
        assert_true(mended_bps <= compute(&kh_qkd_bb84_one_decoy_rusca, &system).rate_bps * (1.0 + SEARCH));
    }
}

static void what_is_lost_to_the_block_halves_with_every_thousandfold(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(4, "qkd", "limit");
    for (int i = 0; i < N_SYSTEMS / 2; i++) {
        kh_qkd_system system = random_system(&rng);
        system.loss_b_db = between(&rng, 0.0, 20.0);
        system.detector.dark_per_gate = 1e-8;
        system.detector.misalignment = 0.01;
        system.block_bits = INFINITY;
        double endless_bps = compute(&kh_qkd_bb84_finite, &system).rate_bps, shortfall = 1.0;
        for (double block = 1e9; block < 1e19; block *= 1e3) {
            system.block_bits = block;
            double now = 1.0 - compute(&kh_qkd_bb84_finite, &system).rate_bps / endless_bps;
            assert_true(now < 0.6 * shortfall);
            shortfall = now;
        }
        assert_true(shortfall < 0.06);
    }
}

/* two formulas of two groups for the same limit; they differ in how dark counts and vacuum pulses are counted */
static void endless_blocks_agree_with_the_asymptotic_formula(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(5, "qkd", "agree");
    for (int i = 0; i < N_SYSTEMS; i++) {
        kh_qkd_system system = random_system(&rng);
        system.loss_b_db = between(&rng, 0.0, 20.0);
        system.detector.dark_per_gate = 1e-9;
        system.detector.dead_time_s = 0.0;
        system.block_bits = INFINITY;
        double lim_bps = compute(&kh_qkd_bb84_finite, &system).rate_bps;
        double ma_bps = compute(&kh_qkd_bb84_asymptotic, &system).rate_bps;
        if (fabs(lim_bps - ma_bps) > 0.005 * ma_bps)
            fail_msg("%g and %g bit/s at %g dB", lim_bps, ma_bps, system.loss_b_db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_is_below_the_bound_of_the_channel),
        cmocka_unit_test(imperfections_never_help),
        cmocka_unit_test(longer_blocks_give_more_up_to_the_endless_one),
        cmocka_unit_test(one_decoy_gives_no_more_than_two_when_the_block_is_endless),
        cmocka_unit_test(the_mended_proof_of_one_decoy_gives_no_more_than_the_first),
        cmocka_unit_test(what_is_lost_to_the_block_halves_with_every_thousandfold),
        cmocka_unit_test(endless_blocks_agree_with_the_asymptotic_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search for the best parameters of one decoy against a far longer one that shares only the formula. */
#include "core/base/rng.h"
#include "models/fibre/fibre.h"
#include "models/num/simplex.h"
#include "models/qkd/one_decoy.h"
#include "models/qkd/qkd.h"
#include "tests/models/typical.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_FREE = 4, N_STARTS = 64 };

typedef struct problem {
    const kh_qkd_system *system;
    kh_one_decoy_setting setting;
} problem;

static double fraction(double x)
{
    return 0.5 * (1.0 + tanh(x));
}

static double minus_rate(const double *x, const void *context)
{
    const problem *p = (const problem *)context;
    double mu_1 = 1.5 * fraction(x[0]) + 2e-4, mu_2 = 1e-4 + (0.98 * mu_1 - 1e-4) * fraction(x[1]);
    kh_one_decoy_choice choice = {.mu = {mu_1, mu_2}, .p_1 = fraction(x[2]), .p_key = fraction(x[3])};
    if (!(choice.p_1 > 0.0 && choice.p_1 < 1.0 - 1e-9 && choice.p_key > 0.0 && choice.p_key < 1.0 - 1e-9))
        return 1.0;
    kh_one_decoy_block block = kh_one_decoy_key(&p->setting, &choice, p->system->block_bits);
    if (block.key_bits <= 0.0)
        return fmin(1.0, 1e-9 - 1e-9 * block.key_bits / block.n_key);
    double clock_hz = p->system->clock_hz;
    double live = kh_detector_live_fraction_of_bases(&p->setting.detector, clock_hz * block.click, choice.p_key);
    return -clock_hz * live * floor(block.key_bits) / block.pulses;
}

static double search_long(const kh_qkd_system *system, kh_one_decoy_proof proof, kh_rng *rng)
{
    problem p = {.system = system,
                 .setting = {.detector = kh_detector_timed(&system->detector, system->clock_hz),
                             .transmittance = kh_fibre_transmittance(system->loss_b_db),
                             .ec_efficiency = system->ec_efficiency,
                             .eps_sec = system->eps_sec,
                             .eps_cor = system->eps_cor,
                             .proof = proof}};
    double best = 0.0;
    for (int start = 0; start < N_STARTS; start++) {
        double x[N_FREE];
        for (int j = 0; j < N_FREE; j++)
            x[j] = -1.5 + 3.0 * kh_rng_uniform(rng);
        p.setting.errors = start % 2 == 0 ? KH_ONE_DECOY_ERRORS_ALL : KH_ONE_DECOY_ERRORS_BY_DECOYS;
        kh_simplex_options options = {.step = 0.4, .tolerance = 1e-7, .max_calls = 600};
        (void)kh_simplex_minimise(minus_rate, &p, x, N_FREE, options);
        best = fmin(best, kh_simplex_minimise(minus_rate, &p, x, N_FREE, options));
    }
    return -best;
}

static void expect_best_at_all_losses(kh_qkd_system system)
{
    const kh_qkd_protocol *const protocols[] = {&kh_qkd_bb84_one_decoy, &kh_qkd_bb84_one_decoy_rusca};
    kh_rng rng = kh_rng_stream(12, "one decoy", "starts");
    int n_with_key = 0;
    for (int i = 0; i <= 60; i++) {
        int proof = i % 2;
        system.loss_b_db = (double)i;
        kh_qkd_key key;
        assert_int_equal(kh_qkd_compute(protocols[proof], &system, &key, NULL), KH_OK);
        double best_bps = search_long(&system, proof == 0 ? KH_ONE_DECOY_WIESEMANN : KH_ONE_DECOY_RUSCA, &rng);
        n_with_key += key.rate_bps > 0.0;
        double rounding = 1.0 / fmax(1.0, key.block_key_bits); /* whole bits */
        if (key.rate_bps < best_bps * (1.0 - 1e-4 - rounding))
            fail_msg("%s at %d dB: %.9g bit/s, %d starts give %.9g", protocols[proof]->name, i, key.rate_bps, N_STARTS, best_bps);
    }
    assert_in_range(n_with_key, 25, 61);
}

static void sixty_four_starts_find_nothing_better_with_semiconductor_detectors(void **state)
{
    (void)state;
    expect_best_at_all_losses(typical);
}

static void nor_with_superconducting_ones_and_dead_time(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    system.detector =
        (kh_detector){.efficiency = 0.6, .dark_per_gate = 2.5e-8, .misalignment = 0.01, .dead_time_s = 5e-8, .detectors = 2.0};
    expect_best_at_all_losses(system);
}

static void nor_with_detectors_that_are_blind_most_of_the_time(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    system.detector =
        (kh_detector){.efficiency = 0.2, .dark_per_gate = 5e-8, .misalignment = 0.01, .dead_time_s = 2e-5, .detectors = 2.0};
    expect_best_at_all_losses(system);
}

static void nor_for_small_blocks(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    system.detector.dark_per_gate = 2.5e-8;
    system.block_bits = 2e5;
    expect_best_at_all_losses(system);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_four_starts_find_nothing_better_with_semiconductor_detectors),
        cmocka_unit_test(nor_with_superconducting_ones_and_dead_time),
        cmocka_unit_test(nor_with_detectors_that_are_blind_most_of_the_time),
        cmocka_unit_test(nor_for_small_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

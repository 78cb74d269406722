/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search for the best parameters of the finite-key protocol against a far longer one that shares only the formula. */
#include "core/base/rng.h"
#include "models/fibre/fibre.h"
#include "models/num/simplex.h"
#include "models/qkd/lim2014.h"
#include "models/qkd/qkd.h"
#include "tests/models/typical.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N_FREE = 5, N_STARTS = 64 };

typedef struct problem {
    const kh_qkd_system *system;
    kh_lim2014_setting setting;
} problem;

static double fraction(double x)
{
    return 0.5 * (1.0 + tanh(x));
}

static double minus_rate(const double *x, const void *context)
{
    const problem *p = (const problem *)context;
    double mu_1 = 1.5 * fraction(x[0]) + 0.003, mu_2 = 0.0012 + (mu_1 - 0.0024) * fraction(x[1]);
    double p_1 = fraction(x[2]), p_2 = (1.0 - p_1) * fraction(x[3]);
    kh_lim2014_choice choice = {.mu = {mu_1, mu_2, 2e-4}, .p = {p_1, p_2, 1.0 - p_1 - p_2}, .p_x = fraction(x[4])};
    if (!(choice.p[2] > 0.0 && choice.p[1] > 0.0 && choice.p_x > 0.0 && choice.p_x < 1.0))
        return 1.0;
    kh_lim2014_block block = kh_lim2014_key(&p->setting, &choice, p->system->block_bits);
    if (block.key_bits <= 0.0)
        return fmin(1.0, 1e-9 - 1e-9 * block.key_bits / block.n_x);
    double live = kh_detector_live_fraction_of_bases(&p->setting.detector, p->system->clock_hz * block.click, choice.p_x);
    return -p->system->clock_hz * live * floor(block.key_bits) / block.pulses;
}

static double search_long(const kh_qkd_system *system, kh_rng *rng)
{
    problem p = {.system = system,
                 .setting = {.detector = kh_detector_timed(&system->detector, system->clock_hz),
                             .transmittance = kh_fibre_transmittance(system->loss_b_db),
                             .ec_efficiency = system->ec_efficiency,
                             .eps_sec = system->eps_sec,
                             .eps_cor = system->eps_cor,
                             .errors = KH_LIM2014_ERRORS_LEAST}};
    double best = 0.0;
    for (int start = 0; start < N_STARTS; start++) {
        double x[N_FREE];
        for (int j = 0; j < N_FREE; j++)
            x[j] = -1.2 + 2.4 * kh_rng_uniform(rng);
        kh_simplex_options options = {.step = 0.4, .tolerance = 1e-7, .max_calls = 800};
        (void)kh_simplex_minimise(minus_rate, &p, x, N_FREE, options);
        best = fmin(best, kh_simplex_minimise(minus_rate, &p, x, N_FREE, options));
    }
    return -best;
}

static void expect_best_at_all_losses(kh_qkd_system system)
{
    kh_rng rng = kh_rng_stream(11, "finite", "starts");
    int n_with_key = 0;
    for (double loss_db = 0.0; loss_db <= 60.0; loss_db += 1.0) {
        system.loss_b_db = loss_db;
        kh_qkd_key key;
        assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &system, &key, NULL), KH_OK);
        double best_bps = search_long(&system, &rng);
        n_with_key += key.rate_bps > 0.0;
        double rounding = 1.0 / fmax(1.0, key.block_key_bits); /* whole bits */
        if (key.rate_bps < best_bps * (1.0 - 1e-4 - rounding))
            fail_msg("%g dB: %.9g bit/s, %d starts give %.9g", loss_db, key.rate_bps, N_STARTS, best_bps);
    }
    assert_in_range(n_with_key, 28, 61);
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

static void nor_with_four_free_running_detectors_that_jitter(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    system.detector = (kh_detector){.efficiency = 0.3,
                                    .dark_per_gate = 3e-7,
                                    .misalignment = 0.01,
                                    .afterpulse = 0.02,
                                    .dead_time_s = 1e-6,
                                    .detectors = 4.0,
                                    .is_free_running = true,
                                    .gate_s = 3e-10,
                                    .jitter_s = 1.5e-10};
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

static void a_search_from_a_neighbour_finds_as_much(void **state)
{
    (void)state;
    kh_qkd_system system = typical;
    for (double loss_db = 0.0; loss_db < 36.0; loss_db += 1.5) {
        kh_qkd_key cold, beyond, warm;
        system.near = NULL;
        system.loss_b_db = loss_db + 0.5;
        assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &system, &beyond, NULL), KH_OK);
        system.loss_b_db = loss_db;
        assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &system, &cold, NULL), KH_OK);
        system.near = &beyond;
        assert_int_equal(kh_qkd_compute(&kh_qkd_bb84_finite, &system, &warm, NULL), KH_OK);
        assert_true(warm.rate_bps > cold.rate_bps * (1.0 - 1e-4));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_four_starts_find_nothing_better_with_semiconductor_detectors),
        cmocka_unit_test(nor_with_superconducting_ones_and_dead_time),
        cmocka_unit_test(nor_with_four_free_running_detectors_that_jitter),
        cmocka_unit_test(nor_for_small_blocks),
        cmocka_unit_test(a_search_from_a_neighbour_finds_as_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws of four-intensity MDI-QKD: its bounds hold for any yields an eavesdropper may choose, and its search finds the best. */
#include "core/base/rng.h"
#include "models/qkd/chernoff.h"
#include "models/qkd/mdi2016.h"
#include "models/qkd/qkd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MOST = 14, TRIES = 3000 };

static double uniform(kh_rng *rng, double low, double high)
{
    return low + (high - low) * kh_rng_uniform(rng);
}

/* yields of n photons from A and m from B; without a photon on one side half of the bits are wrong */
typedef struct yields {
    double success[MOST][MOST], wrong[MOST][MOST];
} yields;

static void draw(kh_rng *rng, yields *y)
{
    double scale = pow(10.0, uniform(rng, -6.0, 0.0));
    for (int n = 0; n < MOST; n++)
        for (int m = 0; m < MOST; m++) {
            bool both = n > 0 && m > 0;
            y->success[n][m] = scale * (kh_rng_uniform(rng) < 0.3 ? kh_rng_uniform(rng) : 1e-3 * kh_rng_uniform(rng));
            y->wrong[n][m] = y->success[n][m] * (both ? kh_rng_uniform(rng) : 0.5);
        }
}

static double poisson_sum(double a, double b, double (*of)[MOST])
{
    double sum = 0.0, in_a = exp(-a);
    for (int n = 0; n < MOST; n++, in_a *= a / n) {
        double in_b = exp(-b);
        for (int m = 0; m < MOST; m++, in_b *= b / m)
            sum += in_a * in_b * of[n][m];
    }
    return sum;
}

static void the_single_photon_bounds_hold_for_any_yields(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2016, "yields", "mdi");
    int informative = 0;
    for (int t = 0; t < TRIES; t++) {
        yields y;
        draw(&rng, &y);
        kh_mdi2016_choice c = {.mu_a = {uniform(&rng, 0.1, 0.5)}, .mu_b = {uniform(&rng, 0.1, 0.5)}, .p = {0.25, 0.25, 0.25, 0.25}};
        c.mu_a[1] = uniform(&rng, 0.01, 0.5);
        c.mu_b[1] = uniform(&rng, 0.01, 0.5);
        c.mu_a[2] = c.mu_a[1] * uniform(&rng, 0.05, 0.5);
        c.mu_b[2] = c.mu_b[1] * uniform(&rng, 0.05, 0.5);
        kh_mdi2016_gains g = {.qber = 0.0, .key_uu = poisson_sum(c.mu_a[0], c.mu_b[0], y.success)};
        for (int a = 1; a < 4; a++)
            for (int b = 1; b < 4; b++)
                g.test[a][b] = poisson_sum(c.mu_a[a], c.mu_b[b], y.success);
        g.wrong_ww = poisson_sum(c.mu_a[2], c.mu_b[2], y.wrong);
        kh_mdi2016_setting s = {.ec_efficiency = 1.0, .eps_sec = 1e-10, .eps_cor = 1e-10};
        kh_mdi2016_block block = kh_mdi2016_key(&s, &c, &g, INFINITY);
        double true_single = c.mu_a[0] * c.mu_b[0] * exp(-c.mu_a[0] - c.mu_b[0]) * y.success[1][1] / g.key_uu;
        assert_true(block.single <= true_single * (1.0 + 1e-9) + 1e-12);
        double true_phase = y.wrong[1][1] / y.success[1][1];
        assert_true(block.phase_error >= fmin(true_phase, 0.5) * (1.0 - 1e-9) - 1e-12);
        informative += block.phase_error < 0.5;
    }
    assert_true(informative > TRIES / 100); /* the bounds say something at times */
}

static void chernoff_bounds_undo_each_other_and_tighten(void **state)
{
    (void)state;
    for (double n = 1.0; n < 1e12; n *= 7.0) {
        double beta = 25.0, above = kh_chernoff_expected_above(n, beta), below = kh_chernoff_expected_below(n, beta);
        assert_true(below < n && n < above);
        /* an expectation at the upper bound makes a count of n just as unlikely */
        assert_true(fabs(kh_chernoff_observed_below(above, beta) / n - 1.0) < 1e-9);
        if (below > 0.0)
            assert_true(kh_chernoff_observed_above(below, beta) <= n * (1.0 + 1e-9)); /* a looser form */
        assert_true(kh_chernoff_expected_above(n, 0.0) == n && kh_chernoff_observed_below(n, 0.0) == n);
        kh_weighted_count both[2] = {{2.0, n}, {1.0, 3.0 * n}};
        double joint = kh_chernoff_sum_above(both, 2, beta);
        assert_true(joint <= 2.0 * above + kh_chernoff_expected_above(3.0 * n, beta) && joint > 5.0 * n);
    }
}

static kh_qkd_system system_at(double loss_a_db, double loss_b_db, double block)
{
    return (kh_qkd_system){.loss_a_db = loss_a_db,
                           .loss_b_db = loss_b_db,
                           .detector = {.efficiency = 0.6, .dark_per_gate = 1e-7, .misalignment = 0.01, .detectors = 4.0},
                           .clock_hz = 1e9,
                           .ec_efficiency = 1.16,
                           .block_bits = block,
                           .eps_sec = 1e-10,
                           .eps_cor = 1e-15,
                           .pairs_per_pulse = NAN};
}

static double rate_of(const kh_qkd_protocol *protocol, const kh_qkd_system *system)
{
    kh_qkd_key key;
    kh_error err = {0};
    if (kh_qkd_compute(protocol, system, &key, &err) != KH_OK)
        fail_msg("%s", err.message);
    return key.rate_bps;
}

static void a_longer_block_gives_more_up_to_the_endless_one(void **state)
{
    (void)state;
    for (double loss_db = 0.0; loss_db <= 20.0; loss_db += 10.0) {
        kh_qkd_system s = system_at(loss_db, loss_db + 3.0, INFINITY);
        double endless = rate_of(&kh_qkd_mdi_finite, &s), infinite_decoys = rate_of(&kh_qkd_mdi, &s), last = 0.0;
        /* the asymptotic formula of 2012 leaves the vacuum's part of the key out; weak decoys come near to infinitely many */
        assert_true(endless < 1.02 * infinite_decoys && endless > 0.98 * infinite_decoys);
        for (double block = 1e5; block < 1e13; block *= 10.0) {
            s.block_bits = block;
            double rate = rate_of(&kh_qkd_mdi_finite, &s);
            assert_true(rate > last * (1.0 - 1e-4) && rate < endless);
            last = rate;
        }
        s.block_bits = 1e15;
        assert_true(rate_of(&kh_qkd_mdi_finite, &s) > 0.9 * endless);
    }
}

static void key_never_rises_with_loss_noise_or_error(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2016, "systems", "mdi");
    for (int t = 0; t < 12; t++) {
        kh_qkd_system s = system_at(uniform(&rng, 0.0, 20.0), uniform(&rng, 0.0, 20.0), pow(10.0, uniform(&rng, 6.0, 9.0)));
        double rate = rate_of(&kh_qkd_mdi_finite, &s);
        kh_qkd_system lossy = s, noisy = s, skew = s;
        lossy.loss_a_db += 1.0;
        noisy.detector.dark_per_gate *= 3.0;
        skew.detector.misalignment += 0.01;
        assert_true(rate_of(&kh_qkd_mdi_finite, &lossy) <= rate * (1.0 + 1e-3));
        assert_true(rate_of(&kh_qkd_mdi_finite, &noisy) <= rate * (1.0 + 1e-3));
        assert_true(rate_of(&kh_qkd_mdi_finite, &skew) <= rate * (1.0 + 1e-3));
        kh_qkd_system turned = s;
        turned.loss_a_db = s.loss_b_db;
        turned.loss_b_db = s.loss_a_db;
        assert_true(fabs(rate_of(&kh_qkd_mdi_finite, &turned) - rate) <= 0.02 * rate); /* only S_0 tells A from B */
    }
}

static void a_neighbour_leads_to_the_same_key(void **state)
{
    (void)state;
    for (double loss_db = 2.0; loss_db < 20.0; loss_db += 4.5) {
        kh_qkd_system s = system_at(loss_db, 10.0, 1e7);
        double from_scratch = rate_of(&kh_qkd_mdi_finite, &s);
        kh_qkd_system neighbour = s;
        neighbour.loss_a_db += 0.7;
        kh_qkd_key near;
        kh_error err = {0};
        assert_int_equal(kh_qkd_compute(&kh_qkd_mdi_finite, &neighbour, &near, &err), KH_OK);
        s.near = &near;
        assert_true(fabs(rate_of(&kh_qkd_mdi_finite, &s) / from_scratch - 1.0) < 1e-4);
        s.rough = true;
        assert_true(fabs(rate_of(&kh_qkd_mdi_finite, &s) / from_scratch - 1.0) < 1e-2);
    }
}

static void nothing_is_found_beyond_the_reach_of_infinite_decoys(void **state)
{
    (void)state;
    for (double loss_db = 30.0; loss_db <= 100.0; loss_db += 3.5) {
        kh_qkd_system s = system_at(loss_db, loss_db, 1e7);
        double endless = rate_of(&kh_qkd_mdi, &s);
        assert_true(rate_of(&kh_qkd_mdi_finite, &s) <= endless);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_single_photon_bounds_hold_for_any_yields),
        cmocka_unit_test(chernoff_bounds_undo_each_other_and_tighten),
        cmocka_unit_test(a_longer_block_gives_more_up_to_the_endless_one),
        cmocka_unit_test(nothing_is_found_beyond_the_reach_of_infinite_decoys),
        cmocka_unit_test(a_neighbour_leads_to_the_same_key),
        cmocka_unit_test(key_never_rises_with_loss_noise_or_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

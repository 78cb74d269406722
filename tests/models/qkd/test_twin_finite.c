/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Twin field with a finite block: how far counts may be off, and estimates on the safe side of what they estimate. */
#include "models/qkd/cal_finite.h"
#include "models/qkd/concentration.h"
#include "models/qkd/sns_finite.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool near(double value, double expected, double tolerance)
{
    return fabs(value - expected) <= tolerance * fabs(expected);
}

/* probability of at most n events where mean are expected */
static double poisson_at_most(double mean, double n)
{
    double sum = 0.0;
    for (int k = 0; k <= n; k++)
        sum += exp(k * log(mean) - mean - lgamma(k + 1.0));
    return sum;
}

static void counts_leave_their_range_as_rarely_as_promised(void **state)
{
    (void)state;
    const double promised = 1e-3, tail = -log(promised), eps = promised * (1.0 + 1e-9);
    for (int count = 0; count < 120; count += 7) {
        /* rare independent events are the hardest case for the bound, and their probabilities are known */
        assert_true(poisson_at_most(kh_concentration_mean_at_most(count, tail), count) <= eps);
        double least = kh_concentration_mean_at_least(count, tail);
        if (least > 0.0)
            assert_true(1.0 - poisson_at_most(least, count - 1.0) <= eps);
        double mean = count + 0.5;
        assert_true(1.0 - poisson_at_most(mean, floor(kh_concentration_count_at_most(mean, tail))) <= eps);
        double lowest = ceil(kh_concentration_count_at_least(mean, tail));
        if (lowest > 0.0)
            assert_true(poisson_at_most(mean, lowest - 1.0) <= eps);
    }
}

static void many_counts_stray_by_the_root(void **state)
{
    (void)state;
    const double n = 1e12, tail = 50.0, root = sqrt(2.0 * n * tail);
    assert_true(near(kh_concentration_mean_at_most(n, tail) - n, root, 1e-4));
    assert_true(near(n - kh_concentration_mean_at_least(n, tail), root, 1e-4));
    assert_true(near(kh_concentration_count_at_most(n, tail) - n, root, 1e-4));
    assert_true(near(n - kh_concentration_count_at_least(n, tail), root, 1e-4));
    assert_true(kh_concentration_mean_at_most(0.0, tail) == tail && kh_concentration_mean_at_least(0.0, tail) == 0.0);
    assert_true(kh_concentration_count_at_most(0.0, tail) == 0.0 && kh_concentration_count_at_least(0.0, tail) == 0.0);
}

static void a_block_costs_what_secrecy_and_correctness_ask(void **state)
{
    (void)state;
    const kh_privacy_target target = {.eps_sec = 1e-10, .eps_cor = 1e-15};
    assert_true(near(kh_privacy_cost_bits(&target), log2(2e15) + log2(9.0 / 4.0 * 1e20), 1e-12));
    assert_true(near(kh_privacy_tail(&target, 19.0), log(19.0 * 9e20), 1e-12));
}

/* arms alike and not, with and without dark counts */
static const double cases[][3] = {{0.5, 0.5, 1e-8}, {1e-2, 1e-2, 1e-7}, {1e-4, 1e-4, 1e-9}, {0.3, 0.02, 1e-6}, {1e-3, 0.9, 0.0}};
enum { N_CASES = sizeof cases / sizeof cases[0] };
static const kh_privacy_target target = {.eps_sec = 1e-10, .eps_cor = 1e-15};

static void three_decoys_never_know_more_than_endless_ones(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        kh_cal2019_light light = kh_cal2019_light_of(cases[i][0], cases[i][1]);
        kh_cal2019_setting s = {.light = &light,
                                .dark_per_gate = cases[i][2],
                                .misalignment = 0.02,
                                .ec_efficiency = 1.1,
                                .photons_known = KH_CAL2019_PHOTONS};
        double worse = fmin(cases[i][0], cases[i][1]);
        for (double alpha2 = 0.002; alpha2 < 0.1; alpha2 *= 2.0) {
            double exact = kh_cal2019_key_of(&s, alpha2 * worse / cases[i][0], alpha2 * worse / cases[i][1]).phase_error;
            for (double mu_0 = 0.15; mu_0 < 2.0; mu_0 *= 1.5) {
                kh_cal_finite_choice c = {.alpha2 = alpha2, .mu = {mu_0, 0.1 * mu_0, 1e-4}, .p = {0.2, 0.3, 0.5}, .p_key = 0.8};
                double endless = kh_cal_finite_key(&s, &target, &c, INFINITY).phase_error, before = 0.5;
                assert_true(endless >= exact);
                for (double n_key = 1e4; n_key < 1e14; n_key *= 100.0) {
                    double finite = kh_cal_finite_key(&s, &target, &c, n_key).phase_error;
                    assert_true(finite >= endless && finite <= before);
                    before = finite;
                }
            }
        }
    }
}

static void weaker_decoys_know_more_when_data_are_endless(void **state)
{
    (void)state;
    kh_cal2019_light light = kh_cal2019_light_of(1e-3, 1e-3);
    kh_cal2019_setting s = {.light = &light, .dark_per_gate = 1e-9, .ec_efficiency = 1.1};
    double before = 0.5;
    for (double mu_1 = 0.2; mu_1 > 1e-3; mu_1 *= 0.5) {
        kh_cal_finite_choice c = {.alpha2 = 0.02, .mu = {0.4, mu_1, 1e-5}};
        double phase_error = kh_cal_finite_key(&s, &target, &c, INFINITY).phase_error;
        assert_true(phase_error <= before);
        before = phase_error;
    }
    assert_true(before < 0.12);
}

static void sending_or_not_ends_at_its_endless_key(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        kh_sns2024_setting s = {.transmittance = cases[i][0],
                                .dark_per_gate = cases[i][2],
                                .misalignment = 0.02,
                                .phase_noise = 0.1,
                                .ec_efficiency = 1.1};
        kh_sns_finite_choice c = {.light = {.u = 0.9, .v = 0.05, .w = 1e-4, .send = 0.25},
                                  .p_key = 0.8,
                                  .p_u = 0.2,
                                  .p_v = 0.4,
                                  .p_w = 0.4,
                                  .slice_rad = 1e-3};
        kh_sns2024_key endless = kh_sns2024_key_of(&s, &c.light);
        double per_bit = endless.rate / endless.paired, before = -INFINITY;
        for (double n = 1e4; n < 1e20; n *= 100.0) {
            double finite = kh_sns_finite_key(&s, &target, &c, n).key_bits / n;
            assert_true(finite <= per_bit && finite >= before);
            before = finite;
        }
        assert_true(near(kh_sns_finite_key(&s, &target, &c, 1e26).key_bits / 1e26, per_bit, 1e-4));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_leave_their_range_as_rarely_as_promised),
        cmocka_unit_test(many_counts_stray_by_the_root),
        cmocka_unit_test(a_block_costs_what_secrecy_and_correctness_ask),
        cmocka_unit_test(three_decoys_never_know_more_than_endless_ones),
        cmocka_unit_test(weaker_decoys_know_more_when_data_are_endless),
        cmocka_unit_test(sending_or_not_ends_at_its_endless_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

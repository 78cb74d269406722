/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mode pairing: the limits that its formulas have. */
#include "models/qkd/mdi2012.h"
#include "models/qkd/zeng2022.h"

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

static kh_zeng2022_setting quiet(double transmittance)
{
    return (kh_zeng2022_setting){.transmittance = transmittance, .ec_efficiency = 1.0, .slot_s = 1e-9};
}

/* first click, then one more within the span, else the later click starts anew: counted one round after the other */
static double pairs_by_hand(double p, int span)
{
    double waiting[64] = {1.0}, pairs = 0.0; /* [k]: k rounds since the open click, 0: none is open */
    for (int round = 0; round < 20000; round++) {
        double next[64] = {0};
        pairs = 0.0;
        next[0] += waiting[0] * (1.0 - p);
        next[1] += waiting[0] * p;
        for (int k = 1; k <= span; k++) {
            pairs += waiting[k] * p;
            next[0] += waiting[k] * p;
            next[k == span ? 0 : k + 1] += waiting[k] * (1.0 - p);
        }
        for (int k = 0; k < 64; k++)
            waiting[k] = next[k];
    }
    return pairs;
}

static void pairs_are_counted_as_they_are_formed(void **state)
{
    (void)state;
    const double clicks[] = {0.001, 0.03, 0.2, 0.7};
    for (int i = 0; i < 4; i++) {
        assert_true(near(kh_zeng2022_pairs(clicks[i], 1e9), 0.5 * clicks[i], 1e-9));
        assert_true(near(kh_zeng2022_pairs(clicks[i], 1.0), clicks[i] * clicks[i] / (1.0 + clicks[i]), 1e-12));
        assert_true(near(kh_zeng2022_pairs(clicks[i], 5.0), pairs_by_hand(clicks[i], 5), 1e-6));
    }
    assert_true(kh_zeng2022_pairs(1.0, 3.0) == 0.5 && kh_zeng2022_pairs(0.0, 3.0) == 0.0);
}

static void weak_light_without_noise_has_its_limits(void **state)
{
    (void)state;
    kh_zeng2022_setting s = quiet(1e-5);
    kh_zeng2022_choice c = {.mu = 0.5, .span = 1e12};
    kh_zeng2022_key key = kh_zeng2022_key_of(&s, &c);
    assert_true(key.qber == 0.0 && key.phase_error == 0.0);
    assert_true(near(key.click, 1e-5 * 0.5, 1e-3));
    assert_true(near(key.sifted, 0.5 * key.click / 8.0, 1e-3)); /* an eighth of the pairs */
    assert_true(near(key.rate, key.sifted * exp(-1.0), 1e-3));  /* of which exp(-2 mu) have one photon from each */
}

static void long_spans_scale_with_one_arm_and_short_ones_with_both(void **state)
{
    (void)state;
    const kh_zeng2022_choice wide = {.mu = 0.5, .span = 1e12}, narrow = {.mu = 0.5, .span = 1.0};
    kh_zeng2022_setting near_by = quiet(1e-3), far = quiet(1e-5);
    assert_true(near(kh_zeng2022_key_of(&near_by, &wide).rate / kh_zeng2022_key_of(&far, &wide).rate, 1e2, 0.01));
    assert_true(near(kh_zeng2022_key_of(&near_by, &narrow).rate / kh_zeng2022_key_of(&far, &narrow).rate, 1e4, 0.01));
}

static void the_phase_runs_away_between_the_rounds_of_a_pair(void **state)
{
    (void)state;
    kh_zeng2022_setting s = quiet(1e-3);
    s.misalignment = 0.01;
    const kh_zeng2022_choice c = {.mu = 0.5, .span = 1e5};
    double still = kh_zeng2022_key_of(&s, &c).phase_error;
    assert_true(near(still, 0.01, 1e-9));
    s.linewidth_hz = 1000.0;
    kh_zeng2022_key key = kh_zeng2022_key_of(&s, &c);
    /* distances are exponential with mean 1/p: the mean of exp(-2 pi linewidth t) in closed form */
    double slope = 2.0 * 3.14159265358979323846 * 1000.0 * 1e-9 / key.click;
    assert_true(near(key.phase_error, 0.5 - 0.49 / (1.0 + slope), 0.03));
    s.drift_rad_per_s = 1e5;
    assert_true(kh_zeng2022_key_of(&s, &c).phase_error > key.phase_error);
    s.linewidth_hz = 1e9;
    assert_true(near(kh_zeng2022_key_of(&s, &c).phase_error, 0.5, 0.01));
}

static void noise_is_the_only_error_of_the_key_basis(void **state)
{
    (void)state;
    kh_zeng2022_setting s = quiet(1e-3);
    const kh_zeng2022_choice c = {.mu = 0.4, .span = 1e4};
    s.dark_per_gate = 1e-6;
    /* both lit against noise: 2p (2 eta mu) / (eta mu)^2 */
    assert_true(near(kh_zeng2022_key_of(&s, &c).qber, 4.0 * 1e-6 / (1e-3 * 0.4), 0.03));
    s.transmittance = s.dark_per_gate = 0.0;
    kh_zeng2022_key key = kh_zeng2022_key_of(&s, &c);
    assert_true(key.rate == 0.0 && key.sifted == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_counted_as_they_are_formed),
        cmocka_unit_test(weak_light_without_noise_has_its_limits),
        cmocka_unit_test(long_spans_scale_with_one_arm_and_short_ones_with_both),
        cmocka_unit_test(the_phase_runs_away_between_the_rounds_of_a_pair),
        cmocka_unit_test(noise_is_the_only_error_of_the_key_basis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

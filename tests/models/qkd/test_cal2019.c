/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Twin field with coherent states: yields against the light they are made of, and the bound of the phase error. */
#include "models/fibre/fibre.h"
#include "models/qkd/cal2019.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

/* the receiver of Pittaluga 2021 over 369 km, as in the rows cal-* of tests/ref/qkd_acceptance.csv */
static kh_cal2019_light long_line(double efficiency)
{
    double eta = efficiency * kh_fibre_transmittance(0.5 * 68.6678567319079);
    return kh_cal2019_light_of(eta, eta);
}

static kh_cal2019_setting over(const kh_cal2019_light *light)
{
    return (kh_cal2019_setting){.light = light, .dark_per_gate = 2.8e-8, .ec_efficiency = 1.0, .photons_known = 2};
}

static bool near(double value, double expected, double tolerance)
{
    return fabs(value - expected) <= tolerance * fabs(expected);
}

static double poisson(double mean, int n)
{
    return exp(-mean + n * log(mean) - lgamma(n + 1.0));
}

/* one detector alone clicks, for light of two intensities whose phase is random: a mean over the phase by the midpoint rule */
static double lone_click(const kh_cal2019_setting *s, double mu_a, double mu_b)
{
    enum { N_PHASES = 64 };
    double at_a = s->light->eta_a * mu_a, at_b = s->light->eta_b * mu_b, sum = 0.0;
    for (int i = 0; i < N_PHASES; i++) {
        double swing = sqrt(at_a * at_b) * cos(2.0 * PI * (i + 0.5) / N_PHASES), mean = 0.5 * (at_a + at_b);
        double silent = (1.0 - s->dark_per_gate) * exp(-(mean - swing));
        sum += silent * (1.0 - (1.0 - s->dark_per_gate) * exp(-(mean + swing)));
    }
    return sum / N_PHASES;
}

static void yields_add_up_to_the_clicks_of_light(void **state)
{
    (void)state;
    const double cases[][3] = {{0.8, 0.3, 1e-3}, {1.0, 1.0, 0.0}, {1e-4, 2e-3, 1e-9}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kh_cal2019_light light = kh_cal2019_light_of(cases[i][0], cases[i][1]);
        kh_cal2019_setting s = {.light = &light, .dark_per_gate = cases[i][2]};
        double sum = 0.0;
        for (int n = 0; n <= KH_CAL2019_PHOTONS; n++)
            for (int m = 0; m <= KH_CAL2019_PHOTONS; m++)
                sum += poisson(0.3, n) * poisson(0.5, m) * kh_cal2019_yield(&s, n, m);
        assert_true(near(sum, lone_click(&s, 0.3, 0.5), 1e-9));
    }
}

static void two_photons_leave_together(void **state)
{
    (void)state;
    kh_cal2019_light light = kh_cal2019_light_of(1.0, 1.0);
    kh_cal2019_setting s = {.light = &light};
    assert_true(kh_cal2019_yield(&s, 0, 0) == 0.0);
    assert_true(near(kh_cal2019_yield(&s, 0, 1), 0.5, 1e-14));
    assert_true(near(kh_cal2019_yield(&s, 0, 2), 0.25, 1e-14));
    assert_true(near(kh_cal2019_yield(&s, 1, 1), 0.5, 1e-14)); /* Hong, Ou, Mandel */
    assert_true(near(kh_cal2019_yield(&s, 2, 2), 0.375, 1e-14));
    s.dark_per_gate = 1e-6;
    assert_true(near(kh_cal2019_yield(&s, 0, 0), 1e-6 * (1.0 - 1e-6), 1e-12));
}

static void clicks_have_the_fringes_of_two_beams(void **state)
{
    (void)state;
    kh_cal2019_light light = kh_cal2019_light_of(0.02, 0.02);
    kh_cal2019_setting s = {.light = &light, .misalignment = 0.03};
    kh_cal2019_clicks clicks = kh_cal2019_clicks_of(&s, 1e-3, 1e-3);
    assert_true(near(clicks.qber, 0.03, 1e-3));
    assert_true(near(clicks.gain, 4e-5, 1e-3));
    s.misalignment = 0.0;
    s.phase_noise = 0.2;
    assert_true(near(kh_cal2019_clicks_of(&s, 1e-3, 1e-3).qber, 0.5 * (1.0 - exp(-0.02)), 1e-3));
    s.phase_noise = 0.0;
    assert_true(kh_cal2019_clicks_of(&s, 1e-3, 1e-3).qber < 1e-12);
}

static void the_printed_weights_cost_one_percent(void **state)
{
    (void)state;
    const double efficiencies[] = {0.73, 0.77}, exact_bps[] = {1622.46, 1751.15};
    for (int i = 0; i < 2; i++) {
        kh_cal2019_light light = long_line(efficiencies[i]);
        kh_cal2019_setting s = over(&light);
        double used_hz = 5e8 * 0.999 * 0.999, exact = used_hz * kh_cal2019_key_of(&s, 0.015, 0.015).rate;
        s.pairs = KH_CAL2019_PAIRS_BERTAINA2024;
        double printed = used_hz * kh_cal2019_key_of(&s, 0.015, 0.015).rate;
        assert_true(near(exact, exact_bps[i], 1e-5));
        assert_true(exact > 1.01 * printed && exact < 1.011 * printed);
    }
}

static void more_known_pairs_give_more_key(void **state)
{
    (void)state;
    kh_cal2019_light light = long_line(0.73);
    kh_cal2019_setting s = over(&light);
    double before = -INFINITY;
    for (s.photons_known = 0; s.photons_known <= KH_CAL2019_PHOTONS; s.photons_known += 2) {
        double rate = kh_cal2019_key_of(&s, 0.02, 0.02).rate;
        assert_true(rate >= before);
        before = rate;
    }
    s.photons_known -= 4;
    assert_true(near(kh_cal2019_key_of(&s, 0.02, 0.02).rate, before, 1e-9)); /* and no more beyond */
}

static void no_light_gives_no_key(void **state)
{
    (void)state;
    kh_cal2019_light light = kh_cal2019_light_of(0.0, 0.0);
    kh_cal2019_setting s = {.light = &light, .ec_efficiency = 1.1, .photons_known = 2};
    kh_cal2019_key key = kh_cal2019_key_of(&s, 0.02, 0.02);
    assert_true(key.rate == 0.0 && key.clicks.gain == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yields_add_up_to_the_clicks_of_light), cmocka_unit_test(two_photons_leave_together),
        cmocka_unit_test(clicks_have_the_fringes_of_two_beams), cmocka_unit_test(the_printed_weights_cost_one_percent),
        cmocka_unit_test(more_known_pairs_give_more_key),       cmocka_unit_test(no_light_gives_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

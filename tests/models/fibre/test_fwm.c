/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four-wave mixing: one product by hand and by integrating the field, sums over combs, laws. */
#include "core/base/units.h"
#include "models/fibre/fwm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const kh_fwm_fibre standard = {
    .length_km = 25.0, .loss_per_km = 0.046, .gamma_per_w_km = 1.3, .dispersion_ps_nm_km = 17.0, .slope_ps_nm2_km = 0.06};

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

/* |integral of exp(-a z + i db z)|^2 over L_eff^2, by Simpson's rule */
static double efficiency_by_integration(const kh_fwm_fibre *f, double mismatch_per_km)
{
    enum { PIECES = 100000 };
    double step_km = f->length_km / PIECES, effective_km = -expm1(-f->loss_per_km * f->length_km) / f->loss_per_km;
    double real = 0.0, imaginary = 0.0;
    for (int i = 0; i <= PIECES; i++) {
        double weight = i == 0 || i == PIECES ? 1.0 : i % 2 == 1 ? 4.0 : 2.0, z_km = i * step_km;
        real += weight * exp(-f->loss_per_km * z_km) * cos(mismatch_per_km * z_km);
        imaginary += weight * exp(-f->loss_per_km * z_km) * sin(mismatch_per_km * z_km);
    }
    double share = hypot(real, imaginary) * step_km / 3.0 / effective_km;
    return share * share;
}

static void efficiency_is_the_integral_of_the_field(void **state)
{
    (void)state;
    for (double mismatch = 0.0; mismatch < 20.0; mismatch += 1.37)
        assert_true(is_near(kh_fwm_efficiency(&standard, mismatch, 0.0), efficiency_by_integration(&standard, mismatch), 1e-9));
    assert_true(is_near(kh_fwm_efficiency(&standard, 0.0, 0.0), 1.0, 1e-12));
}

static void one_product_is_as_in_the_formula(void **state)
{
    (void)state;
    const double freq_hz[] = {193.0e12, 193.1e12}, width_hz[] = {0.0, 0.0}, power_w[] = {1e-3, 2e-3};
    const kh_fwm_comb comb = {2, freq_hz, width_hz, power_w};
    const kh_fwm_band below = {192.9e12, 50e9}, above = {193.2e12, 50e9}, empty = {193.35e12, 50e9};
    const kh_fwm_waves waves = {193.0e12, 193.0e12, 193.1e12};
    double loss = standard.loss_per_km * standard.length_km, effective_km = (1.0 - exp(-loss)) / standard.loss_per_km;
    double efficiency = kh_fwm_efficiency(&standard, kh_fwm_mismatch_per_km(&standard, &waves), 0.0);
    double by_hand_w = efficiency * 9.0 / 9.0 * pow(1.3 * effective_km, 2.0) * 1e-3 * 1e-3 * 2e-3 * exp(-loss);
    assert_true(is_near(kh_fwm_power_w(&standard, &comb, &below), by_hand_w, 1e-12));
    const kh_fwm_waves other = {193.1e12, 193.1e12, 193.0e12};
    double ratio = kh_fwm_efficiency(&standard, kh_fwm_mismatch_per_km(&standard, &other), 0.0) / efficiency;
    assert_true(is_near(kh_fwm_power_w(&standard, &comb, &above), 2.0 * ratio * by_hand_w, 1e-12)); /* two of the stronger */
    assert_true(kh_fwm_power_w(&standard, &comb, &empty) == 0.0);
    /* 2 pi lambda^2 / c df^2 D at 100 GHz and 17 ps/(nm km): 8.56 /km */
    assert_true(is_near(kh_fwm_mismatch_per_km(&standard, &waves), 8.58, 0.01));
}

enum { CHANNELS = 20 };
typedef struct fixture {
    double freq_hz[CHANNELS], width_hz[CHANNELS], power_w[CHANNELS];
    kh_fwm_comb comb;
} fixture;

static void build(fixture *f, double width_hz, double power_w)
{
    for (int i = 0; i < CHANNELS; i++) {
        f->freq_hz[i] = 193e12 + i * 50e9;
        f->width_hz[i] = width_hz;
        f->power_w[i] = power_w;
    }
    f->comb = (kh_fwm_comb){CHANNELS, f->freq_hz, f->width_hz, f->power_w};
}

/* All triples, without any cleverness. */
static double sum_over_all(const fixture *f, double centre_hz, double band_hz)
{
    double sum = 0.0;
    for (size_t i = 0; i < CHANNELS; i++)
        for (size_t j = i; j < CHANNELS; j++)
            for (size_t k = 0; k < CHANNELS; k++) {
                double made_hz = f->freq_hz[i] + f->freq_hz[j] - f->freq_hz[k];
                if (k == i || k == j || fabs(made_hz - centre_hz) > 0.5 * band_hz)
                    continue;
                const kh_fwm_waves waves = {f->freq_hz[i], f->freq_hz[j], f->freq_hz[k]};
                double d = i == j ? 3.0 : 6.0;
                sum +=
                    d * d * pow(f->power_w[i], 3.0) * kh_fwm_efficiency(&standard, kh_fwm_mismatch_per_km(&standard, &waves), 0.0);
            }
    double loss = standard.loss_per_km * standard.length_km, effective_km = (1.0 - exp(-loss)) / standard.loss_per_km;
    return sum * pow(standard.gamma_per_w_km * effective_km / 3.0, 2.0) * exp(-loss);
}

static void a_comb_of_carriers_is_the_sum_over_all_triples(void **state)
{
    (void)state;
    fixture f;
    build(&f, 0.0, 1e-3);
    for (double at_hz = 192.05e12; at_hz < 195e12; at_hz += 0.1e12) {
        const kh_fwm_band band = {at_hz, 60e9};
        double expected_w = sum_over_all(&f, at_hz, 60e9);
        assert_true(fabs(kh_fwm_power_w(&standard, &f.comb, &band) - expected_w) <= 1e-9 * expected_w);
    }
}

static void spectra_lose_nothing_and_a_product_lands_where_it_should(void **state)
{
    (void)state;
    fixture f;
    build(&f, 32e9, 1e-3);
    const kh_fwm_band wide = {192.0e12, 10e12}, halves[] = {{189.5e12, 5e12}, {194.5e12, 5e12}};
    double both_w = kh_fwm_power_w(&standard, &f.comb, &halves[0]) + kh_fwm_power_w(&standard, &f.comb, &halves[1]);
    assert_true(is_near(both_w, kh_fwm_power_w(&standard, &f.comb, &wide), 1e-12));
}

static void mixing_grows_with_the_cube_of_power_and_falls_with_dispersion(void **state)
{
    (void)state;
    fixture one, two;
    build(&one, 32e9, 1e-3);
    build(&two, 32e9, 2e-3);
    const kh_fwm_band band = {194.1e12, 50e9};
    double reference_w = kh_fwm_power_w(&standard, &one.comb, &band), before_w = INFINITY;
    assert_true(is_near(kh_fwm_power_w(&standard, &two.comb, &band), 8.0 * reference_w, 1e-12));
    for (double d = 0.0; d <= 20.0; d += 4.0) {
        kh_fwm_fibre f = standard;
        f.dispersion_ps_nm_km = d;
        double now_w = kh_fwm_power_w(&f, &one.comb, &band);
        assert_true(now_w < before_w && now_w > 0.0);
        before_w = now_w;
    }
    one.comb.n = CHANNELS - 1;
    assert_true(kh_fwm_power_w(&standard, &one.comb, &band) < reference_w); /* fewer channels */
    one.comb.n = 0;
    assert_true(kh_fwm_power_w(&standard, &one.comb, &band) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(efficiency_is_the_integral_of_the_field),
        cmocka_unit_test(one_product_is_as_in_the_formula),
        cmocka_unit_test(a_comb_of_carriers_is_the_sum_over_all_triples),
        cmocka_unit_test(spectra_lose_nothing_and_a_product_lands_where_it_should),
        cmocka_unit_test(mixing_grows_with_the_cube_of_power_and_falls_with_dispersion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

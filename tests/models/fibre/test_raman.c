/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scattering against integrals along the fibre, and what must hold for any fibre. */
#include "core/base/rng.h"
#include "core/base/units.h"
#include "models/fibre/attenuation.h"
#include "models/fibre/raman.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double FIVE_POINTS[] = {-0.9061798459386640, -0.5384693101056831, 0.0, 0.5384693101056831, 0.9061798459386640};
static const double FIVE_WEIGHTS[] = {0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665,
                                      0.2369268850561891};

/* Light that is scattered at z, seen at the end it leaves by. */
static double scattered_at(const kh_raman_fibre *f, double z_km, int forward)
{
    double way_back_km = forward ? f->length_km - z_km : z_km;
    return exp(-f->light_loss_per_km * z_km - f->quantum_loss_per_km * way_back_km);
}

/* Gauss-Legendre on 400 pieces: shares nothing with the closed forms. */
static double integrate(const kh_raman_fibre *f, int forward)
{
    enum { PIECES = 400 };
    double sum = 0.0, half_km = 0.5 * f->length_km / PIECES;
    for (int piece = 0; piece < PIECES; piece++)
        for (int i = 0; i < 5; i++)
            sum += FIVE_WEIGHTS[i] * half_km * scattered_at(f, (2.0 * piece + 1.0 + FIVE_POINTS[i]) * half_km, forward);
    return sum;
}

static int is_near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static kh_raman_fibre draw_fibre(kh_rng *rng)
{
    kh_raman_fibre f = {.length_km = pow(10.0, 4.0 * kh_rng_uniform(rng) - 1.5),
                        .light_loss_per_km = 0.2 * kh_rng_uniform(rng),
                        .quantum_loss_per_km = 0.2 * kh_rng_uniform(rng)};
    return f;
}

static void closed_forms_are_the_integrals_along_the_fibre(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(5, "fibre", "loss");
    for (int i = 0; i < 300; i++) {
        kh_raman_fibre f = draw_fibre(&rng);
        if (i % 10 == 0)
            f.light_loss_per_km = f.quantum_loss_per_km * (1.0 + 1e-9 * (i % 3));
        assert_true(is_near(kh_raman_forward_km(&f), integrate(&f, 1), 1e-9));
        assert_true(is_near(kh_raman_backward_km(&f), integrate(&f, 0), 1e-9));
    }
}

static void backward_grows_with_length_and_saturates_and_is_never_below_forward(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(6, "fibre", "loss");
    for (int i = 0; i < 1000; i++) {
        kh_raman_fibre f = draw_fibre(&rng);
        f.light_loss_per_km = f.quantum_loss_per_km += 1e-3;
        double forward = kh_raman_forward_km(&f), backward = kh_raman_backward_km(&f);
        assert_true(backward >= forward * (1.0 - 1e-12) && forward > 0.0);
        f.length_km *= 1.5;
        double longer = kh_raman_backward_km(&f);
        assert_true(longer >= backward * (1.0 - 1e-12) && longer <= 1.0 / (2.0 * f.quantum_loss_per_km) * (1.0 + 1e-12));
    }
}

static void both_directions_are_alike_in_a_short_fibre(void **state)
{
    (void)state;
    kh_raman_fibre f = {.length_km = 1e-6, .light_loss_per_km = 0.05, .quantum_loss_per_km = 0.08};
    assert_true(is_near(kh_raman_forward_km(&f), 1e-6, 1e-6) && is_near(kh_raman_backward_km(&f), 1e-6, 1e-6));
    f.light_loss_per_km = f.quantum_loss_per_km = 0.0;
    f.length_km = 50.0;
    assert_true(kh_raman_forward_km(&f) == 50.0 && kh_raman_backward_km(&f) == 50.0);
}

static void forward_scattering_does_not_ask_which_loss_is_whose(void **state)
{
    (void)state;
    kh_raman_fibre f = {.length_km = 40.0, .light_loss_per_km = 0.045, .quantum_loss_per_km = 0.08};
    kh_raman_fibre swapped = {.length_km = 40.0, .light_loss_per_km = 0.08, .quantum_loss_per_km = 0.045};
    assert_true(is_near(kh_raman_forward_km(&f), kh_raman_forward_km(&swapped), 1e-13));
    assert_true(is_near(kh_raman_backward_km(&f), kh_raman_backward_km(&swapped), 1e-13));
}

static double coefficient_at(double light_nm, double quantum_nm, double temperature_k)
{
    const kh_raman_pair pair = {.light_hz = KH_LIGHT_M_PER_S / (light_nm * 1e-9),
                                .quantum_hz = KH_LIGHT_M_PER_S / (quantum_nm * 1e-9),
                                .temperature_k = temperature_k,
                                .area_um2 = 80.0};
    return kh_raman_coefficient_per_km_nm(&pair);
}

static void the_coefficient_is_that_of_measured_fibre_within_a_third(void **state)
{
    (void)state;
    /* rounded values of a measurement near 1550 nm; the O band is 30 to 35 dB lower */
    const double measured[][2] = {{1520, 2.6e-9}, {1530, 3.3e-9}, {1560, 4.9e-9}, {1580, 4.1e-9}};
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
        assert_true(is_near(coefficient_at(1550.0, measured[i][0], 298.0), measured[i][1], 0.3));
    double o_band_db = kh_db_from_linear(coefficient_at(1550.0, 1310.0, 298.0) / coefficient_at(1550.0, 1560.0, 298.0));
    assert_true(o_band_db < -30.0 && o_band_db > -36.0);
}

static void scattering_to_shorter_wavelengths_needs_heat(void **state)
{
    (void)state;
    double cold = coefficient_at(1550.0, 1460.0, 250.0), warm = coefficient_at(1550.0, 1460.0, 300.0);
    assert_true(warm > 1.2 * cold);
    assert_true(coefficient_at(1550.0, 1640.0, 300.0) < 1.1 * coefficient_at(1550.0, 1640.0, 250.0));
    /* detailed balance: one phonon more than what is there, against what is there */
    double shift_hz = KH_LIGHT_M_PER_S / 1460e-9 - KH_LIGHT_M_PER_S / 1550e-9;
    double down = coefficient_at(1460.0, 1550.0, 300.0) * pow(1550.0, 2.0) / (KH_LIGHT_M_PER_S / 1550e-9);
    double up = warm * pow(1460.0, 2.0) / (KH_LIGHT_M_PER_S / 1460e-9) * 1460.0 / 1550.0;
    assert_true(is_near(up / down, exp(-KH_PLANCK_JS * shift_hz / (1.380649e-23 * 300.0)), 1e-12));
}

static void next_to_the_light_the_coefficient_has_a_limit(void **state)
{
    (void)state;
    double near = coefficient_at(1550.0, 1550.01, 298.0), nearer = coefficient_at(1550.0, 1550.000001, 298.0);
    assert_true(nearer > 0.0 && is_near(near, nearer, 0.02));
    assert_true(coefficient_at(1550.0, 1550.0, 298.0) > 0.0 && coefficient_at(1550.0, 1250.0, 298.0) == 0.0);
}

static void loss_follows_physics_between_the_bands(void **state)
{
    (void)state;
    kh_fibre_type type = {.loss_db_per_km = 0.19, .loss_1310_db_per_km = 0.34};
    assert_true(kh_attenuation_above_1550_db_km(&type, 1550.0) == 0.0);
    assert_true(is_near(kh_attenuation_above_1550_db_km(&type, 1310.0), 0.15, 1e-12));
    assert_true(is_near(kh_attenuation_above_1550_db_km(NULL, 1310.0), 0.13, 1e-12));
    assert_true(kh_attenuation_above_1550_db_km(NULL, 1260.0) > kh_attenuation_above_1550_db_km(NULL, 1360.0));
    assert_true(fabs(kh_attenuation_above_1550_db_km(NULL, 1530.0)) < 0.003); /* the C band is flat */
    assert_true(kh_attenuation_above_1550_db_km(NULL, 1625.0) > 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms_are_the_integrals_along_the_fibre),
        cmocka_unit_test(backward_grows_with_length_and_saturates_and_is_never_below_forward),
        cmocka_unit_test(both_directions_are_alike_in_a_short_fibre),
        cmocka_unit_test(forward_scattering_does_not_ask_which_loss_is_whose),
        cmocka_unit_test(the_coefficient_is_that_of_measured_fibre_within_a_third),
        cmocka_unit_test(scattering_to_shorter_wavelengths_needs_heat),
        cmocka_unit_test(next_to_the_light_the_coefficient_has_a_limit),
        cmocka_unit_test(loss_follows_physics_between_the_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

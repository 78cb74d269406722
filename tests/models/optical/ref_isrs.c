/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The closed form with Raman scattering against a second algorithm: the coupled equations of the powers step by step along the
 * fibre, the mixing product of a pair of channels as the double integral of |integral of rho(z) exp(i B z) dz|^2 (generalised GN
 * model, spectrally separated, as GNPy computes it, with rectangular spectra). Few channels, as it is slow. */
#include "core/base/units.h"
#include "models/fibre/raman_gain.h"
#include "models/optical/optical_fibre.h"
#include "models/optical/optical_isrs.h"

#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CHANNELS = 8, STEPS = 400, MISMATCHES = 4000, ROWS = 24, OWN_ROWS = 200, COLUMNS = 300 };

static const double last_mismatch = 0.02; /* 1/m; beyond it only the two ends of the fibre count */

typedef struct setup {
    const kh_optical_fibre *fibre;
    kh_optical_comb comb;
    double power_w[CHANNELS];
} setup;

typedef struct profile {
    double rho[CHANNELS][STEPS + 1]; /* power over power at the input */
} profile;

/* --- powers along the fibre --- */

static double coupling(const setup *s, size_t i, size_t j)
{
    double f_i = s->comb.freq_hz[i], f_j = s->comb.freq_hz[j];
    double area = (kh_optical_fibre_area_m2(s->fibre, f_i) + kh_optical_fibre_area_m2(s->fibre, f_j)) / 2.0;
    if (f_j >= f_i)
        return kh_raman_gain_m_per_w(f_j, f_i) / area;
    return -kh_raman_gain_m_per_w(f_i, f_j) / area * f_i / f_j;
}

static void slope(const setup *s, const double *p, double *out)
{
    for (size_t i = 0; i < s->comb.n; i++) {
        double growth = -kh_optical_fibre_alpha_at_per_m(s->fibre, s->comb.freq_hz[i]);
        for (size_t j = 0; j < s->comb.n; j++)
            growth += coupling(s, i, j) * p[j];
        out[i] = growth * p[i];
    }
}

static void step(const setup *s, double h, double *p)
{
    double k[4][CHANNELS], at[CHANNELS];
    static const double share[4] = {0.0, 0.5, 0.5, 1.0};
    for (size_t stage = 0; stage < 4; stage++) {
        for (size_t i = 0; i < s->comb.n; i++)
            at[i] = p[i] + (stage == 0 ? 0.0 : share[stage] * h * k[stage - 1][i]);
        slope(s, at, k[stage]);
    }
    for (size_t i = 0; i < s->comb.n; i++)
        p[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
}

static void propagate(const setup *s, bool raman, profile *out)
{
    double p[CHANNELS], h = s->fibre->length_km * 1e3 / STEPS;
    for (size_t i = 0; i < s->comb.n; i++)
        p[i] = s->power_w[i];
    for (size_t z = 0; z <= STEPS; z++) {
        for (size_t i = 0; i < s->comb.n; i++)
            out->rho[i][z] =
                raman ? p[i] / s->power_w[i] : exp(-kh_optical_fibre_alpha_at_per_m(s->fibre, s->comb.freq_hz[i]) * h * (double)z);
        step(s, h, p);
    }
}

/* --- mixing products --- */

static double complex number(double real, double imaginary)
{
    return real + imaginary * (double complex)_Complex_I;
}

/* |integral of rho exp(i b z)|^2, rho straight between the points. */
static double mix(const double *rho, double h, double b)
{
    double t = b * h;
    double complex turn = cexp(number(0.0, t)), phase = 1.0, sum = 0.0;
    double complex low = t < 1e-3 ? number(0.5, t / 6.0) : (1.0 + number(0.0, t) - turn) / (t * t);
    double complex high = t < 1e-3 ? number(0.5, t / 3.0) : (turn * (1.0 - number(0.0, t)) - 1.0) / (t * t);
    for (size_t z = 0; z < STEPS; z++, phase *= turn)
        sum += phase * h * (rho[z] * low + rho[z + 1] * high);
    return creal(sum * conj(sum));
}

static void tabulate(const double *rho, double h, double *table)
{
    for (size_t k = 0; k <= MISMATCHES; k++)
        table[k] = mix(rho, h, last_mismatch * (double)k / MISMATCHES);
}

static double look_up(const double *table, const double *rho, double b)
{
    if (b >= last_mismatch)
        return (rho[0] * rho[0] + rho[STEPS] * rho[STEPS]) / (b * b);
    double at = b / last_mismatch * MISMATCHES;
    size_t k = (size_t)at;
    return table[k] + (at - (double)k) * (table[k + 1] - table[k]);
}

/* Over f2 - f in (0, half]: points close to 0, where the waves mix best, and far apart away from it. */
static double integrate_column(const setup *s, const double *table, const double *rho, size_t i, size_t k, double u)
{
    double b2 = fabs(kh_optical_fibre_beta2_s2_m(s->fibre, s->comb.freq_hz[i]) +
                     kh_optical_fibre_beta2_s2_m(s->fibre, s->comb.freq_hz[k])) /
                2.0;
    double f1 = s->comb.freq_hz[k] - s->comb.freq_hz[i] + u, sum = 0.0;
    for (int side = -1; side <= 1; side += 2) { /* f1 + f2 - f stays in the interferer */
        double most = fmin(s->comb.baud_hz[i] / 2.0, s->comb.baud_hz[k] / 2.0 - side * u), before = 0.0, value_before = 0.0;
        for (size_t c = 0; c <= COLUMNS; c++) {
            double f2 = most * sinh(12.0 * (double)c / COLUMNS) / sinh(12.0);
            double value = look_up(table, rho, 4.0 * KH_PI * KH_PI * b2 * fabs(f1) * f2);
            sum += c == 0 ? 0.0 : (value + value_before) / 2.0 * (f2 - before);
            before = f2;
            value_before = value;
        }
    }
    return sum;
}

/* Middle of each row of f1; the own channel needs rows near 0 too. */
static double integrate_pair(const setup *s, const double *table, const double *rho, size_t i, size_t k)
{
    double half = s->comb.baud_hz[k] / 2.0, sum = 0.0, power = i == k ? 3.0 : 1.0;
    int rows = i == k ? OWN_ROWS : ROWS;
    for (int r = 0; r < rows; r++) {
        double low = half * pow((double)r / rows, power), high = half * pow((double)(r + 1) / rows, power);
        for (int side = -1; side <= 1; side += 2)
            sum += integrate_column(s, table, rho, i, k, side * (low + high) / 2.0) * (high - low);
    }
    return sum;
}

static void interfere_by_integrals(const setup *s, const profile *power, double *nli_w)
{
    static double table[MISMATCHES + 2];
    double h = s->fibre->length_km * 1e3 / STEPS;
    for (size_t i = 0; i < s->comb.n; i++)
        nli_w[i] = 0.0;
    for (size_t k = 0; k < s->comb.n; k++) {
        tabulate(power->rho[k], h, table);
        for (size_t i = 0; i < s->comb.n; i++) {
            double gamma = kh_optical_fibre_gamma_per_w_m(s->fibre, s->comb.freq_hz[i]), baud = s->comb.baud_hz[k];
            nli_w[i] += (i == k ? 16.0 : 32.0) / 27.0 * gamma * gamma * s->power_w[i] * s->power_w[k] * s->power_w[k] /
                        (baud * baud) * integrate_pair(s, table, power->rho[k], i, k);
        }
    }
}

/* --- comparisons --- */

typedef struct differences {
    double least_db, most_db; /* interference, closed form over integrals */
    double power_db;          /* largest of the power at the end */
} differences;

static differences compare(const setup *s, bool raman)
{
    kh_arena *arena = kh_arena_create(0);
    kh_optical_isrs *isrs = kh_optical_isrs_create(arena);
    static profile power;
    double nli_w[CHANNELS], gain[CHANNELS], wanted_w[CHANNELS];
    kh_optical_span span = {.fibre = s->fibre, .power_w = s->power_w, .raman = raman, .nli_w = nli_w, .gain = gain};
    assert_non_null(isrs);
    assert_int_equal(kh_optical_isrs_bind(isrs, &s->comb, NULL), KH_OK);
    assert_int_equal(kh_optical_isrs_compute(isrs, &span, NULL), KH_OK);
    propagate(s, raman, &power);
    interfere_by_integrals(s, &power, wanted_w);
    double loss = exp(-kh_optical_fibre_alpha_per_m(s->fibre) * s->fibre->length_km * 1e3);
    differences d = {.least_db = (double)INFINITY, .most_db = -(double)INFINITY};
    for (size_t i = 0; i < s->comb.n; i++) {
        double db = kh_db_from_linear(nli_w[i] / wanted_w[i]);
        d.least_db = fmin(d.least_db, db);
        d.most_db = fmax(d.most_db, db);
        d.power_db = fmax(d.power_db, fabs(kh_db_from_linear(gain[i] * loss / power.rho[i][STEPS])));
    }
    print_message("interference %+.3f to %+.3f dB, power %.4f dB\n", d.least_db, d.most_db, d.power_db);
    kh_arena_destroy(arena);
    return d;
}

static double freq_hz[CHANNELS], baud_hz[CHANNELS], slot_hz[CHANNELS];

/* Channels all over both bands, some of them neighbours. */
static setup make_setup(const kh_optical_fibre *fibre, double power_dbm)
{
    static const double thz[CHANNELS] = {186.15, 186.2, 188.5, 190.9, 190.95, 193.3, 195.65, 195.7};
    setup s = {.fibre = fibre, .comb = {.n = CHANNELS, .freq_hz = freq_hz, .baud_hz = baud_hz, .slot_hz = slot_hz}};
    for (size_t i = 0; i < CHANNELS; i++) {
        freq_hz[i] = thz[i] * 1e12;
        baud_hz[i] = 32e9;
        slot_hz[i] = 50e9;
        s.power_w[i] = kh_watt_from_dbm(power_dbm);
    }
    return s;
}

static const kh_optical_fibre ssmf = {
    .length_km = 80, .attenuation_db_km = 0.2, .dispersion_ps_nm_km = 16.7, .effective_area_um2 = 83};

static void without_raman_scattering(void **state)
{
    (void)state;
    setup s = make_setup(&ssmf, 0);
    differences d = compare(&s, false);
    assert_true(d.least_db > -0.02 && d.most_db < 0.02 && d.power_db < 1e-9);
}

/* 13.8 dBm in each of 8 channels are as much as 0 dBm in each of 192; with twice as much the tilt is about 8 dB. */
static void with_the_power_of_a_full_comb(void **state)
{
    (void)state;
    setup s = make_setup(&ssmf, 13.8);
    differences d = compare(&s, true);
    assert_true(d.least_db > -0.03 && d.most_db < 0.03 && d.power_db < 0.001);
    s = make_setup(&ssmf, 16.8);
    d = compare(&s, true);
    assert_true(d.least_db > -0.07 && d.most_db < 0.11 && d.power_db < 0.02);
}

/* Standard fibre loses 0.02 dB/km more at the low end of the L band than at 1550 nm. */
static void with_the_spectrum_of_attenuation(void **state)
{
    (void)state;
    kh_optical_fibre fibre = ssmf;
    fibre.spectral = true;
    setup s = make_setup(&fibre, 13.8);
    differences d = compare(&s, false);
    assert_true(d.least_db > -0.02 && d.most_db < 0.02 && d.power_db < 1e-9);
    d = compare(&s, true);
    assert_true(d.least_db > -0.02 && d.most_db < 0.06 && d.power_db < 0.02);
}

/* The narrowest channel, 16 GBd, is the one that differs. */
static void with_mixed_symbol_rates_and_low_dispersion(void **state)
{
    (void)state;
    kh_optical_fibre low = {.length_km = 60, .attenuation_db_km = 0.21, .dispersion_ps_nm_km = 4.2, .effective_area_um2 = 72};
    setup s = make_setup(&low, 13);
    s.comb.baud_hz[2] = 130e9;
    s.comb.baud_hz[4] = 64e9;
    s.comb.freq_hz[4] = 190.96e12;
    s.comb.baud_hz[6] = 16e9;
    differences d = compare(&s, true);
    assert_true(d.least_db > -0.03 && d.most_db < 0.16 && d.power_db < 0.001);
}

/* With so few channels the channel upon itself is most of it; its share of the endless fibre is what differs. */
static void in_short_spans(void **state)
{
    (void)state;
    static const struct {
        double length_km, baud_hz, least_db, most_db;
    } spans[] = {
        {10, 32e9, 0.0, 0.65}, {20, 32e9, 0.0, 0.28}, {20, 130e9, -0.19, 0.0}, {40, 32e9, 0.0, 0.06}, {40, 130e9, -0.06, 0.0}};
    for (size_t k = 0; k < sizeof spans / sizeof spans[0]; k++) {
        kh_optical_fibre fibre = ssmf;
        fibre.length_km = spans[k].length_km;
        setup s = make_setup(&fibre, 0);
        static const double thz[CHANNELS] = {186.15, 186.35, 188.5, 190.9, 191.1, 193.3, 195.5, 195.7};
        for (size_t i = 0; i < CHANNELS; i++) {
            s.comb.freq_hz[i] = thz[i] * 1e12;
            s.comb.baud_hz[i] = spans[k].baud_hz;
        }
        differences d = compare(&s, false);
        assert_true(d.least_db > spans[k].least_db && d.most_db < spans[k].most_db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_raman_scattering),
        cmocka_unit_test(with_the_power_of_a_full_comb),
        cmocka_unit_test(with_the_spectrum_of_attenuation),
        cmocka_unit_test(in_short_spans),
        cmocka_unit_test(with_mixed_symbol_rates_and_low_dispersion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/cal2019.h"

#include "models/qkd/entropy.h"

#include <math.h>

enum { N_PHOTONS = 40 }; /* of a cat state of at most one photon on average: the rest is below rounding */

static double fringe_visibility(const kh_cal2019_setting *s)
{
    return (1.0 - 2.0 * s->misalignment) * exp(-0.5 * s->phase_noise * s->phase_noise);
}

kh_cal2019_clicks kh_cal2019_clicks_of(const kh_cal2019_setting *s, double alpha2_a, double alpha2_b)
{
    double at_a = s->light->eta_a * alpha2_a, at_b = s->light->eta_b * alpha2_b;
    double mean = 0.5 * (at_a + at_b), swing = sqrt(at_a * at_b) * fringe_visibility(s);
    /* a lit detector clicks while the other is silent: e^-(mean - swing) less "both silent", written without cancellation */
    double lone = (1.0 - s->dark_per_gate) * exp(-2.0 * mean);
    double right = lone * (expm1(mean + swing) + s->dark_per_gate);
    double wrong = lone * (expm1(mean - swing) + s->dark_per_gate);
    return (kh_cal2019_clicks){
        .gain = right + wrong, .qber = wrong / (right + wrong), .click = -expm1(2.0 * log1p(-s->dark_per_gate) - 2.0 * mean)};
}

/* ln (1 - loss)^n, also where nothing is left */
static double ln_power(double eta, int n)
{
    return n == 0 ? 0.0 : n * log1p(-eta);
}

/* n! m! / ((n-k)! (m-k)! k!^2): ways to pick k photons of each that interfere */
static double ways(int n, int m, int k)
{
    double product = 1.0;
    for (int i = 0; i < k; i++)
        product *= (double)(n - i) * (m - i) / ((i + 1.0) * (i + 1.0));
    return product;
}

/* The generating function of "the other detector is silent" is exp(-(eta_a x + eta_b y)/2) I0(sqrt(eta_a eta_b x y)), that of "both
 * are silent" exp(-eta_a x - eta_b y): x^n y^m of each gives the probabilities for photons that are counted. */
static double lone_light(double eta_a, double eta_b, int n, int m)
{
    double ln_half = ln_power(0.5 * eta_a, n) + ln_power(0.5 * eta_b, m);
    double sum = -exp(ln_half) * expm1(ln_power(eta_a, n) + ln_power(eta_b, m) - ln_half);
    for (int k = 1; k <= n && k <= m; k++)
        sum += ways(n, m, k) * exp(ln_power(0.5 * eta_a, n - k) + ln_power(0.5 * eta_b, m - k)) * pow(0.25 * eta_a * eta_b, k);
    return sum;
}

kh_cal2019_light kh_cal2019_light_of(double eta_a, double eta_b)
{
    kh_cal2019_light light = {.eta_a = eta_a, .eta_b = eta_b};
    for (int n = 0; n <= KH_CAL2019_PHOTONS; n++)
        for (int m = 0; m <= KH_CAL2019_PHOTONS; m++) {
            light.lone[n][m] = lone_light(eta_a, eta_b, n, m);
            light.silent[n][m] = exp(ln_power(eta_a, n) + ln_power(eta_b, m));
        }
    return light;
}

double kh_cal2019_yield(const kh_cal2019_setting *s, int n, int m)
{
    return (1.0 - s->dark_per_gate) * (s->light->lone[n][m] + s->dark_per_gate * s->light->silent[n][m]);
}

/* |amplitude| of n photons in a coherent state: c[n] of eq. (B5), even n for one cat state, odd n for the other */
static void weigh(double alpha2, double c[N_PHOTONS])
{
    c[0] = exp(-0.5 * alpha2);
    for (int n = 1; n < N_PHOTONS; n++)
        c[n] = c[n - 1] * sqrt(alpha2 / n);
}

static double sum_of_parity(const double *c, int parity, int n_max)
{
    double sum = 0.0;
    for (int n = parity; n <= n_max; n += 2)
        sum += c[n];
    return sum;
}

static double known_exact(const kh_cal2019_setting *s, const double *a, const double *b, int parity)
{
    double sum = 0.0;
    for (int n = parity; n <= s->photons_known; n += 2)
        for (int m = parity; m <= s->photons_known; m += 2)
            sum += a[n] * b[m] * sqrt(kh_cal2019_yield(s, n, m));
    return sum;
}

static double known_bertaina2024(const kh_cal2019_setting *s, double alpha2, int parity)
{
    double t = s->light->eta_a, out = 1.0 - t, p = s->dark_per_gate, vacuum = exp(-alpha2);
    double overlap = (1.0 - 2.0 * s->misalignment) * (1.0 - 2.0 * s->misalignment);
    double lone_02 = t * out + 0.25 * t * t;
    double lone_11 = t * out + 0.25 * t * t * overlap;
    double lone_22 =
        2.0 * t * pow(out, 3) + 0.25 * t * t * out * out * (2.0 + 4.0 * (1.0 + overlap)) + 7.5 * pow(t, 3) * out + 6.0 * pow(t, 4);
    if (parity == 1)
        return vacuum * alpha2 * sqrt((1.0 - p) * (p * out * out + lone_11));
    return vacuum * sqrt((1.0 - p) * p) + sqrt(2.0) * alpha2 * sqrt((1.0 - p) * (p * out * out + lone_02)) +
           0.5 * alpha2 * alpha2 * sqrt((1.0 - p) * (p * pow(out, 4) + lone_22));
}

/* eq. (B5): half of the phase error's gain, for one detector */
static double phase_error_gain(const kh_cal2019_setting *s, double alpha2_a, double alpha2_b)
{
    double a[N_PHOTONS], b[N_PHOTONS], gain = 0.0;
    weigh(alpha2_a, a);
    weigh(alpha2_b, b);
    for (int parity = 0; parity < 2; parity++) {
        double all = sum_of_parity(a, parity, N_PHOTONS - 1) * sum_of_parity(b, parity, N_PHOTONS - 1);
        double known = sum_of_parity(a, parity, s->photons_known) * sum_of_parity(b, parity, s->photons_known);
        double weighed =
            s->pairs == KH_CAL2019_PAIRS_EXACT ? known_exact(s, a, b, parity) : known_bertaina2024(s, alpha2_a, parity);
        double amplitude = weighed + fmax(0.0, all - known);
        gain += amplitude * amplitude;
    }
    return gain;
}

kh_cal2019_key kh_cal2019_key_of(const kh_cal2019_setting *s, double alpha2_a, double alpha2_b)
{
    kh_cal2019_key key = {.clicks = kh_cal2019_clicks_of(s, alpha2_a, alpha2_b)};
    double gain = key.clicks.gain;
    key.phase_error = gain > 0.0 ? fmin(0.5, phase_error_gain(s, alpha2_a, alpha2_b) / (0.5 * gain)) : 0.5;
    double leak = s->ec_efficiency * kh_entropy_of_error(key.clicks.qber);
    key.rate = gain > 0.0 ? gain * (1.0 - leak - kh_entropy_of_error(key.phase_error)) : 0.0;
    return key;
}

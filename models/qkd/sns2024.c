/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/sns2024.h"

#include "models/qkd/entropy.h"

#include <math.h>

double kh_sns2024_click(const kh_sns2024_setting *s, double m)
{
    return -expm1(2.0 * log1p(-s->dark_per_gate) - s->transmittance * m);
}

double kh_sns2024_error(const kh_sns2024_setting *s, double m)
{
    double dephased = -0.5 * expm1(-0.5 * s->phase_noise * s->phase_noise);
    double wrong = fmin(0.5, s->misalignment + dephased);
    return s->dark_per_gate - (wrong - s->dark_per_gate) * expm1(-s->transmittance * m);
}

/* what decoys tell of single photons */
typedef struct single {
    double yield, error;
} single;

static single bound_single(const kh_sns2024_setting *s, const kh_sns2024_choice *c)
{
    double u = c->u, v = c->v, w = c->w;
    double of_u = kh_sns2024_click(s, u) * exp(u), of_v = kh_sns2024_click(s, v) * exp(v), of_w = kh_sns2024_click(s, w) * exp(w);
    double vacuum = (v * of_w - w * of_v) / (v - w);
    double yield = (u * u * (of_v - of_w) - (v * v - w * w) * (of_u - vacuum)) / (u * (u - v - w) * (v - w));
    double wrong = (kh_sns2024_error(s, v) * exp(v) - kh_sns2024_error(s, w) * exp(w)) / (v - w);
    return (single){yield, yield > 0.0 ? fmin(0.5, wrong / yield) : 0.5};
}

kh_sns2024_key kh_sns2024_key_of(const kh_sns2024_setting *s, const kh_sns2024_choice *c)
{
    double signal = 0.5 * c->u, idle = 0.5 * c->w, one = c->send * (1.0 - c->send);
    double by_one = one * kh_sns2024_click(s, signal + idle);
    double by_both = c->send * c->send * kh_sns2024_click(s, 2.0 * signal);
    double by_none = (1.0 - c->send) * (1.0 - c->send) * kh_sns2024_click(s, 2.0 * idle);
    double zeros = by_both + by_one, ones = by_none + by_one;
    double pairs = 1.0 / fmax(zeros, ones); /* the scarcer bits find a partner: min / (zeros ones) */
    double wrong = by_both * by_none * pairs, right = by_one * by_one * pairs;
    single photon = bound_single(s, c);
    double untagged = one * (signal + idle) * exp(-signal - idle) * fmax(0.0, photon.yield);
    double phase_error = 2.0 * photon.error * (1.0 - photon.error);
    kh_sns2024_key key = {.paired = wrong + right, .qber = wrong / (wrong + right), .click = zeros + ones};
    double secret = untagged * untagged * pairs * (1.0 - kh_entropy_of_error(phase_error));
    key.rate = secret - s->ec_efficiency * key.paired * kh_entropy_of_error(key.qber);
    return key;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/mdi2016.h"

#include "models/num/bessel.h"
#include "models/num/golden.h"
#include "models/qkd/chernoff.h"
#include "models/qkd/entropy.h"

#include <math.h>
#include <stdbool.h>

enum { U = KH_MDI2016_U, V = KH_MDI2016_V, W = KH_MDI2016_W, O = KH_MDI2016_VACUUM };
static const double N_EPS = 77.0; /* see the header */

typedef struct work {
    const kh_mdi2016_choice *c;
    const kh_mdi2016_gains *gains;
    double pulses;
    double beta; /* ln(1/eps), 0 for an endless block */
} work;

static void find_test_gain(const kh_mdi2012_setting *s, double mu_a, double mu_b, double *gain, double *wrong)
{
    double a = s->eta_a * mu_a, b = s->eta_b * mu_b;
    double dim = (1.0 - s->dark_per_gate) * exp(-0.25 * (a + b));
    double half = kh_bessel_i0_minus_one(0.5 * sqrt(a * b)), whole = kh_bessel_i0_minus_one(sqrt(a * b));
    double seen = -expm1(log1p(-s->dark_per_gate) - 0.25 * (a + b)); /* 1 - dim without cancellation */
    double at_odds = 2.0 * dim * dim * (seen * seen - 2.0 * dim * half), agreed = at_odds + 2.0 * dim * dim * whole;
    *gain = agreed + at_odds;
    *wrong = s->misalignment * agreed + (1.0 - s->misalignment) * at_odds;
}

kh_mdi2016_gains kh_mdi2016_gains_of(const kh_mdi2012_setting *channel, const kh_mdi2016_choice *c)
{
    kh_mdi2016_gains gains = {0};
    for (int a = V; a <= O; a++)
        for (int b = V; b <= O; b++) {
            double wrong;
            find_test_gain(channel, c->mu_a[a], c->mu_b[b], &gains.test[a][b], &wrong);
            if (a == W && b == W)
                gains.wrong_ww = wrong;
        }
    kh_mdi2012_key key = kh_mdi2012_key_of(channel, c->mu_a[U], c->mu_b[U]);
    gains.key_uu = key.gain;
    gains.qber = key.qber;
    gains.key_ou = kh_mdi2012_key_of(channel, 0.0, c->mu_b[U]).gain;
    return gains;
}

static double sent(const work *w, int a, int b)
{
    return w->pulses * w->c->p[a] * w->c->p[b];
}

/* a count of the test basis, weighted so that its expectation is exp(a + b) times its gain, times a factor */
static kh_weighted_count part_of(const work *w, int a, int b, double factor)
{
    double n = sent(w, a, b);
    return (kh_weighted_count){factor * exp(w->c->mu_a[a] + w->c->mu_b[b]) / n, n * w->gains->test[a][b]};
}

typedef struct range {
    double low, high;
} range;

/* H: what pairs with a vacuum on one side or both add to w and w, times exp(w_a + w_b) */
static range vacuum_part(const work *w)
{
    kh_weighted_count sides[2] = {part_of(w, W, O, 1.0), part_of(w, O, W, 1.0)}, both = part_of(w, O, O, 1.0);
    double low = kh_chernoff_sum_below(sides, 2, w->beta), high = kh_chernoff_sum_above(sides, 2, w->beta);
    range h = {low - kh_chernoff_sum_above(&both, 1, w->beta), high - kh_chernoff_sum_below(&both, 1, w->beta)};
    h.low = fmax(h.low, 0.0);
    h.high = fmax(h.high, h.low);
    return h;
}

/* what does not depend on H: yield s_11 = (gains - slope H) / divisor, errors t_11 = (errors - H/2) / (w_a w_b) */
typedef struct bounds {
    double gains, slope, divisor, errors;
    range vacuum;
} bounds;

/* Decoys of the user first whose ratio v/w is the smaller one: then all terms but the wanted one have the right sign. */
static bounds bound_singles(const work *w)
{
    const double *a = w->c->mu_a, *b = w->c->mu_b;
    bool a_first = a[V] * b[W] <= b[V] * a[W];
    const double *x = a_first ? a : b, *y = a_first ? b : a;
    double of_w = x[V] * x[V] * y[V], of_v = x[W] * x[W] * y[W];
    kh_weighted_count errors = part_of(w, W, W, 1.0), right = part_of(w, W, W, of_w);
    errors.count = sent(w, W, W) * w->gains->wrong_ww;
    right.count -= errors.count;
    double errors_above = kh_chernoff_sum_above(&errors, 1, w->beta);
    kh_weighted_count plus[3] = {right, part_of(w, V, O, of_v), part_of(w, O, V, of_v)};
    kh_weighted_count minus[2] = {part_of(w, V, V, of_v), part_of(w, O, O, of_v)};
    return (bounds){.gains =
                        kh_chernoff_sum_below(plus, 3, w->beta) - kh_chernoff_sum_above(minus, 2, w->beta) + of_w * errors_above,
                    .slope = of_w,
                    .divisor = x[V] * x[W] * y[V] * y[W] * (x[V] - x[W]),
                    .errors = errors_above,
                    .vacuum = vacuum_part(w)};
}

typedef struct secret {
    double single, phase_error, bits;
} secret;

/* what single photons give when the vacuum part is @p vacuum */
static secret secret_at(const work *w, const bounds *b, double vacuum)
{
    const kh_mdi2016_choice *c = w->c;
    double yield = (b->gains - b->slope * vacuum) / b->divisor;
    double in_key = sent(w, U, U) * c->mu_a[U] * c->mu_b[U] * exp(-c->mu_a[U] - c->mu_b[U]);
    double seen = sent(w, U, U) * w->gains->key_uu; /* no more than that, whatever the rounding */
    double single = fmin(seen, kh_chernoff_observed_below(in_key * fmax(yield, 0.0), w->beta));
    double wrong = fmax(0.0, b->errors - 0.5 * vacuum) / (c->mu_a[W] * c->mu_b[W]);
    if (single <= 0.0 || wrong >= 0.5 * yield)
        return (secret){fmax(single, 0.0), 0.5, 0.0};
    double phase_error = kh_chernoff_observed_above(single * wrong / yield, w->beta) / single;
    return (secret){single, phase_error, single * (1.0 - kh_entropy_of_error(phase_error))};
}

typedef struct valley {
    const work *w;
    const bounds *b;
} valley;

static double bits_at(double vacuum, const void *context)
{
    const valley *v = (const valley *)context;
    return secret_at(v->w, v->b, vacuum).bits;
}

static secret worse(secret a, secret b)
{
    return b.bits < a.bits ? b : a;
}

/* The bits are a convex function of the vacuum part (a perspective of 1 - h): the least of them lies at an end or in the valley. */
static secret worst_secret(const work *w, const bounds *b)
{
    enum { N_STEPS = 24 };
    const double ends[2] = {b->vacuum.low, b->vacuum.high};
    const valley v = {w, b};
    secret worst = worse(secret_at(w, b, ends[0]), secret_at(w, b, ends[1]));
    if (worst.bits > 0.0 && ends[1] > ends[0])
        worst = worse(worst, secret_at(w, b, kh_golden_minimum(bits_at, &v, ends, N_STEPS)));
    return worst;
}

/* key-basis detections with a vacuum of A: their bits are unknown to Eve */
static double vacuum_bits(const work *w)
{
    const kh_mdi2016_choice *c = w->c;
    double expected = kh_chernoff_expected_below(sent(w, O, U) * w->gains->key_ou, w->beta);
    return kh_chernoff_observed_below(expected * exp(-c->mu_a[U]) * c->p[U] / c->p[O], w->beta);
}

kh_mdi2016_block kh_mdi2016_key(const kh_mdi2016_setting *setting, const kh_mdi2016_choice *choice, const kh_mdi2016_gains *gains,
                                double n_key)
{
    bool endless = isinf(n_key);
    double eps = setting->eps_sec / N_EPS, n = endless ? 1.0 : n_key;
    kh_mdi2016_choice c = *choice;
    for (int i = 0; endless && i < 4; i++)
        c.p[i] = 1.0;
    work w = {.c = &c, .gains = gains, .pulses = n / (c.p[U] * c.p[U] * gains->key_uu), .beta = endless ? 0.0 : -log(eps)};
    bounds b = bound_singles(&w);
    secret worst = worst_secret(&w, &b);
    double overhead = endless ? 0.0 : log2(8.0 / setting->eps_cor) + 2.0 * log2(2.0 / (eps * eps)) + 2.0 * log2(0.5 / eps);
    double leak = setting->ec_efficiency * n * kh_entropy_of_error(gains->qber);
    return (kh_mdi2016_block){.key_bits = vacuum_bits(&w) + worst.bits - leak - overhead,
                              .n_key = n,
                              .pulses = w.pulses,
                              .qber = gains->qber,
                              .single = worst.single,
                              .phase_error = worst.phase_error};
}

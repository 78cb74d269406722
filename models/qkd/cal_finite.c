/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/cal_finite.h"

#include "models/num/bessel.h"
#include "models/qkd/concentration.h"
#include "models/qkd/entropy.h"

#include <math.h>
#include <stdbool.h>

enum { N_PHOTONS = 7, N_DECOYS = KH_CAL_DECOYS }; /* pairs of up to 6 photons are bounded one by one */

/* one bound up and down for each pair of intensities, one for the count of phase errors */
static const double N_TAILS = 2.0 * N_DECOYS * N_DECOYS + 1.0;

/* Detections of each pair of intensities, freed of their weights: sum over n, m of y_nm mu_i^n mu_j^m / (n! m!), where y_nm is the
 * sum over all rounds of the probability that n and m photons click. Bounds of it. */
typedef struct sums {
    double low[N_DECOYS][N_DECOYS], high[N_DECOYS][N_DECOYS];
} sums;

/* Two sets of weights of the intensities such that the weighted sum is at least y_n, whatever the other yields are. */
typedef struct weights {
    double of[2][N_DECOYS];
} weights;

typedef struct side {
    double alpha2, mu[N_DECOYS];
    double amplitude[N_PHOTONS]; /* of the cat states */
    weights weights[N_PHOTONS];
} side;

/* h_k(x_0, ..., x_last): the sum of all products of k factors */
static double complete_polynomial(const double *x, int last, int k)
{
    double h[N_PHOTONS] = {1.0};
    for (int i = 0; i <= last; i++)
        for (int j = 1; j <= k; j++)
            h[j] += x[i] * h[j - 1];
    return h[k];
}

/* The divided difference over intensities of sum y_k mu^k / k! is sum y_k h_(k-q)(mu) / k!, q the number of intensities less one:
 * no yield below q, no negative weight above it. So y_n <= n! difference / h_(n-q). The weakest q + 1 intensities serve. */
static void weigh_by_differences(const double *mu, int n, double factorial, double *weight)
{
    int q = n < N_DECOYS ? n : N_DECOYS - 1;
    const double *used = mu + (N_DECOYS - 1 - q);
    double scale = factorial / complete_polynomial(used, q, n - q);
    for (int i = 0; i < N_DECOYS; i++)
        weight[i] = 0.0;
    for (int i = 0; i <= q; i++) {
        double product = scale;
        for (int j = 0; j <= q; j++)
            if (j != i)
                product /= used[i] - used[j];
        weight[N_DECOYS - 1 - q + i] = product;
    }
}

/* Lagrange's polynomial of all intensities at 0: y_0 and, with a product of the three of them in front, yields from y_3 on. */
static void weigh_by_extrapolation(const double *mu, double *weight)
{
    for (int i = 0; i < N_DECOYS; i++) {
        weight[i] = 1.0;
        for (int j = 0; j < N_DECOYS; j++)
            if (j != i)
                weight[i] *= mu[j] / (mu[j] - mu[i]);
    }
}

static side prepare(double alpha2, const double *mu, double share)
{
    side s = {.alpha2 = alpha2 * share};
    for (int i = 0; i < N_DECOYS; i++)
        s.mu[i] = mu[i] * share;
    double factorial = 1.0, power = 1.0;
    for (int n = 0; n < N_PHOTONS; n++) {
        s.amplitude[n] = n == 0 ? exp(-0.5 * s.alpha2) : s.amplitude[n - 1] * sqrt(s.alpha2 / n);
        weigh_by_differences(s.mu, n, factorial, s.weights[n].of[0]);
        if (n == 0)
            weigh_by_extrapolation(s.mu, s.weights[n].of[1]);
        else /* the strongest intensity alone: y_n <= n! sum / mu^n */
            s.weights[n].of[1][0] = factorial / power;
        factorial *= n + 1.0;
        power *= s.mu[0];
    }
    return s;
}

/* a click of phase-randomised light, one detector alone */
static double decoy_gain(const kh_cal2019_setting *s, double at_a, double at_b)
{
    double mean = 0.5 * (at_a + at_b), p = s->dark_per_gate;
    double lone = kh_bessel_i0_minus_one(sqrt(at_a * at_b)) + p - (1.0 - p) * expm1(-mean); /* I_0 - (1 - p) e^-mean */
    return 2.0 * (1.0 - p) * exp(-mean) * lone;
}

typedef struct amount {
    double pulses, tail; /* pulses 0: no fluctuations, all per pulse */
} amount;

static void bound_sum(double gain, double share, amount of, double *low, double *high)
{
    double count = of.pulses * share * gain;
    bool is_endless = of.pulses == 0.0;
    *low = is_endless ? gain : kh_concentration_mean_at_least(count, of.tail) / share;
    *high = is_endless ? gain : kh_concentration_mean_at_most(count, of.tail) / share;
}

static sums bound_sums(const kh_cal2019_setting *s, const kh_cal_finite_choice *c, const side sides[2], amount of)
{
    sums bounds;
    for (int i = 0; i < N_DECOYS; i++)
        for (int j = 0; j < N_DECOYS; j++) {
            double share = (1.0 - c->p_key) * (1.0 - c->p_key) * c->p[i] * c->p[j];
            double gain = decoy_gain(s, s->light->eta_a * sides[0].mu[i], s->light->eta_b * sides[1].mu[j]);
            double scale = exp(sides[0].mu[i] + sides[1].mu[j]), low, high;
            bound_sum(gain, share, of, &low, &high);
            bounds.low[i][j] = scale * low;
            bounds.high[i][j] = scale * high;
        }
    return bounds;
}

/* weights of A's intensities applied: what is left for B's, for a positive weight of it and for a negative one */
typedef struct partial {
    double up[N_DECOYS], down[N_DECOYS];
} partial;

static partial apply(const sums *bounds, const double *a)
{
    partial p = {0};
    for (int i = 0; i < N_DECOYS; i++) {
        const double *most = a[i] > 0.0 ? bounds->high[i] : bounds->low[i];
        const double *least = a[i] > 0.0 ? bounds->low[i] : bounds->high[i];
        for (int j = 0; j < N_DECOYS; j++) {
            p.up[j] += a[i] * most[j];
            p.down[j] += a[i] * least[j];
        }
    }
    return p;
}

static double weighted(const partial *p, const double *b)
{
    double sum = 0.0;
    for (int j = 0; j < N_DECOYS; j++)
        sum += b[j] * (b[j] > 0.0 ? p->up[j] : p->down[j]);
    return sum;
}

/* the least of the bounds that the weights of both users allow */
static double yield_at_most(const partial a[2], const weights *b)
{
    double least = INFINITY;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            least = fmin(least, weighted(&a[i], b->of[j]));
    return fmax(0.0, least);
}

/* Photons beyond those of the loop: y_nm <= high n! m! / mu_0^(n+m), and the amplitudes turn this into two geometric series. */
static double amplitude_beyond(const sums *bounds, const side sides[2], int parity)
{
    double ratio = sides[0].alpha2 / sides[0].mu[0]; /* the same for both users */
    double term = parity == 0 ? 1.0 : sqrt(ratio), whole = term / (1.0 - ratio), within = 0.0;
    for (int n = parity; n < N_PHOTONS; n += 2, term *= ratio)
        within += term;
    double dim = exp(-0.5 * (sides[0].alpha2 + sides[1].alpha2));
    return dim * sqrt(bounds->high[0][0]) * fmax(0.0, whole * whole - within * within);
}

/* Of a detected round, Cauchy and Schwarz bound the probability of a phase error by the squared sum of sqrt(weight probability)
 * over the photon numbers of a cat state; the squared sum of square roots is concave and of degree 1, so it may be taken of the
 * sums. */
static double phase_errors(const sums *bounds, const side sides[2])
{
    double errors = 0.0;
    for (int parity = 0; parity < 2; parity++) {
        double amplitude = amplitude_beyond(bounds, sides, parity);
        for (int n = parity; n < N_PHOTONS; n += 2) {
            const partial a[2] = {apply(bounds, sides[0].weights[n].of[0]), apply(bounds, sides[0].weights[n].of[1])};
            for (int m = parity; m < N_PHOTONS; m += 2)
                amplitude += sides[0].amplitude[n] * sides[1].amplitude[m] * sqrt(yield_at_most(a, &sides[1].weights[m]));
        }
        errors += amplitude * amplitude;
    }
    return errors;
}

/* mean of exp(-light at the station) of one user, less 1 */
static double dimming(const kh_cal_finite_choice *c, const side *s, double eta)
{
    double sum = c->p_key * expm1(-eta * s->alpha2);
    for (int i = 0; i < N_DECOYS; i++)
        sum += (1.0 - c->p_key) * c->p[i] * expm1(-eta * s->mu[i]);
    return sum;
}

static double click_of(const kh_cal2019_setting *s, const kh_cal_finite_choice *c, const side sides[2])
{
    double dim_a = dimming(c, &sides[0], s->light->eta_a), dim_b = dimming(c, &sides[1], s->light->eta_b);
    return -expm1(2.0 * log1p(-s->dark_per_gate) + log1p(dim_a) + log1p(dim_b));
}

static double phase_error_of(const kh_cal2019_setting *s, const kh_privacy_target *target, const kh_cal_finite_choice *c,
                             const side sides[2], const kh_cal_finite_block *block)
{
    bool is_endless = c->p_key >= 1.0;
    double p_both = c->p_key * c->p_key, n_key = p_both * block->pulses * block->clicks.gain;
    amount of = {.pulses = is_endless ? 0.0 : block->pulses, .tail = kh_privacy_tail(target, N_TAILS)};
    sums bounds = bound_sums(s, c, sides, of);
    double errors = phase_errors(&bounds, sides);
    if (!is_endless)
        errors = kh_concentration_count_at_most(p_both * errors, of.tail);
    return fmin(0.5, errors / (is_endless ? block->clicks.gain : n_key));
}

kh_cal_finite_block kh_cal_finite_key(const kh_cal2019_setting *s, const kh_privacy_target *target,
                                      const kh_cal_finite_choice *chosen, double n_key)
{
    kh_cal_finite_choice c = *chosen;
    bool is_endless = isinf(n_key);
    if (is_endless)
        c.p_key = n_key = 1.0;
    double worse = fmin(s->light->eta_a, s->light->eta_b);
    const side sides[2] = {prepare(c.alpha2, c.mu, worse / s->light->eta_a), prepare(c.alpha2, c.mu, worse / s->light->eta_b)};
    kh_cal_finite_block block = {.clicks = kh_cal2019_clicks_of(s, sides[0].alpha2, sides[1].alpha2),
                                 .click = click_of(s, &c, sides),
                                 .key_bits = -INFINITY,
                                 .phase_error = 0.5};
    block.pulses = n_key / (c.p_key * c.p_key * block.clicks.gain);
    if (!(c.alpha2 < c.mu[0]) || !(block.clicks.gain > 0.0))
        return block;
    block.phase_error = phase_error_of(s, target, &c, sides, &block);
    double leak = s->ec_efficiency * kh_entropy_of_error(block.clicks.qber);
    block.key_bits = n_key * (1.0 - kh_entropy_of_error(block.phase_error) - leak);
    if (!is_endless)
        block.key_bits -= kh_privacy_cost_bits(target);
    return block;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/cv_block.h"

#include "models/num/golden.h"
#include "models/num/num.h"

#include <math.h>

static double detectors(const kh_cv_receiver *r)
{
    return r->heterodyne ? 2.0 : 1.0;
}

/* what @p symbols public ones leave possible within z deviations: gain of the quadratures, noise at a detector */
typedef struct estimate {
    double gain_min, gain_max, noise_max;
} estimate;

static estimate estimate_of(const kh_cv_receiver *r, double t, double variance, double symbols, double z)
{
    double k = detectors(r), pairs = k * symbols, gain = sqrt(r->efficiency * t / k);
    double noise = 1.0 + r->electronic_noise + r->efficiency * t * r->excess_noise / k;
    double deviation = z * sqrt(noise / (pairs * variance));
    return (estimate){
        .gain_min = gain - deviation,
        .gain_max = fmin(gain + deviation, sqrt(r->efficiency / k)), /* a channel that gives no more than it gets */
        .noise_max = noise * (1.0 + z * sqrt(2.0 / pairs)),
    };
}

/* with the noise at its worst; INFINITY: no light need have come at all */
static double holevo_at(const kh_cv_receiver *r, const estimate *e, double variance, double gain)
{
    if (!(gain > 0.0))
        return INFINITY;
    kh_cv_receiver possible = *r;
    possible.excess_noise = (e->noise_max - 1.0 - r->electronic_noise) / (gain * gain);
    return kh_cv_holevo(&possible, fmin(1.0, gain * gain * detectors(r) / r->efficiency), variance);
}

typedef struct hill {
    const kh_cv_receiver *receiver;
    const estimate *possible;
    double variance;
} hill;

static double minus_holevo(double gain, const void *context)
{
    const hill *h = (const hill *)context;
    return -holevo_at(h->receiver, h->possible, h->variance, gain);
}

/* Largest bound of all gains possible, which has no valley: mostly at the largest gain, where the receiver has most to be known. */
static double worst_holevo(const kh_cv_receiver *r, const estimate *e, double variance)
{
    enum { N_STEPS = 15 }; /* to a thousandth of the range */
    const double range[2] = {e->gain_min, e->gain_max}, step = 1e-3 * (range[1] - range[0]);
    const hill h = {r, e, variance};
    double at_low = holevo_at(r, e, variance, range[0]), at_high = holevo_at(r, e, variance, range[1]);
    if (!isfinite(at_low) || !(step > 0.0) || at_high >= holevo_at(r, e, variance, range[1] - step))
        return fmax(at_low, at_high);
    return fmax(at_low, holevo_at(r, e, variance, kh_golden_minimum(minus_holevo, &h, range, N_STEPS)));
}

/* what is left of a symbol of the key when the proof costs @p cost of it */
static double left_of(const kh_cv_block *block, double kept, double leaked, double cost)
{
    return isfinite(leaked) ? block->key_share * (kept - leaked - cost) : -1.0;
}

double kh_cv_rate_of_block(const kh_cv_receiver *r, double transmittance, double variance, const kh_cv_block *block)
{
    if (!isfinite(block->symbols))
        return kh_cv_rate(r, transmittance, variance);
    double key = block->key_share * block->symbols, z = -kh_num_normal_quantile(0.5 * block->eps);
    double kept = r->reconciliation * kh_cv_information(r, transmittance, variance);
    double smoothing = 7.0 * sqrt(log2(2.0 / block->eps) / key) - 2.0 * log2(block->eps) / key;
    estimate e = estimate_of(r, transmittance, variance, block->symbols - key, z);
    return left_of(block, kept, holevo_at(r, &e, variance, e.gain_min), smoothing);
}

double kh_cv_rate_composable(const kh_cv_receiver *r, double transmittance, double variance, const kh_cv_block *block)
{
    if (!isfinite(block->symbols))
        return kh_cv_rate(r, transmittance, variance);
    double bits = detectors(r) * r->digits;
    double kept = fmin(bits, r->reconciliation * kh_cv_information(r, transmittance, variance));
    double key = block->key_share * block->symbols, z = sqrt(-2.0 * log(block->eps));
    double smoothing = 4.0 * log2(exp2(0.5 * bits) + 2.0) * sqrt((1.0 - 2.0 * log2(block->eps)) / key);
    double hashing = -(1.0 + 2.0 * log2(block->eps) + log2(block->eps_cor)) / key;
    estimate e = estimate_of(r, transmittance, variance, block->symbols - key, z);
    return left_of(block, kept, worst_holevo(r, &e, variance), smoothing + hashing);
}

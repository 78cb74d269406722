/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/cv.h"

#include <math.h>

static const double LN2 = 0.69314718055994530942;

double kh_cv_entropy(double x)
{
    if (!(x > 1.0))
        return 0.0;
    double half = 0.5 * (x - 1.0);
    return (log(half) + 0.5 * (x + 1.0) * log1p(1.0 / half)) / LN2; /* no difference of large numbers */
}

/* noise referred to the channel's input, shot-noise units */
typedef struct noise {
    double line, detection, total;
} noise;

static noise noise_of(const kh_cv_receiver *r, double transmittance)
{
    double line = 1.0 / transmittance - 1.0 + r->excess_noise;
    double units = r->heterodyne ? 2.0 : 1.0; /* heterodyne reception halves the light */
    double detection = (units - r->efficiency + units * r->electronic_noise) / r->efficiency;
    return (noise){line, detection, line + detection / transmittance};
}

static double mutual_information(const kh_cv_receiver *r, double v, double total)
{
    double homodyne = 0.5 * log2((v + total) / (1.0 + total));
    return r->heterodyne ? 2.0 * homodyne : homodyne;
}

/* g of both roots of l^4 - sum l^2 + product = 0; the smaller one from the product, since sum^2 - 4 product cancels */
static double entropy_of_pair(double sum, double root_of_product)
{
    double discriminant = (sum - 2.0 * root_of_product) * (sum + 2.0 * root_of_product);
    double larger = sqrt(0.5 * (sum + sqrt(fmax(0.0, discriminant))));
    return kh_cv_entropy(larger) + kh_cv_entropy(root_of_product / larger);
}

/* Holevo bound: what the eavesdropper may know of a symbol */
static double holevo(const kh_cv_receiver *r, double t, double v)
{
    noise n = noise_of(r, t);
    double root_b = t * (v * n.line + 1.0), received = t * (v + n.line), all = t * (v + n.total), chi = n.detection;
    double a = v * v * (1.0 - 2.0 * t) + 2.0 * t + received * received;
    double c, root_d;
    if (r->heterodyne) {
        c = (a * chi * chi + root_b * root_b + 1.0 + 2.0 * chi * (v * root_b + received) + 2.0 * t * (v * v - 1.0)) / (all * all);
        root_d = (v + root_b * chi) / all;
    } else {
        c = (v * root_b + received + a * chi) / all;
        root_d = sqrt(root_b * (v + root_b * chi) / all);
    }
    return entropy_of_pair(a, root_b) - entropy_of_pair(c, root_d);
}

double kh_cv_rate(const kh_cv_receiver *r, double transmittance, double variance)
{
    double v = variance + 1.0;
    double known = mutual_information(r, v, noise_of(r, transmittance).total);
    return r->reconciliation * known - holevo(r, transmittance, v);
}

/* z with erfc(z / sqrt 2) = eps, by Newton's method on the logarithm, which is concave */
static double quantile(double eps)
{
    static const double SLOPE = 1.12837916709551257390; /* 2 / sqrt pi */
    double x = 1.0;
    for (int i = 0; i < 60; i++) {
        double tail = erfc(x);
        double step = (log(tail) - log(eps)) * tail / (SLOPE * exp(-x * x));
        x = fmax(0.0, x + step);
        if (fabs(step) <= 1e-15 * x)
            break;
    }
    return x * sqrt(2.0);
}

/* the worst channel that the estimation leaves possible, LGG 2010 */
typedef struct worst_channel {
    double transmittance, excess_noise;
} worst_channel;

static worst_channel estimate(const kh_cv_receiver *r, double t, double variance, double symbols, double eps)
{
    double units = r->heterodyne ? 2.0 : 1.0, z = quantile(eps);
    double gain = sqrt(r->efficiency * t / units);
    double variance_b = 1.0 + r->electronic_noise + r->efficiency * t * r->excess_noise / units;
    double gain_min = fmax(0.0, gain - z * sqrt(variance_b / (symbols * variance)));
    double variance_max = variance_b * (1.0 + z * sqrt(2.0 / symbols));
    double seen = variance_max - 1.0 - r->electronic_noise;
    return (worst_channel){gain_min * gain_min * units / r->efficiency, seen / (gain_min * gain_min)};
}

double kh_cv_rate_of_block(const kh_cv_receiver *r, double transmittance, double variance, const kh_cv_block *block)
{
    if (!isfinite(block->symbols))
        return kh_cv_rate(r, transmittance, variance);
    double key = block->key_share * block->symbols, estimation = block->symbols - key;
    worst_channel worst = estimate(r, transmittance, variance, estimation, block->eps);
    if (!(worst.transmittance > 0.0))
        return -1.0;
    double v = variance + 1.0;
    kh_cv_receiver possible = *r;
    possible.excess_noise = worst.excess_noise;
    double known = mutual_information(r, v, noise_of(r, transmittance).total);
    double smoothing = 7.0 * sqrt(log2(2.0 / block->eps) / key) - 2.0 * log2(block->eps) / key;
    double secret = r->reconciliation * known - holevo(&possible, worst.transmittance, v) - smoothing;
    return block->key_share * secret;
}

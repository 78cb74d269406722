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

double kh_cv_information(const kh_cv_receiver *r, double transmittance, double variance)
{
    double total = noise_of(r, transmittance).total;
    double homodyne = 0.5 * log1p(variance / (1.0 + total)) / LN2;
    return r->heterodyne ? 2.0 * homodyne : homodyne;
}

/* g of both roots of l^4 - sum l^2 + product = 0; the smaller one from the product, since sum^2 - 4 product cancels */
static double entropy_of_pair(double sum, double root_of_product)
{
    double discriminant = (sum - 2.0 * root_of_product) * (sum + 2.0 * root_of_product);
    double larger = sqrt(0.5 * (sum + sqrt(fmax(0.0, discriminant))));
    return kh_cv_entropy(larger) + kh_cv_entropy(root_of_product / larger);
}

double kh_cv_holevo(const kh_cv_receiver *r, double t, double variance)
{
    noise n = noise_of(r, t);
    double v = variance + 1.0;
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
    return r->reconciliation * kh_cv_information(r, transmittance, variance) - kh_cv_holevo(r, transmittance, variance);
}

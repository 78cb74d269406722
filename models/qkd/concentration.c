/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/concentration.h"

#include <math.h>

/* the l that is best for many events; for few it is close to the best */
static double tilt(double events, double ln_inverse_eps)
{
    return sqrt(2.0 * ln_inverse_eps / events);
}

double kh_concentration_mean_at_most(double expected, double ln_inverse_eps)
{
    if (!(expected > 0.0))
        return ln_inverse_eps; /* l without end */
    double l = tilt(expected, ln_inverse_eps);
    return (l * expected + ln_inverse_eps) / -expm1(-l);
}

double kh_concentration_mean_at_least(double expected, double ln_inverse_eps)
{
    if (!(expected > 0.5 * ln_inverse_eps))
        return 0.0;
    double l = tilt(expected, ln_inverse_eps);
    return fmax(0.0, (l * expected - ln_inverse_eps) / expm1(l));
}

double kh_concentration_count_at_most(double mean, double ln_inverse_eps)
{
    if (!(mean > 0.0))
        return 0.0;
    double l = tilt(mean, ln_inverse_eps);
    return (expm1(l) * mean + ln_inverse_eps) / l;
}

double kh_concentration_count_at_least(double mean, double ln_inverse_eps)
{
    if (!(mean > 0.5 * ln_inverse_eps))
        return 0.0;
    double l = tilt(mean, ln_inverse_eps);
    return fmax(0.0, (-expm1(-l) * mean - ln_inverse_eps) / l);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_kernel.h"

#include "core/base/units.h"

#include <complex.h>
#include <math.h>
#include <stddef.h>

/* CMPLX() is not there with every compiler. */
static double complex number(double real, double imaginary)
{
    return real + imaginary * (double complex)_Complex_I;
}

/* Im Li2(i y) for y in [0, 1], by the series of the dilogarithm in -log(1 - z) with Bernoulli's numbers; to 1e-10. */
static double small_inverse_tangent_integral(double y)
{
    double complex u = -clog(number(1.0, -y)), u2 = u * u;
    return cimag(u * (1.0 + u2 * (1.0 / 36.0 + u2 * (-1.0 / 3600.0 + u2 * (1.0 / 211680.0 - u2 / 10886400.0)))) - u2 / 4.0);
}

/* Integral of atan(t)/t from 0 to y. */
static double inverse_tangent_integral(double y)
{
    if (y <= 1.0)
        return small_inverse_tangent_integral(y);
    return KH_PI / 2.0 * log(y) + small_inverse_tangent_integral(1.0 / y);
}

double kh_optical_kernel_self(double beta2_s2_m, double baud_hz, double decay_per_m)
{
    double y = KH_PI * KH_PI * beta2_s2_m * baud_hz * baud_hz / decay_per_m;
    double root = sqrt(y / 2.0) / 2.0; /* sqrt(i y) / 2 has equal real and imaginary parts */
    double complex arc = casinh(number(root, root));
    return (inverse_tangent_integral(y) + 2.0 * cimag(arc * arc)) / (2.0 * KH_PI * KH_PI * beta2_s2_m);
}

/* Gauss and Legendre's points and weights on [0, 1]; the other half lies on the other side of the middle. */
static const struct {
    double at, weight;
} gauss[] = {
    {0.009219682876640378, 0.02358766819325601}, {0.0479413718147626, 0.05346966299765944},
    {0.1150486629028477, 0.08003916427167306},   {0.2063410228566913, 0.1015837133615328},
    {0.3160842505009099, 0.1167462682691773},    {0.4373832957442655, 0.1245735229067013},
};

/* Integral from 0 to the end of exp(rate s + offset) / (1 + s / width); smooth in log(1 + s / width). */
static double integrate_tail(double width, double end, double rate, double offset)
{
    double range = log1p(end / width), sum = 0.0;
    for (size_t k = 0; k < sizeof gauss / sizeof gauss[0]; k++)
        sum += gauss[k].weight * (exp(rate * width * expm1(range * gauss[k].at) + offset) +
                                  exp(rate * width * expm1(range * (1.0 - gauss[k].at)) + offset));
    return sum * width * range;
}

static double integrate_falling(double width)
{
    const double enough = 30.0; /* nepers */
    return integrate_tail(width, enough, -1.0, 0.0);
}

/* The two ends of the fibre beat with cos(B L); c is its mean under the Lorentz curve, itself the transform of exp(-s). */
double kh_optical_kernel_self_share(double turns, double loss_neper)
{
    double width = 2.0 * KH_PI / (3.0 * turns), whole = integrate_falling(width), end = exp(-loss_neper);
    double beyond = integrate_falling(width + loss_neper) * width / (width + loss_neper);
    double inside = integrate_tail(width, loss_neper, 1.0, -loss_neper);
    double c = (beyond + end * whole + inside) / (2.0 * whole);
    return fmax((1.0 + end * end - 2.0 * end * c) / (1.0 - end * end),
                tanh(loss_neper / 2.0)); /* against rounding in short fibres */
}

/* Tables are filled by these two: series wherever they are good to 1e-10, which is for all but the nearest neighbours. */
static double arc(double y)
{
    double v = 1.0 / y, v2 = v * v;
    return y < 20.0 ? atan(y) : KH_PI / 2.0 - v * (1.0 - v2 * (1.0 / 3.0 - v2 / 5.0));
}

/* log((d + h) / (d - h)) of t = h / d */
static double spread(double t)
{
    double t2 = t * t;
    if (t > 0.1)
        return log((1.0 + t) / (1.0 - t));
    return 2.0 * t * (1.0 + t2 * (1.0 / 3.0 + t2 * (1.0 / 5.0 + t2 * (1.0 / 7.0 + t2 / 9.0))));
}

/* The window of f1 shrinks by |f2 - f|, since f1 + f2 - f has to stay in the interferer: the second term. */
double kh_optical_kernel_cross(double beta2_s2_m, double distance_hz, double baud_hz, double interferer_baud_hz, double decay_per_m)
{
    double curvature = 4.0 * KH_PI * KH_PI * beta2_s2_m, slope = curvature * distance_hz;
    double y = slope * fmin(baud_hz / 2.0, interferer_baud_hz) / decay_per_m;
    double window = log(1.0 + y * y) * decay_per_m / (slope * slope);
    return 2.0 / curvature * spread(interferer_baud_hz / (2.0 * distance_hz)) * arc(y) - window;
}

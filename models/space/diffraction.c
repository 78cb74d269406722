/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/space/diffraction.h"

#include "core/base/units.h"
#include "models/num/gauss.h"

#include <math.h>

static const double UNTRUNCATED = 16.0; /* alpha from which the edge of the beam is below 1e-7 of its centre */
static const double SERIES_END = 20.0;  /* the series loses a digit for every 2.3 beyond */
static const double PANEL = 2.0;        /* of v, for one use of Gauss' rule */

/* c_m = int_0^1 x^(2m+1) exp(-alpha x^2) dx: the last by a series of positive terms, the others from it, which is stable */
static void fill_moments(double alpha, double moments[KH_DIFFRACTION_TERMS])
{
    const int last = KH_DIFFRACTION_TERMS - 1;
    double term = 0.5 * exp(-alpha) / (last + 1), sum = 0.0;
    for (int j = 1; term > 1e-18 * sum; j++) {
        sum += term;
        term *= alpha / (last + 1 + j);
    }
    moments[last] = sum;
    for (int m = last; m > 0; m--)
        moments[m - 1] = (alpha * moments[m] + 0.5 * exp(-alpha)) / m;
}

kh_diffraction kh_diffraction_prepare(double aperture_m, double receiver_m, double waist_m, double wavelength_nm)
{
    kh_diffraction d = {.aperture_m = aperture_m, .receiver_m = receiver_m, .waist_m = waist_m};
    d.wavenumber = 2.0 * KH_PI / (1e-9 * wavelength_nm);
    d.alpha = aperture_m * aperture_m / (waist_m * waist_m);
    d.power = -expm1(-2.0 * d.alpha) / (4.0 * d.alpha);
    if (d.alpha >= UNTRUNCATED)
        return d;
    fill_moments(d.alpha, d.series);
    double factor = 1.0; /* (-1)^m / m!^2 */
    for (int m = 1; m < KH_DIFFRACTION_TERMS; m++) {
        factor /= -(double)m * m;
        d.series[m] *= factor;
    }
    return d;
}

/* int_0^1 x exp(-alpha x^2) J0(v x) dx */
static double field(const kh_diffraction *d, double v)
{
    double z = 0.25 * v * v, sum = 0.0;
    for (int m = KH_DIFFRACTION_TERMS - 1; m >= 0; m--)
        sum = sum * z + d->series[m];
    return sum;
}

static double collect(const kh_diffraction *d, double end)
{
    double sum = 0.0, panels = ceil(end / PANEL), width = end / panels;
    for (int k = 0; k < (int)panels; k++)
        for (int i = 0; i < KH_GAUSS_NODES; i++) {
            double v = width * (k + kh_gauss_nodes[i].x), u = field(d, v);
            sum += width * kh_gauss_nodes[i].weight * v * u * u;
        }
    return sum / d->power;
}

/* beyond the end of the series: light bent at the edge, F(v) -> e^-alpha J1(v)/v, whose mean square is e^-2alpha / (pi v^3) */
static double missed(const kh_diffraction *d, double s)
{
    return exp(-2.0 * d->alpha) / (KH_PI * s * d->power);
}

double kh_diffraction_collected(const kh_diffraction *d, double range_km)
{
    double per_m = d->wavenumber / (1e3 * range_km), s = per_m * d->aperture_m * d->receiver_m;
    if (d->alpha >= UNTRUNCATED) {
        double ratio = d->receiver_m / kh_diffraction_radius_m(d, range_km);
        return -expm1(-2.0 * ratio * ratio);
    }
    if (s <= SERIES_END)
        return fmin(1.0, collect(d, s));
    return 1.0 - (1.0 - fmin(1.0, collect(d, SERIES_END))) * missed(d, s) / missed(d, SERIES_END);
}

double kh_diffraction_radius_m(const kh_diffraction *d, double range_km)
{
    double per_m = d->wavenumber / (1e3 * range_km);
    if (d->alpha >= UNTRUNCATED)
        return 2.0 / (per_m * d->waist_m);
    return 2.0 / (per_m * d->aperture_m * sqrt(-d->series[1] / d->series[0]));
}

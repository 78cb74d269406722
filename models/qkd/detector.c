/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/detector.h"

#include <math.h>

static const double SQRT_LN2 = 0.83255461115769775635;
static const double KEY_BASIS_DETECTORS = 2.0;
enum { MOST_NEIGHBOURS = 64 }; /* whose windows are looked at one by one */

/* share of a Gaussian of this FWHM that lies within +-half_s of its centre */
static double share_within(double half_s, double fwhm_s)
{
    return erf(2.0 * SQRT_LN2 * half_s / fwhm_s);
}

/* share that falls into the windows of other pulses, on both sides */
static double share_of_neighbours(double window_s, double period_s, double fwhm_s)
{
    double sum = 0.0, share = 1.0;
    for (int k = 1; k <= MOST_NEIGHBOURS && share > 0.0; k++) {
        double near = share_within(k * period_s - 0.5 * window_s, fwhm_s);
        share = share_within(k * period_s + 0.5 * window_s, fwhm_s) - near;
        sum += share;
        if (k == MOST_NEIGHBOURS) /* far out the Gaussian is even over a period */
            sum += (1.0 - near - share) * window_s / period_s;
    }
    return sum;
}

/* light that comes at the wrong time */
static void spread(kh_detector *d, double window_s, double period_s)
{
    double own = share_within(0.5 * window_s, d->jitter_s), others = share_of_neighbours(window_s, period_s, d->jitter_s);
    double counted = fmin(1.0, own + others);
    d->misalignment = (own * d->misalignment + 0.5 * others) / (own + others);
    if (d->is_free_running)
        d->outside_share += (1.0 - counted) / counted;
    d->efficiency *= counted;
}

kh_detector kh_detector_timed(const kh_detector *detector, double clock_hz)
{
    kh_detector d = *detector;
    double period_s = 1.0 / clock_hz, window_s = fmin(d.gate_s, period_s), open = window_s / period_s;
    if (d.is_free_running) {
        d.outside_hz = d.dark_per_gate / d.gate_s * (1.0 - open);
        d.outside_share = d.afterpulse * (1.0 - open);
        d.afterpulse *= open;
    }
    if (d.jitter_s > 0.0)
        spread(&d, window_s, period_s);
    return d;
}

double kh_detector_dark_per_gate(double dark_count_hz, double gate_ns)
{
    return dark_count_hz * gate_ns * 1e-9;
}

/* @param in_windows_hz  clicks of one detector */
static double live_fraction(const kh_detector *d, double in_windows_hz)
{
    double all_hz = in_windows_hz * (1.0 + d->outside_share) + d->outside_hz;
    double dead_time_s = d->max_count_hz > 0.0 ? fmax(d->dead_time_s, 1.0 / d->max_count_hz) : d->dead_time_s;
    return 1.0 / (1.0 + all_hz * dead_time_s);
}

double kh_detector_live_fraction(const kh_detector *detector, double clicks_hz)
{
    return live_fraction(detector, clicks_hz / detector->detectors);
}

double kh_detector_live_fraction_of_bases(const kh_detector *detector, double clicks_hz, double p_key)
{
    double others = detector->detectors - KEY_BASIS_DETECTORS;
    if (others <= 0.0)
        return kh_detector_live_fraction(detector, clicks_hz);
    return live_fraction(detector, clicks_hz * fmax(p_key / KEY_BASIS_DETECTORS, (1.0 - p_key) / others));
}

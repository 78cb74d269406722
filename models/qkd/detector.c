/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/detector.h"

#include <math.h>

kh_clicks kh_detector_clicks(const kh_detector *detector, double photons)
{
    /* 1 - (1 - 2p) e^-x = 2p + (1 - 2p)(1 - e^-x): no cancellation when both are small */
    double seen = -(1.0 - 2.0 * detector->dark_per_gate) * expm1(-detector->efficiency * photons);
    double any = 2.0 * detector->dark_per_gate + seen;
    return (kh_clicks){
        .click = any * (1.0 + detector->afterpulse),
        .error = detector->dark_per_gate + detector->misalignment * seen + 0.5 * detector->afterpulse * any,
    };
}

double kh_detector_dark_per_gate(double dark_count_hz, double gate_ns)
{
    return dark_count_hz * gate_ns * 1e-9;
}

double kh_detector_live_fraction(const kh_detector *detector, double clicks_hz)
{
    return 1.0 / (1.0 + clicks_hz * detector->dead_time_s / detector->detectors);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/neumann2021.h"

#include <math.h>

static const double SQRT_LN2 = 0.83255461115769775635;

/* eq. (13) */
static double share_in_window(double window_s, double jitter_s)
{
    return jitter_s > 0.0 ? erf(SQRT_LN2 * window_s / jitter_s) : 1.0;
}

kh_neumann2021_counts kh_neumann2021_counts_of(const kh_neumann2021_setting *s, double pairs_hz, double window_s)
{
    double single_a_hz = (pairs_hz * s->eta_a + s->dark_a_hz) * (1.0 + s->extra_a);
    double single_b_hz = (pairs_hz * s->eta_b + s->dark_b_hz) * (1.0 + s->extra_b);
    double right_hz = pairs_hz * s->eta_a * s->eta_b * share_in_window(window_s, s->jitter_s);
    double accidental_hz = single_a_hz * single_b_hz * window_s;
    return (kh_neumann2021_counts){
        .coincidence_hz = right_hz + accidental_hz,
        .error_hz = right_hz * s->misalignment + 0.5 * accidental_hz,
        .single_a_hz = single_a_hz,
        .single_b_hz = single_b_hz,
    };
}

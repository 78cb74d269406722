/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/bbm92.h"

#include "models/qkd/entropy.h"

/* clicks of one side: 1 - (1 - Y0) / (1 + x)^2 with x = eta lambda */
static double single_clicks(double background, double x)
{
    double a = 1.0 + x;
    return background + (1.0 - background) * x * (2.0 + x) / (a * a);
}

kh_bbm92_gain kh_bbm92_gain_of(const kh_bbm92_setting *s, double pairs)
{
    double lambda = 0.5 * pairs;
    double x_a = s->eta_a * lambda, x_b = s->eta_b * lambda;
    double product = (1.0 + x_a) * (1.0 + x_b);
    double c = 1.0 + x_a + x_b - s->eta_a * x_b;
    double quiet = (1.0 - s->background_a) * (1.0 - s->background_b);
    double joint = s->eta_a * x_b * (1.0 + lambda) / (product * c);
    double both_sums = quiet * (1.0 / product + 1.0 / c);
    kh_bbm92_gain gain = {
        .single_a = single_clicks(s->background_a, x_a),
        .single_b = single_clicks(s->background_b, x_b),
    };
    gain.coincidence = gain.single_a * gain.single_b + joint * both_sums;
    gain.error = 0.5 * gain.single_a * gain.single_b + joint * (0.5 * both_sums - 1.0 + 2.0 * s->misalignment);
    return gain;
}

double kh_bbm92_rate_of_counts(double coincidences, double qber, double ec_efficiency, double sifting)
{
    return sifting * coincidences * (1.0 - (1.0 + ec_efficiency) * kh_entropy_of_error(qber));
}

double kh_bbm92_rate(const kh_bbm92_setting *s, double pairs)
{
    kh_bbm92_gain gain = kh_bbm92_gain_of(s, pairs);
    if (!(gain.coincidence > 0.0))
        return 0.0;
    return kh_bbm92_rate_of_counts(gain.coincidence, gain.error / gain.coincidence, s->ec_efficiency, s->sifting);
}

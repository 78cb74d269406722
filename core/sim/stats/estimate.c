/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/stats/estimate.h"

#include "core/base/units.h"

/* P(|T| <= t) with theta = atan(t / sqrt(degrees)). Odd: 2/pi (theta + sin (cos + 2/3 cos^3 + ...)); even: sin (1 + 1/2 cos^2 +
 * ...); both end at cos^(degrees - 2). */
static double probability_within(double theta, size_t degrees)
{
    double cosine = cos(theta), square = cosine * cosine;
    int odd = degrees % 2 == 1;
    double term = odd ? cosine : 1, sum = 0;
    for (size_t power = odd ? 1 : 0; power + 2 <= degrees && term > 1e-18; power += 2) {
        sum += term;
        term *= square * (double)(power + 1) / (double)(power + 2);
    }
    return odd ? 2 / KH_PI * (theta + sin(theta) * sum) : sin(theta) * sum;
}

double kh_estimate_student_t(double confidence, size_t degrees)
{
    double low = 0, high = KH_PI / 2;
    for (int i = 0; i < 80 && low < high; i++) {
        double middle = low + (high - low) / 2;
        *(probability_within(middle, degrees) < confidence ? &low : &high) = middle;
    }
    return tan(low) * sqrt((double)degrees);
}

kh_estimate kh_estimate_of(const double *values, size_t n)
{
    double over_first = 0, squares = 0; /* from the first value on: equal values have exactly no spread */
    for (size_t i = 1; i < n; i++)
        over_first += values[i] - values[0];
    double mean = n > 0 ? values[0] + over_first / (double)n : (double)NAN;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    if (n < 2)
        return (kh_estimate){.mean = mean, .half_width_95 = (double)NAN, .n = n};
    double deviation = sqrt(squares / (double)(n - 1));
    return (kh_estimate){.mean = mean, .half_width_95 = kh_estimate_student_t(0.95, n - 1) * deviation / sqrt((double)n), .n = n};
}

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

/* @param squares sum of squared differences from the mean */
static kh_estimate with_interval(double mean, double squares, size_t n)
{
    if (n < 2)
        return (kh_estimate){.mean = mean, .half_width_95 = (double)NAN, .n = n};
    double deviation = sqrt(squares / (double)(n - 1));
    return (kh_estimate){.mean = mean, .half_width_95 = kh_estimate_student_t(0.95, n - 1) * deviation / sqrt((double)n), .n = n};
}

kh_estimate kh_estimate_of(const double *values, size_t n)
{
    double over_first = 0, squares = 0; /* from the first value on: equal values have exactly no spread */
    for (size_t i = 1; i < n; i++)
        over_first += values[i] - values[0];
    double mean = n > 0 ? values[0] + over_first / (double)n : (double)NAN;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return with_interval(mean, squares, n);
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

static double squares_about(const double *values, size_t n, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return squares;
}

kh_estimate kh_estimate_of_pairs(const double *values, size_t n)
{
    size_t pairs = n / 2;
    if (pairs == 0)
        return (kh_estimate){(double)NAN, (double)NAN, 0};
    double first = (values[0] + values[1]) / 2, over = 0, squares = 0; /* from the first on, as in kh_estimate_of() */
    for (size_t i = 0; i < pairs; i++)
        over += (values[2 * i] + values[2 * i + 1]) / 2 - first;
    double mean = first + over / (double)pairs;
    for (size_t i = 0; i < pairs; i++) {
        double difference = (values[2 * i] + values[2 * i + 1]) / 2 - mean;
        squares += difference * difference;
    }
    return with_interval(mean, squares, pairs);
}

double kh_estimate_lag_1(const double *values, size_t n)
{
    if (n < 3)
        return (double)NAN;
    double mean = mean_of(values, n), squares = squares_about(values, n, mean), products = 0;
    for (size_t i = 0; i + 1 < n; i++)
        products += (values[i] - mean) * (values[i + 1] - mean);
    return squares > 0 ? products / squares : (double)NAN;
}

size_t kh_estimate_start_up(const double *values, size_t n)
{
    size_t best = 0;
    double least = (double)INFINITY;
    for (size_t skip = 0; n > 0 && skip <= n / 2; skip++) {
        double left = (double)(n - skip), mean = mean_of(values + skip, n - skip);
        double error = squares_about(values + skip, n - skip, mean) / (left * left);
        if (error < least) {
            least = error;
            best = skip;
        }
    }
    return best;
}

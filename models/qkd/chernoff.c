/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/chernoff.h"

#include <math.h>

double kh_chernoff_expected_above(double count, double beta)
{
    return count + beta + sqrt(2.0 * beta * count + beta * beta);
}

double kh_chernoff_expected_below(double count, double beta)
{
    return fmax(0.0, count - 0.5 * beta - sqrt(2.0 * beta * count + 0.25 * beta * beta));
}

double kh_chernoff_observed_above(double expected, double beta)
{
    return expected + 0.5 * beta + sqrt(2.0 * beta * expected + 0.25 * beta * beta);
}

double kh_chernoff_observed_below(double expected, double beta)
{
    return fmax(0.0, expected - sqrt(2.0 * beta * expected));
}

static void sort_by_weight(kh_weighted_count *parts, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        kh_weighted_count moving = parts[i];
        size_t k = i;
        for (; k > 0 && moving.weight < parts[k - 1].weight; k--)
            parts[k] = parts[k - 1];
        parts[k] = moving;
    }
}

static double bound_sum(kh_weighted_count *parts, size_t n, double beta, double (*bound)(double, double))
{
    sort_by_weight(parts, n);
    double rest = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++)
        rest += parts[i].count;
    for (size_t i = 0; i < n; i++) {
        double step = parts[i].weight - (i == 0 ? 0.0 : parts[i - 1].weight);
        sum += step * bound(rest, beta);
        rest = fmax(0.0, rest - parts[i].count);
    }
    return sum;
}

double kh_chernoff_sum_above(kh_weighted_count *parts, size_t n, double beta)
{
    return bound_sum(parts, n, beta, kh_chernoff_expected_above);
}

double kh_chernoff_sum_below(kh_weighted_count *parts, size_t n, double beta)
{
    return bound_sum(parts, n, beta, kh_chernoff_expected_below);
}

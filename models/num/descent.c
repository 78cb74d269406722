/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/descent.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { N_MAX = KH_DESCENT_DIMENSIONS_MAX, HALVINGS = 8 };
static const double ENOUGH = 1e-4; /* share of the promised way down that a step has to bring */
static const double FLAT = 1e-3;   /* least curvature taken, of the greatest */

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static double value_beside(kh_descent *d, size_t i, double step)
{
    double kept = d->x[i];
    d->x[i] = kept + step;
    double value = d->f(d->x, d->context);
    d->x[i] = kept;
    return value;
}

/* slopes, and the curvature along each coordinate for a start */
static void look_around(kh_descent *d)
{
    double h = d->difference, bent[N_MAX], most = 0.0;
    for (size_t i = 0; i < d->n; i++) {
        double above = value_beside(d, i, h), below = value_beside(d, i, -h);
        d->slope[i] = (above - below) / (2.0 * h);
        bent[i] = fabs(above - 2.0 * d->value + below) / (h * h);
        most = fmax(most, bent[i]);
    }
    for (size_t i = 0; i < d->n; i++) {
        memset(d->inverse[i], 0, sizeof d->inverse[i]);
        d->inverse[i][i] = most > 0.0 ? 1.0 / fmax(bent[i], FLAT * most) : 1.0;
    }
}

static void find_slope(kh_descent *d)
{
    for (size_t i = 0; i < d->n; i++)
        d->slope[i] = (value_beside(d, i, d->difference) - d->value) / d->difference;
}

/* @param[out] way  where to go @return the slope along it */
static double choose_way(const kh_descent *d, double *way)
{
    double longest = 0.0;
    for (size_t i = 0; i < d->n; i++) {
        way[i] = -dot(d->inverse[i], d->slope, d->n);
        longest = fmax(longest, fabs(way[i]));
    }
    double share = longest > d->reach ? d->reach / longest : 1.0;
    for (size_t i = 0; i < d->n; i++)
        way[i] *= share;
    return dot(way, d->slope, d->n);
}

/* along the way until it has gone down enough @return share of the way; 0: none brings anything */
static double go(kh_descent *d, const double *way, double slope)
{
    double share = 1.0, tried[N_MAX];
    for (int i = 0; i < HALVINGS; i++) {
        for (size_t j = 0; j < d->n; j++)
            tried[j] = d->x[j] + share * way[j];
        double value = d->f(tried, d->context);
        if (value <= d->value + ENOUGH * share * slope) {
            memcpy(d->x, tried, d->n * sizeof *tried);
            d->value = value;
            return share;
        }
        double parabola = -0.5 * slope * share / ((value - d->value) / share - slope); /* its lowest point */
        share = fmin(fmax(parabola, 0.1 * share), 0.5 * share);
    }
    return 0.0;
}

/* what the change of the slopes over the last move tells of the second derivatives */
static void learn(kh_descent *d, const double *move, const double *before)
{
    double change[N_MAX], seen[N_MAX];
    for (size_t i = 0; i < d->n; i++)
        change[i] = d->slope[i] - before[i];
    double along = dot(move, change, d->n);
    if (!(along > 0.0))
        return;
    for (size_t i = 0; i < d->n; i++)
        seen[i] = dot(d->inverse[i], change, d->n);
    double scale = (1.0 + dot(change, seen, d->n) / along) / along;
    for (size_t i = 0; i < d->n; i++)
        for (size_t j = 0; j < d->n; j++)
            d->inverse[i][j] += scale * move[i] * move[j] - (seen[i] * move[j] + move[i] * seen[j]) / along;
}

/* @return false: arrived */
static bool turn(kh_descent *d, double tolerance)
{
    double way[N_MAX], before[N_MAX], slope = choose_way(d, way);
    if (!(slope < -tolerance * fabs(d->value)))
        return false;
    double share = go(d, way, slope);
    if (share == 0.0)
        return false;
    for (size_t i = 0; i < d->n; i++)
        way[i] *= share;
    memcpy(before, d->slope, sizeof before);
    find_slope(d);
    learn(d, way, before);
    return true;
}

void kh_descent_begin(kh_descent *d)
{
    d->value = d->f(d->x, d->context);
    look_around(d);
}

void kh_descent_resume(kh_descent *d)
{
    d->value = d->f(d->x, d->context);
    find_slope(d);
}

void kh_descent_continue(kh_descent *d, double tolerance, unsigned max_turns)
{
    for (unsigned i = 0; i < max_turns && turn(d, tolerance); i++) {
    }
}

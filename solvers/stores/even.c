/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/even.h"

#include <math.h>

enum { MOST_SWEEPS = 200 };
static const double DONE = 1e-7;       /* of the mean: a sweep that moves less is the last */
static const double LEAST_LOAD = 1e-3; /* of the generation: no period is left with nothing */

static double level(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

/* Moves key between a period and the next one. @return how much */
static double balance(const kh_even_link *link, double least, size_t t, double *stored, double *available)
{
    size_t next = (t + 1) % link->n_periods;
    double a = link->load[t] + least, b = link->load[next] + least;
    double wanted = stored[next] + (available[t] * b - available[next] * a) / (a + b);
    const kh_even_window *w = &link->window;
    double moved = next == 0 ? level(wanted, w->first_low, w->first_high) : level(wanted, w->low, w->high);
    moved -= stored[next];
    moved = level(moved, -available[next], available[t]);
    stored[next] += moved;
    available[t] -= moved;
    available[next] += moved;
    return fabs(moved);
}

void kh_even_out(const kh_even_link *link, double *stored, double *available)
{
    size_t n = link->n_periods;
    double mean = 0;
    for (size_t t = 0; t < n; t++) {
        available[t] = link->generated[t] + stored[t] - stored[(t + 1) % n];
        mean += link->generated[t] / (double)n;
    }
    double most = n > 1 ? INFINITY : 0;
    for (int sweep = 0; sweep < MOST_SWEEPS && most > DONE * mean; sweep++) {
        most = 0;
        for (size_t i = 0; i < n; i++)
            most = fmax(most, balance(link, LEAST_LOAD * mean, sweep % 2 == 0 ? i : n - 1 - i, stored, available));
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/replay.h"

#include <math.h>

/* Counts from the level at the start, since what a period moves may be far smaller than a store. */
static bool play(const kh_expanded_problem *p, const double *load_bps, double scale, size_t e, double *stored_bits)
{
    size_t m = p->graph.n_links;
    double start = stored_bits[e], above = 0;
    for (size_t t = 0; t < p->n_periods; t++) {
        size_t i = t * m + e;
        stored_bits[i] = start + above;
        above = fmin(above + p->period_s * (p->generated_bps[i] - scale * load_bps[i]), p->store_bits[e] - start);
        if (above < -start)
            return false;
    }
    return above >= 0;
}

bool kh_replay_stores(const kh_expanded_problem *p, const double *load_bps, double scale, double *stored_bits)
{
    for (size_t e = 0; e < p->graph.n_links; e++)
        if (!play(p, load_bps, scale, e, stored_bits))
            return false;
    return true;
}

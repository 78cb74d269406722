/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/assign.h"

#include <math.h>

static const double NEAR = 1e-9;

static double table(const kh_assign_problem *p, size_t channel, double noise)
{
    const double *rate = &p->rate_bps[channel * p->n_points];
    for (size_t i = 0; i + 1 < p->n_points; i++)
        if (noise <= p->noise_at[i + 1]) {
            double above = (p->noise_at[i + 1] - noise) / (p->noise_at[i + 1] - p->noise_at[i]);
            return above * rate[i] + (1 - above) * rate[i + 1];
        }
    return 0;
}

static kh_status check_places(const kh_assign_problem *p, const kh_assign *a, size_t *n_classical, kh_error *err)
{
    size_t n_quantum = 0;
    *n_classical = 0;
    for (size_t w = 0; w < p->n_channels; w++) {
        if ((a->quantum[w] && !p->may_quantum[w]) || (a->classical[w] && !p->may_classical[w]))
            return kh_fail(err, KH_UNMET, "channel %zu is used for what it may not be", w);
        n_quantum += a->quantum[w];
        *n_classical += a->classical[w];
        for (size_t v = 0; v < p->n_channels; v++)
            if (a->quantum[w] && a->classical[v] && fabs((double)w - (double)v) <= (double)p->guard)
                return kh_fail(err, KH_UNMET, "channel %zu is quantum, %zu is classical: too near", w, v);
    }
    if (n_quantum > p->n_quantum)
        return kh_fail(err, KH_UNMET, "%zu quantum channels, at most %zu", n_quantum, p->n_quantum);
    return KH_OK;
}

/* Under a single quantum channel its best place at a level has the quietest of the channels that may stand beside it. */
static double best_alone(const kh_assign_problem *p, size_t level, size_t w)
{
    size_t wanted = 0, taken = 0;
    while ((double)(wanted + p->n_elsewhere) * p->levels[level].gbps < p->wanted_gbps * (1 - NEAR))
        wanted++;
    double noise = 0, last = -1;
    size_t n_last = 0;
    while (taken < wanted) { /* the next quietest; equal ones one after the other */
        double next = HUGE_VAL;
        size_t n_next = 0;
        for (size_t v = 0; v < p->n_channels; v++) {
            double own = p->noise[w * p->n_channels + v];
            if (!p->may_classical[v] || fabs((double)w - (double)v) <= (double)p->guard || own <= last)
                continue;
            n_next = own < next ? 1 : own == next ? n_next + 1 : n_next;
            next = fmin(next, own);
        }
        if (n_next == 0)
            return -1;
        n_last = n_next < wanted - taken ? n_next : wanted - taken;
        noise += (double)n_last * next * p->levels[level].power;
        taken += n_last;
        last = next;
    }
    return p->may_quantum[w] ? table(p, w, noise) : -1;
}

static kh_status check_bound(const kh_assign_problem *p, const kh_assign *a, kh_error *err)
{
    if (!(a->bound >= a->value * (1 - NEAR)))
        return kh_fail(err, KH_UNMET, "the bound %g is below the value %g", a->bound, a->value);
    for (size_t l = 0; l < p->n_levels; l++)
        for (size_t w = 0; w < p->n_channels; w++) {
            double alone = best_alone(p, l, w);
            if (alone > a->bound * (1 + NEAR))
                return kh_fail(err, KH_UNMET, "channel %zu alone gives %g bit/s at level %zu, above the bound of %g", w, alone, l,
                               a->bound);
        }
    return KH_OK;
}

kh_status kh_assign_verify(const kh_assign_problem *p, const kh_assign *a, kh_error *err)
{
    size_t n_classical;
    double sum = 0;
    if (a->level >= p->n_levels)
        return kh_fail(err, KH_UNMET, "level %zu of %zu", a->level, p->n_levels);
    KH_TRY(check_places(p, a, &n_classical, err));
    double gbps = (double)(n_classical + p->n_elsewhere) * p->levels[a->level].gbps;
    if (!(gbps >= p->wanted_gbps * (1 - NEAR) && fabs(gbps - a->gbps) <= NEAR * gbps))
        return kh_fail(err, KH_UNMET, "%g Gbit/s, %g are said, %g are wanted", gbps, a->gbps, p->wanted_gbps);
    for (size_t w = 0; w < p->n_channels; w++) {
        double noise = 0;
        for (size_t v = 0; v < p->n_channels; v++)
            if (a->classical[v])
                noise += p->levels[a->level].power * p->noise[w * p->n_channels + v];
        double rate_bps = a->quantum[w] ? table(p, w, noise) : 0;
        if (!(fabs(rate_bps - a->rate_bps[w]) <= NEAR * fmax(rate_bps, p->rate_bps[w * p->n_points])))
            return kh_fail(err, KH_UNMET, "channel %zu gives %g bit/s of key, %g are said", w, rate_bps, a->rate_bps[w]);
        sum += rate_bps;
    }
    if (!(fabs(sum - a->value) <= NEAR * 10 * fmax(sum, a->value)))
        return kh_fail(err, KH_UNMET, "%g bit/s of key in all, %g are said", sum, a->value);
    return check_bound(p, a, err);
}

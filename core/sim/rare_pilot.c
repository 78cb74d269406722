/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/rare_pilot.h"

#include <math.h>
#include <stdlib.h>

/* MARGIN: below what stores reach in their regular ups and downs */
static const double PASSED_WANTED = 0.2, MARGIN = 0.03;

static void sample(kh_rare_player *p, kh_rare_samples *s, double value)
{
    size_t place = s->met++;
    if (place >= KH_RARE_MOST_SAMPLES)
        place = (size_t)kh_rng_below(&p->rng, s->met);
    if (place >= KH_RARE_MOST_SAMPLES)
        return;
    s->values[place] = value;
    s->n += s->n < KH_RARE_MOST_SAMPLES;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(kh_rare_samples *s, double share)
{
    qsort(s->values, s->n, sizeof s->values[0], compare);
    return s->n == 0 ? 0 : s->values[(size_t)(share * (double)(s->n - 1))];
}

static kh_status watch_fill(kh_rare_player *p, void *user)
{
    kh_rare_samples *s = user;
    kh_ns now = kh_kernel_now(&p->engine->kernel);
    if (now < s->next)
        return KH_OK;
    s->next = now + s->every;
    sample(p, s, kh_rare_player_fill(p));
    return KH_OK;
}

static kh_status watch_falls(kh_rare_player *p, void *user)
{
    kh_rare_samples *s = user;
    if (kh_rare_player_is_at_rest(p)) {
        if (s->least < p->rest)
            sample(p, s, s->least);
        s->least = 1;
    } else {
        s->least = fmin(s->least, kh_rare_player_is_starved(p) ? 0 : kh_rare_player_fill(p));
    }
    return KH_OK;
}

kh_status kh_rare_pilot_rest(kh_rare_player *p, kh_rare_samples *s)
{
    KH_TRY(kh_rare_player_start(p, 0));
    *s = (kh_rare_samples){.every = (p->engine->end - p->engine->warm_up) / KH_RARE_MOST_SAMPLES};
    KH_TRY(kh_rare_player_run(p, watch_fill, s));
    p->rest = quantile(s, 0.5);
    return p->rest > 0 ? KH_OK
                       : kh_fail(p->err, KH_INFEASIBLE, "demand '%s' is without key half of the time: plain runs tell more",
                                 p->inputs.net->demands[p->options->demand.i].id);
}

/* The next threshold: so many of the falls get below it. 0 when as many come to the outage, or below it nothing is told apart. */
static double threshold_of(kh_rare_samples *s, double share, double before)
{
    double found = quantile(s, fmin(share, PASSED_WANTED));
    return found < before ? found : 0;
}

kh_status kh_rare_pilot_first(kh_rare_player *p, kh_rare_samples *s)
{
    KH_TRY(kh_rare_player_start(p, 0));
    *s = (kh_rare_samples){.least = 1};
    KH_TRY(kh_rare_player_run(p, watch_falls, s));
    double wanted = (double)p->options->runs_per_stage / (double)(s->met > 0 ? s->met : 1);
    double found = threshold_of(s, wanted, p->rest);
    p->result->thresholds[0] = fmax(0, found - MARGIN * p->rest);
    p->result->n_stages = 1;
    return KH_OK;
}

kh_status kh_rare_pilot_next(kh_rare_player *p, kh_rare_samples *s, const kh_rare_states *from)
{
    double before = p->result->thresholds[p->result->n_stages - 1];
    *s = (kh_rare_samples){.n = 0};
    for (size_t i = 0; i < p->options->runs_per_stage; i++) {
        bool passed;
        double least;
        KH_TRY(kh_rare_player_load(p, from));
        KH_TRY(kh_rare_player_fall(p, 0, &passed, &least));
        sample(p, s, passed ? 0 : least);
    }
    bool last = p->result->n_stages + 1 == KH_RARE_MOST_STAGES;
    p->result->thresholds[p->result->n_stages++] = last ? 0 : threshold_of(s, PASSED_WANTED, before);
    return KH_OK;
}

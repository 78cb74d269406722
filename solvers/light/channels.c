/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/channels.h"

#include "core/base/clock.h"
#include "solvers/lp/lp_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double GAP = 1e-6; /* of branch and bound */

typedef struct rank {
    double use, rate_bps;
    size_t way, wavelength;
} rank;

typedef struct work {
    const kh_channels_problem *problem;
    kh_arena *arena;
    kh_channels *answer;
    double unit;    /* of the objective */
    size_t *column; /* [n_ways * n_wavelengths] SIZE_MAX: the way is not free there */
    kh_lp_build build;
    kh_lp lp;
    double *primal, *dual;
    double deadline_s;
} work;

static double weight(const kh_channels_problem *p, size_t k)
{
    return p->weight != NULL ? p->weight[k] : 1;
}

static kh_status check_way(const kh_channels_problem *p, size_t i, kh_error *err)
{
    const kh_channels_way *way = &p->ways[i];
    if (way->demand >= p->n_demands || way->n_links == 0)
        return kh_fail(err, KH_ERANGE, "way %zu is of demand %u and has %zu links", i, way->demand, way->n_links);
    if (!(way->rate_bps > 0) || isinf(way->rate_bps))
        return kh_fail(err, KH_ERANGE, "way %zu makes %g bit/s, must be finite and > 0", i, way->rate_bps);
    for (size_t h = 0; h < way->n_links; h++) {
        if (way->links[h] >= p->n_links)
            return kh_fail(err, KH_ERANGE, "way %zu takes link %u of %zu", i, way->links[h], p->n_links);
        for (size_t g = 0; g < h; g++)
            if (way->links[g] == way->links[h])
                return kh_fail(err, KH_ERANGE, "way %zu takes link %u twice", i, way->links[h]);
    }
    return KH_OK;
}

static kh_status check(const kh_channels_problem *p, kh_error *err)
{
    for (size_t k = 0; k < p->n_demands; k++)
        if (!(p->asked_bps[k] > 0 && weight(p, k) > 0) || isinf(p->asked_bps[k]) || isinf(weight(p, k)))
            return kh_fail(err, KH_ERANGE, "demand %zu asks for %g bit/s with a weight of %g", k, p->asked_bps[k], weight(p, k));
    for (size_t i = 0; i < p->n_ways; i++)
        KH_TRY(check_way(p, i, err));
    return KH_OK;
}

static bool is_free(const kh_channels_problem *p, const kh_channels_way *way, size_t wavelength)
{
    for (size_t h = 0; h < way->n_links; h++)
        if (!p->is_free[way->links[h] * p->n_wavelengths + wavelength])
            return false;
    return true;
}

/* Rows: links and wavelengths, then demands. Columns: rates of demands as shares of what they ask for, then channels. */
static kh_status build_program(work *w, kh_error *err)
{
    const kh_channels_problem *p = w->problem;
    size_t slots = p->n_links * p->n_wavelengths;
    w->column = KH_NEW(w->arena, size_t, p->n_ways * p->n_wavelengths);
    if (w->column == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the channels of %zu ways", p->n_ways);
    KH_TRY(kh_lp_build_init(&w->build, slots + p->n_demands, w->arena, err));
    for (size_t s = 0; s < slots; s++)
        kh_lp_build_row(&w->build, s, -INFINITY, 1);
    for (size_t k = 0; k < p->n_demands; k++) {
        w->unit = fmax(w->unit, weight(p, k) * p->asked_bps[k]);
        kh_lp_build_row(&w->build, slots + k, -INFINITY, 0);
    }
    for (size_t k = 0; k < p->n_demands; k++) {
        kh_lp_build_column(&w->build, weight(p, k) * p->asked_bps[k] / w->unit, 0, 1);
        kh_lp_build_entry(&w->build, slots + k, 1);
    }
    for (size_t i = 0; i < p->n_ways * p->n_wavelengths; i++) {
        const kh_channels_way *way = &p->ways[i / p->n_wavelengths];
        size_t wavelength = i % p->n_wavelengths;
        w->column[i] = SIZE_MAX;
        if (!is_free(p, way, wavelength))
            continue;
        w->column[i] = kh_lp_build_integer(&w->build, 0, 0, 1);
        for (size_t h = 0; h < way->n_links; h++)
            kh_lp_build_entry(&w->build, way->links[h] * p->n_wavelengths + wavelength, 1);
        /* one channel serves a demand in full at most */
        kh_lp_build_entry(&w->build, slots + way->demand, -fmin(way->rate_bps / p->asked_bps[way->demand], 1));
    }
    KH_TRY(kh_lp_build_program(&w->build, true, &w->lp, err));
    w->primal = KH_NEW(w->arena, double, w->lp.n_columns);
    w->dual = KH_NEW(w->arena, double, w->lp.n_rows);
    if (w->primal == NULL || w->dual == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", w->lp.n_columns);
    return KH_OK;
}

/* Prices out of the duals, and the bound they prove. */
static void prove(work *w)
{
    const kh_channels_problem *p = w->problem;
    kh_channels *a = w->answer;
    size_t slots = p->n_links * p->n_wavelengths;
    a->relaxed = 0;
    for (size_t s = 0; s < slots; s++) {
        a->prices[s] = fmax(w->dual[s], 0) * w->unit;
        a->relaxed += a->prices[s];
    }
    for (size_t k = 0; k < p->n_demands; k++) {
        a->key_price[k] = fmax(w->dual[slots + k], 0) * w->unit / p->asked_bps[k];
        a->relaxed += p->asked_bps[k] * fmax(0, weight(p, k) - a->key_price[k]);
    }
    for (size_t i = 0; i < p->n_ways * p->n_wavelengths; i++) {
        const kh_channels_way *way = &p->ways[i / p->n_wavelengths];
        double worth = a->key_price[way->demand] * fmin(way->rate_bps, p->asked_bps[way->demand]);
        for (size_t h = 0; h < way->n_links; h++)
            worth -= a->prices[way->links[h] * p->n_wavelengths + i % p->n_wavelengths];
        a->relaxed += w->column[i] != SIZE_MAX ? fmax(worth, 0) : 0;
    }
}

static void measure(const kh_channels_problem *p, kh_channels *a)
{
    a->value = 0;
    for (size_t k = 0; k < p->n_demands; k++)
        a->rate_bps[k] = 0;
    for (size_t i = 0; i < p->n_ways * p->n_wavelengths; i++)
        if (a->lit[i])
            a->rate_bps[p->ways[i / p->n_wavelengths].demand] += p->ways[i / p->n_wavelengths].rate_bps;
    for (size_t k = 0; k < p->n_demands; k++) {
        a->rate_bps[k] = fmin(a->rate_bps[k], p->asked_bps[k]);
        a->value += weight(p, k) * a->rate_bps[k];
    }
}

static int by_use(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->use != y->use)
        return x->use > y->use ? -1 : 1;
    if (x->rate_bps != y->rate_bps)
        return x->rate_bps > y->rate_bps ? -1 : 1;
    if (x->way != y->way)
        return x->way < y->way ? -1 : 1;
    return x->wavelength < y->wavelength ? -1 : x->wavelength > y->wavelength;
}

/* Channels of the relaxation in falling order, each where its links are still free and its demand not yet served. */
static kh_status round_off(work *w, kh_error *err)
{
    const kh_channels_problem *p = w->problem;
    kh_channels *a = w->answer;
    size_t n = p->n_ways * p->n_wavelengths;
    rank *order = KH_NEW(w->arena, rank, n);
    bool *taken = KH_NEW(w->arena, bool, p->n_links * p->n_wavelengths);
    if (order == NULL || taken == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    for (size_t i = 0; i < n; i++)
        order[i] = (rank){w->column[i] != SIZE_MAX ? w->primal[w->column[i]] : -1, p->ways[i / p->n_wavelengths].rate_bps,
                          i / p->n_wavelengths, i % p->n_wavelengths};
    qsort(order, n, sizeof *order, by_use);
    for (size_t i = 0; i < n && order[i].use >= 0; i++) {
        const kh_channels_way *way = &p->ways[order[i].way];
        bool fits = a->rate_bps[way->demand] < p->asked_bps[way->demand];
        for (size_t h = 0; h < way->n_links; h++)
            fits = fits && !taken[way->links[h] * p->n_wavelengths + order[i].wavelength];
        for (size_t h = 0; fits && h < way->n_links; h++)
            taken[way->links[h] * p->n_wavelengths + order[i].wavelength] = true;
        a->lit[order[i].way * p->n_wavelengths + order[i].wavelength] = fits;
        a->rate_bps[way->demand] += fits ? way->rate_bps : 0;
    }
    measure(p, a);
    return KH_OK;
}

/* Branch and bound from the rounded point. */
static kh_status branch(work *w, kh_error *err)
{
    const kh_channels_problem *p = w->problem;
    kh_channels *a = w->answer;
    double *known = KH_NEW(w->arena, double, w->lp.n_columns);
    if (known == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", w->lp.n_columns);
    for (size_t k = 0; k < p->n_demands; k++)
        known[k] = a->rate_bps[k] / p->asked_bps[k] * (1 - 1e-12);
    for (size_t i = 0; i < p->n_ways * p->n_wavelengths; i++)
        if (w->column[i] != SIZE_MAX)
            known[w->column[i]] = a->lit[i] ? 1 : 0;
    kh_lp_solution s = {.primal = w->primal};
    const kh_lp_options options = {
        .program = p->lp_program, .time_limit_s = w->deadline_s - kh_clock_s(), .gap = GAP, .incumbent = known};
    kh_status status = kh_lp_solve(&w->lp, &options, &s, err);
    if (status != KH_OK && status != KH_TIMELIMIT)
        return status;
    a->complete = status == KH_OK;
    a->bound = fmin(a->relaxed, s.bound * w->unit * (1 + 1e-9));
    if (isfinite(s.objective) && s.objective * w->unit > a->value) {
        for (size_t i = 0; i < p->n_ways * p->n_wavelengths; i++)
            a->lit[i] = w->column[i] != SIZE_MAX && w->primal[w->column[i]] > 0.5;
        measure(p, a);
    }
    return KH_OK;
}

static kh_status solve(work *w, kh_error *err)
{
    KH_TRY(build_program(w, err));
    kh_lp relaxation = w->lp;
    relaxation.integer = NULL;
    kh_lp_solution s = {.primal = w->primal, .dual = w->dual};
    const kh_lp_options options = {.program = w->problem->lp_program, .time_limit_s = w->deadline_s - kh_clock_s()};
    kh_status status = kh_lp_solve(&relaxation, &options, &s, err);
    w->answer->complete = status == KH_OK;
    if (status == KH_TIMELIMIT) { /* without prices everything is worth what is asked for */
        memset(w->primal, 0, w->lp.n_columns * sizeof *w->primal);
        memset(w->dual, 0, w->lp.n_rows * sizeof *w->dual);
    } else if (status != KH_OK) {
        return status;
    }
    prove(w);
    KH_TRY(round_off(w, err));
    w->answer->bound = w->answer->relaxed;
    if (w->answer->complete && w->answer->bound > w->answer->value * (1 + GAP))
        KH_TRY(branch(w, err));
    w->answer->bound = fmax(w->answer->bound, w->answer->value);
    return KH_OK;
}

kh_status kh_channels_solve(const kh_channels_problem *problem, kh_arena *arena, kh_channels *channels, kh_error *err)
{
    size_t n = problem->n_ways * problem->n_wavelengths;
    KH_TRY(check(problem, err));
    kh_channels made = {.complete = true,
                        .lit = KH_NEW(arena, bool, n),
                        .rate_bps = KH_NEW(arena, double, problem->n_demands),
                        .prices = KH_NEW(arena, double, problem->n_links * problem->n_wavelengths),
                        .key_price = KH_NEW(arena, double, problem->n_demands)};
    if (made.lit == NULL || made.rate_bps == NULL || made.prices == NULL || made.key_price == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu channels", n);
    work w = {.problem = problem, .arena = arena, .answer = &made, .deadline_s = kh_clock_s() + problem->time_limit_s};
    if (problem->n_demands > 0)
        KH_TRY(solve(&w, err));
    *channels = made;
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/optical/optical_choice.h"

#include <math.h>

enum { ROUNDS_MAX = 4 };

static const double same_baud_gbd = 0.01; /* symbol rates that are one within rounding of data sheets */

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory for a line system");
}

/* --- which modes --- */

static bool all_allow(const kh_net *net, const kh_optical_route *route, kh_mode_id mode)
{
    for (size_t h = 0; h < route->n_hops; h++)
        if (!kh_line_allows(&net->line_systems[route->hops[h].line.i], mode))
            return false;
    return true;
}

/* Spacing and symbol rate, before any light is computed; "" when it fits, NULL when memory is out. */
static const char *find_misfit(const kh_optical_choice *c, const kh_optical_part *part, const kh_mode *mode)
{
    const char *what = part->id == NULL ? "the line" : "the comb";
    double need_ghz = kh_mode_need_ghz(mode);
    if (need_ghz > part->grid.spacing_ghz)
        return kh_arena_printf(c->arena, "needs %g GHz spacing, %s has %g GHz", need_ghz, what, part->grid.spacing_ghz);
    if (!isnan(part->grid.baud_gbd) && fabs(part->grid.baud_gbd - mode->baud_gbd) > same_baud_gbd)
        return kh_arena_printf(c->arena, "runs at %g GBd, %s at %g GBd", mode->baud_gbd, what, part->grid.baud_gbd);
    return "";
}

static kh_status add_trial(kh_optical_choice *c, size_t k, kh_mode_id mode, kh_error *err)
{
    kh_optical_carrier *carrier = &c->carriers[k];
    const char *misfit = find_misfit(c, &c->plan.parts[k], &c->net->modes[mode.i]);
    if (misfit == NULL)
        return no_memory(err);
    carrier->trials[carrier->n++] = (kh_optical_trial){.mode = mode, .misfit = misfit[0] == '\0' ? NULL : misfit};
    return KH_OK;
}

/* The modes in the order of the line that names them, else of the library. */
static kh_status list_modes(kh_optical_choice *c, size_t k, const kh_optical_route *route, kh_error *err)
{
    const kh_line_system *first = &c->net->line_systems[route->hops[0].line.i];
    size_t n = first->n_modes > 0 ? first->n_modes : c->net->n_modes;
    c->carriers[k].trials = KH_NEW(c->arena, kh_optical_trial, n + 1);
    if (c->carriers[k].trials == NULL)
        return no_memory(err);
    if (c->plan.parts[k].mode.i != KH_NO_INDEX)
        return add_trial(c, k, c->plan.parts[k].mode, err);
    for (uint32_t i = 0; i < n; i++) {
        kh_mode_id mode = first->n_modes > 0 ? first->modes[i] : (kh_mode_id){i};
        if (all_allow(c->net, route, mode))
            KH_TRY(add_trial(c, k, mode, err));
    }
    return KH_OK;
}

kh_status kh_optical_choice_list(kh_optical_choice *choice, const kh_optical_route *route, kh_error *err)
{
    for (size_t k = 0; k < choice->plan.n; k++)
        KH_TRY(list_modes(choice, k, route, err));
    return KH_OK;
}

/* --- light and verdicts --- */

/* All combs lit at some symbol rates. */
typedef struct light {
    double *baud_gbd; /* [plan.n] */
    kh_optical_comb comb;
    size_t *owner; /* [comb.n] */
    kh_optical_path path;
    double capacity_gbps, margin_db; /* sums over the combs: what counts first and second */
} light;

static const double margin_most_db = 1000.0; /* of a mode without any noise */

static bool is_better_trial(const kh_optical_trial *a, const kh_optical_trial *b)
{
    bool works_a = a->judged && a->verdict.obstacle == KH_OPTICAL_CLEAR;
    bool works_b = b->judged && b->verdict.obstacle == KH_OPTICAL_CLEAR;
    if (works_a != works_b)
        return works_a;
    if (a->judged != b->judged)
        return a->judged;
    double rate_a = works_a ? a->verdict.rate_gbps : 0.0, rate_b = works_b ? b->verdict.rate_gbps : 0.0;
    if (rate_a != rate_b)
        return rate_a > rate_b;
    if (!a->judged)
        return false;
    return a->verdict.margin_db > b->verdict.margin_db;
}

static kh_status select_channels(const kh_optical_choice *c, const light *l, size_t k, kh_optical_selection *which, kh_error *err)
{
    size_t *index = KH_NEW(c->arena, size_t, l->comb.n), n = 0;
    if (index == NULL)
        return no_memory(err);
    for (size_t i = 0; i < l->comb.n; i++)
        if (l->owner[i] == k)
            index[n++] = i;
    *which = (kh_optical_selection){.index = index, .n = n};
    return KH_OK;
}

/* Judges the modes that run at the symbol rate of the light, and adds the best of them to the light's worth. */
static void judge_carrier(const kh_optical_choice *c, light *l, size_t k)
{
    kh_optical_carrier *carrier = &c->carriers[k];
    const kh_optical_trial *best = NULL;
    for (size_t i = 0; i < carrier->n; i++) {
        kh_optical_trial *t = &carrier->trials[i];
        const kh_mode *mode = &c->net->modes[t->mode.i];
        if (t->misfit != NULL || mode->baud_gbd != l->baud_gbd[k])
            continue;
        t->judged = true;
        t->verdict = kh_optical_mode_judge(mode, c->margin_db, &l->path, &l->comb, &carrier->which);
        if (best == NULL || is_better_trial(t, best))
            best = t;
    }
    if (best == NULL)
        return;
    l->capacity_gbps += best->verdict.rate_gbps * (double)carrier->which.n;
    l->margin_db += fmin(fmax(best->verdict.margin_db, -margin_most_db), margin_most_db);
}

static kh_status judge_light(const kh_optical_choice *c, light *l, kh_error *err)
{
    l->capacity_gbps = l->margin_db = 0.0;
    for (size_t k = 0; k < c->plan.n; k++) {
        KH_TRY(select_channels(c, l, k, &c->carriers[k].which, err));
        judge_carrier(c, l, k);
    }
    return KH_OK;
}

static kh_status run_light(const kh_optical_choice *c, kh_optical_cache *cache, light *l, kh_error *err)
{
    KH_TRY(kh_optical_plan_light(&c->plan, l->baud_gbd, c->arena, &l->comb, &l->owner, err));
    KH_TRY(kh_optical_run(c->chain, &l->comb, (double)INFINITY, cache, c->arena, &l->path, err));
    return judge_light(c, l, err);
}

/* --- the search --- */

/* Symbol rates that one comb may have. */
typedef struct rates {
    double *baud_gbd; /* [n] */
    size_t n;
} rates;

static kh_status list_rates(const kh_optical_choice *c, size_t k, rates *out, kh_error *err)
{
    const kh_optical_carrier *carrier = &c->carriers[k];
    *out = (rates){.baud_gbd = KH_NEW(c->arena, double, carrier->n + 1)};
    if (out->baud_gbd == NULL)
        return no_memory(err);
    for (size_t i = 0; i < carrier->n; i++) {
        double baud_gbd = c->net->modes[carrier->trials[i].mode.i].baud_gbd;
        size_t j = 0;
        while (j < out->n && out->baud_gbd[j] != baud_gbd)
            j++;
        if (carrier->trials[i].misfit == NULL && j == out->n)
            out->baud_gbd[out->n++] = baud_gbd;
    }
    return KH_OK;
}

/* A comb on which no mode fits is lit all the same: it disturbs the others. */
static double first_rate(const kh_optical_part *part, const rates *r)
{
    if (r->n > 0)
        return r->baud_gbd[0];
    return isnan(part->grid.baud_gbd) ? part->grid.spacing_ghz : part->grid.baud_gbd;
}

typedef struct search {
    const kh_optical_choice *c;
    kh_optical_cache *cache;
    rates *rates; /* [plan.n] */
    light best;
    kh_error *err;
} search;

static kh_status try_rate(search *s, size_t k, double baud_gbd, bool *improved)
{
    size_t n = s->c->plan.n;
    light l = {.baud_gbd = KH_NEW(s->c->arena, double, n)};
    if (l.baud_gbd == NULL)
        return no_memory(s->err);
    for (size_t i = 0; i < n; i++)
        l.baud_gbd[i] = i == k ? baud_gbd : s->best.baud_gbd[i];
    KH_TRY(run_light(s->c, s->cache, &l, s->err));
    bool better =
        l.capacity_gbps != s->best.capacity_gbps ? l.capacity_gbps > s->best.capacity_gbps : l.margin_db > s->best.margin_db;
    if (better)
        s->best = l;
    *improved = *improved || better;
    return KH_OK;
}

/* Every other symbol rate of every comb, once. */
static kh_status improve(search *s, bool *improved)
{
    *improved = false;
    for (size_t k = 0; k < s->c->plan.n; k++)
        for (size_t j = 0; j < s->rates[k].n; j++)
            if (s->rates[k].baud_gbd[j] != s->best.baud_gbd[k])
                KH_TRY(try_rate(s, k, s->rates[k].baud_gbd[j], improved));
    return KH_OK;
}

/* Sets out from the first symbol rate of every comb; @p open: combs with more than one. */
static kh_status start(search *s, size_t *open, size_t *fitting)
{
    const kh_optical_choice *c = s->c;
    s->cache = kh_optical_cache_create(c->arena);
    s->rates = KH_NEW(c->arena, rates, c->plan.n);
    s->best.baud_gbd = KH_NEW(c->arena, double, c->plan.n);
    if (s->cache == NULL || s->rates == NULL || s->best.baud_gbd == NULL)
        return no_memory(s->err);
    *open = *fitting = 0;
    for (size_t k = 0; k < c->plan.n; k++) {
        KH_TRY(list_rates(c, k, &s->rates[k], s->err));
        s->best.baud_gbd[k] = first_rate(&c->plan.parts[k], &s->rates[k]);
        *open += s->rates[k].n > 1 ? 1 : 0;
        *fitting += s->rates[k].n > 0 ? 1 : 0;
    }
    return KH_OK;
}

static void pick_best(kh_optical_carrier *carrier)
{
    carrier->best = carrier->n == 0 ? NULL : &carrier->trials[0];
    for (size_t i = 1; i < carrier->n; i++)
        if (is_better_trial(&carrier->trials[i], carrier->best))
            carrier->best = &carrier->trials[i];
}

/* A trial that was judged at a symbol rate which lost may look better than it would beside the final ones: the final rate decides.
 */
static void pick_final(const kh_optical_choice *c, const light *l, size_t k)
{
    kh_optical_carrier *carrier = &c->carriers[k];
    carrier->best = NULL;
    for (size_t i = 0; i < carrier->n; i++) {
        const kh_optical_trial *t = &carrier->trials[i];
        bool lit = t->misfit == NULL && c->net->modes[t->mode.i].baud_gbd == l->baud_gbd[k];
        if (lit && (carrier->best == NULL || is_better_trial(t, carrier->best)))
            carrier->best = t;
    }
    if (carrier->best == NULL)
        pick_best(carrier);
}

/* With one comb to choose for, one round has seen everything. */
static kh_status run_search(search *s, size_t open)
{
    KH_TRY(run_light(s->c, s->cache, &s->best, s->err));
    bool improved = open > 0;
    for (int round = 0; improved && round < ROUNDS_MAX && (round == 0 || open > 1); round++)
        KH_TRY(improve(s, &improved));
    return judge_light(s->c, &s->best, s->err);
}

kh_status kh_optical_choice_find(kh_optical_choice *choice, kh_error *err)
{
    search s = {.c = choice, .err = err};
    size_t open = 0, fitting = 0;
    KH_TRY(start(&s, &open, &fitting));
    if (fitting > 0) {
        KH_TRY(run_search(&s, open));
        choice->lit = true;
        choice->comb = s.best.comb;
        choice->path = s.best.path;
    }
    for (size_t k = 0; k < choice->plan.n; k++)
        pick_final(choice, &s.best, k);
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/over_time.h"

#include "core/base/clock.h"
#include "core/base/units.h"
#include "solvers/flow/given.h"
#include "solvers/stores/expanded_verify.h"
#include "solvers/stores/joined.h"
#include "solvers/stores/schedule_verify.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_PERIODS = 48, DAYS = 365 };
static const double PEAK_H = 14, HOUR_S = 3600, TURN = 6.283185307179586476925;
static const double MOST_SWING_H = 6; /* a period must not be longer, or the day is lost in it */

typedef struct work {
    const kh_net *net;
    const kh_rates *rates;
    const kh_over_time_options *options;
    kh_arena *arena;
    kh_over_time *over;
    kh_given given;
    double deadline_s;
} work;

static bool has_passes(const work *w, size_t e)
{
    return w->rates->qkd[e].is_satellite && w->given.problem.capacity_bps[e] > 0;
}

/* The year repeats: a pass of the first days comes again after the last one. */
static bool is_within(const work *w, const kh_pass *pass, double *shift_s)
{
    double from_s = w->options->first_day * KH_S_PER_DAY, year_s = DAYS * KH_S_PER_DAY;
    for (*shift_s = -from_s; *shift_s <= year_s; *shift_s += year_s)
        if (pass->start_s + *shift_s >= 0 && pass->end_s + *shift_s <= w->options->hours * HOUR_S)
            return true;
    return false;
}

static size_t list_passes(const work *w, kh_schedule_pass *passes)
{
    size_t n = 0;
    double shift_s;
    for (uint32_t e = 0; e < w->net->n_qkd_links; e++) {
        const kh_qkd_rate *rate = &w->rates->qkd[e];
        const kh_qkd_link *link = &w->net->qkd_links[e];
        for (size_t i = 0; has_passes(w, e) && i < rate->n_passes; i++) {
            if (!is_within(w, &rate->passes[i], &shift_s))
                continue;
            const kh_pass *pass = &rate->passes[i];
            double clear = fmin(pass->clear_share / link->pass_share, 1);
            if (passes != NULL) {
                passes[n] =
                    (kh_schedule_pass){e, pass->start_s + shift_s, pass->end_s + shift_s, pass->key_bits * link->modules * clear};
                w->over->all_bits[e] += passes[n].key_bits;
            }
            n++;
        }
    }
    return n;
}

static int by_start(const void *a, const void *b)
{
    const kh_schedule_pass *x = a, *y = b;
    if (x->start_s != y->start_s)
        return x->start_s < y->start_s ? -1 : 1;
    return x->link < y->link ? -1 : x->link > y->link;
}

/* Which demands have a path over these links. */
static kh_status find_joined(const work *w, const double *rate_bps, bool **joined, kh_error *err)
{
    kh_keyflow_problem problem = w->given.problem;
    problem.capacity_bps = rate_bps;
    *joined = KH_NEW(w->arena, bool, problem.n_demands);
    if (*joined == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", problem.n_demands);
    return kh_joined_find(&problem, w->arena, *joined, err);
}

/* Ground stations with passes. */
static kh_status list_stations(const work *w, uint32_t **stations, size_t *n, kh_error *err)
{
    bool *seen = KH_NEW(w->arena, bool, w->net->n_nodes);
    *stations = KH_NEW(w->arena, uint32_t, w->net->n_nodes);
    *n = 0;
    if (seen == NULL || *stations == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the stations among %zu nodes", w->net->n_nodes);
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        for (int i = 0; i < 2 && w->over->all_bits[e] > 0; i++)
            seen[w->net->qkd_links[e].ends[i].i] = true;
    for (uint32_t v = 0; v < w->net->n_nodes; v++)
        if (seen[v] && w->net->nodes[v].kind == KH_NODE_OGS)
            (*stations)[(*n)++] = v;
    return KH_OK;
}

/* Demands that a path needs the sky for; without any, pairs of stations. */
static kh_status choose_pairs(work *w, const double *given_bps, kh_error *err)
{
    const kh_keyflow_problem *all = &w->given.problem;
    kh_over_time *o = w->over;
    bool *ground, *ever;
    KH_TRY(find_joined(w, given_bps, &ground, err));
    KH_TRY(find_joined(w, all->capacity_bps, &ever, err));
    uint32_t *stations;
    size_t n_stations, n = 0;
    KH_TRY(list_stations(w, &stations, &n_stations, err));
    size_t room = all->n_demands + n_stations * n_stations / 2;
    kh_keyflow_demand *demands = KH_NEW(w->arena, kh_keyflow_demand, room);
    o->pair_demand = KH_NEW(w->arena, uint32_t, room);
    if (demands == NULL || o->pair_demand == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu pairs", room);
    for (size_t k = 0; k < all->n_demands; k++)
        if (ever[k] && !ground[k]) {
            o->pair_demand[n] = w->given.sent[k];
            demands[n++] = all->demands[k];
        }
    bool none = n == 0;
    for (size_t a = 0; a < n_stations && none; a++)
        for (size_t b = a + 1; b < n_stations; b++) {
            o->pair_demand[n] = KH_NO_INDEX;
            demands[n++] = (kh_keyflow_demand){{stations[a], stations[b]}, 1};
        }
    o->passes.demands = demands;
    o->passes.n_demands = n;
    return KH_OK;
}

static kh_status make_passes(work *w, kh_error *err)
{
    kh_over_time *o = w->over;
    size_t n = list_passes(w, NULL), m = w->net->n_qkd_links;
    kh_schedule_pass *passes = KH_NEW(w->arena, kh_schedule_pass, n);
    double *given_bps = KH_NEW(w->arena, double, m);
    o->all_bits = KH_NEW(w->arena, double, m);
    if (passes == NULL || given_bps == NULL || o->all_bits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu passes", n);
    list_passes(w, passes);
    qsort(passes, n, sizeof *passes, by_start);
    for (size_t e = 0; e < m; e++)
        given_bps[e] = w->rates->qkd[e].is_satellite ? 0 : w->given.problem.capacity_bps[e];
    o->passes = (kh_schedule_problem){.graph = w->given.problem.graph,
                                      .horizon_s = w->options->hours * HOUR_S,
                                      .given_bps = given_bps,
                                      .passes = passes,
                                      .n_passes = n,
                                      .time_limit_s = (w->deadline_s - kh_clock_s()) / 2, /* the rest is for the stores */
                                      .lp_program = w->options->lp_program,
                                      .mps = n > 0 ? w->options->mps : NULL};
    return choose_pairs(w, given_bps, err);
}

static kh_status set_weights(work *w, kh_error *err)
{
    kh_over_time *o = w->over;
    if (!w->options->total)
        return KH_OK;
    double *weight = KH_NEW(w->arena, double, o->passes.n_demands);
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu weights", o->passes.n_demands);
    for (size_t k = 0; k < o->passes.n_demands; k++)
        weight[k] = 1;
    o->passes.weight = weight;
    return KH_OK;
}

/* What each pair gets over the passes chosen: fair beyond the share that all have. */
static kh_status share_keys(work *w, kh_error *err)
{
    kh_over_time *o = w->over;
    kh_keyflow fair, *flow = &o->schedule.flow;
    double *rate_bps = KH_NEW(w->arena, double, w->net->n_qkd_links);
    o->pair_bits = KH_NEW(w->arena, double, o->passes.n_demands);
    if (rate_bps == NULL || o->pair_bits == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the keys of %zu pairs", o->passes.n_demands);
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        rate_bps[e] = o->passes.given_bps[e];
    for (size_t i = 0; i < o->passes.n_passes; i++)
        rate_bps[o->passes.passes[i].link] += o->schedule.chosen[i] ? o->passes.passes[i].key_bits / o->passes.horizon_s : 0;
    if (!w->options->total) {
        kh_keyflow_problem problem = w->given.problem;
        problem.capacity_bps = rate_bps;
        problem.demands = o->passes.demands;
        problem.n_demands = o->passes.n_demands;
        problem.max_min = true;
        problem.lp_program = w->options->lp_program;
        KH_TRY(kh_keyflow_solve(&problem, w->arena, &fair, err));
        flow = &fair;
    }
    for (size_t k = 0; k < o->passes.n_demands; k++)
        o->pair_bits[k] = flow->rate_bps[k] * o->passes.horizon_s;
    return KH_OK;
}

static void set_generation(const work *w, size_t n_periods, double period_s, double *generated_bps)
{
    const kh_over_time *o = w->over;
    size_t m = w->net->n_qkd_links;
    for (size_t i = 0; i < n_periods * m; i++)
        generated_bps[i] = o->passes.given_bps[i % m];
    for (size_t i = 0; i < o->passes.n_passes; i++) {
        const kh_schedule_pass *pass = &o->passes.passes[i];
        size_t t = (size_t)fmin(floor(pass->end_s / period_s), (double)n_periods - 1);
        if (o->schedule.chosen[i])
            generated_bps[t * m + pass->link] += pass->key_bits / period_s;
    }
}

static kh_status make_stores(work *w, kh_error *err)
{
    kh_over_time *o = w->over;
    size_t m = w->net->n_qkd_links, n = w->given.problem.n_demands;
    size_t periods = (size_t)fmax(1, fmin(MOST_PERIODS, ceil(w->options->hours)));
    double period_s = w->options->hours * HOUR_S / (double)periods;
    if (w->options->swing > 0 && period_s > MOST_SWING_H * HOUR_S)
        return kh_fail(err, KH_ERANGE, "%g hours are too long for requests that swing over the day, at most %g", w->options->hours,
                       MOST_SWING_H * MOST_PERIODS);
    double *generated_bps = KH_NEW(w->arena, double, periods *m), *store_bits = KH_NEW(w->arena, double, m);
    double *profile = KH_NEW(w->arena, double, periods *n);
    if (generated_bps == NULL || store_bits == NULL || profile == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu periods of %zu links", periods, m);
    set_generation(w, periods, period_s, generated_bps);
    for (size_t e = 0; e < m; e++)
        store_bits[e] = w->net->qkd_links[e].key_store.capacity_keys * KH_KEY_BITS;
    for (size_t i = 0; i < periods * n; i++) {
        double middle_h = ((double)(i / n) + 0.5) * period_s / HOUR_S;
        profile[i] = 1 + w->options->swing * cos(TURN * (middle_h - PEAK_H) / 24);
    }
    o->sent = w->given.sent;
    o->stores = (kh_expanded_problem){.graph = w->given.problem.graph,
                                      .n_periods = periods,
                                      .period_s = period_s,
                                      .generated_bps = generated_bps,
                                      .store_bits = store_bits,
                                      .demands = w->given.problem.demands,
                                      .n_demands = n,
                                      .profile = profile,
                                      .time_limit_s = fmax(w->deadline_s - kh_clock_s(), 0),
                                      .lp_program = w->options->lp_program,
                                      .mps = o->passes.n_passes > 0 ? NULL : w->options->mps};
    return KH_OK;
}

/* An answer that does not verify is the program's fault. */
static kh_status blame(kh_status status)
{
    return status == KH_UNMET ? KH_EINTERNAL : status;
}

kh_status kh_over_time_solve(const kh_net *net, const kh_rates *rates, const kh_over_time_options *options, kh_arena *arena,
                             kh_over_time *over, kh_error *err)
{
    kh_over_time made = {0};
    work w = {.net = net, .rates = rates, .options = options, .arena = arena, .over = &made};
    w.deadline_s = kh_clock_s() + options->time_limit_s;
    KH_TRY(kh_given_make(net, rates, arena, &w.given, err));
    KH_TRY(make_passes(&w, err));
    KH_TRY(set_weights(&w, err));
    KH_TRY(kh_schedule_solve(&made.passes, arena, &made.schedule, err));
    KH_TRY(blame(kh_schedule_verify(&made.passes, &made.schedule, err)));
    KH_TRY(share_keys(&w, err));
    KH_TRY(make_stores(&w, err));
    KH_TRY(kh_expanded_solve(&made.stores, arena, &made.flow, err));
    KH_TRY(blame(kh_expanded_verify(&made.stores, &made.flow, err)));
    *over = made;
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/schedule.h"

#include "core/base/clock.h"
#include "solvers/flow/total.h"
#include "solvers/stores/pass_cuts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what all passes of a link bring: so much it has in the flows that make cuts, since a link with nothing has no price. Less
   makes cuts that are closer at this schedule and say less of others. */
static const double FIRST_TOKEN = 1e-4, LAST_TOKEN = 1e-9, NEXT_TOKEN = 0.01;
static const double NEAR = 1e-6;    /* gap that is good enough where none is given */
static const double CLOSED = 1e-7;  /* the relaxation is exact */
static const double BETTER = 1e-10; /* an exchange of passes must gain more */
enum { MOST_CUTS = 600, MOST_EXCHANGES = 300 };

typedef struct rank {
    double use, worth, key_bits;
    uint32_t pass;
} rank;

typedef struct work {
    const kh_schedule_problem *problem;
    kh_arena *arena, *scratch, *program; /* scratch: one flow, program: one LP; emptied before the next */
    kh_schedule *answer;
    kh_clashes clashes;
    kh_pass_cuts cuts;
    kh_pass_point point;
    double *rate_bps;  /* [n_links] */
    double *token_bps; /* [n_links] */
    double token;
    rank *order; /* [n_passes] in which passes are tried */
    bool *taken; /* [clashes.n] */
    bool *trial; /* [n_passes] */
    double deadline_s;
} work;

static kh_status check_pass(const kh_schedule_problem *p, size_t i, kh_error *err)
{
    const kh_schedule_pass *pass = &p->passes[i];
    if (pass->link >= p->graph.n_links)
        return kh_fail(err, KH_ERANGE, "pass %zu is on link %u of %zu", i, pass->link, p->graph.n_links);
    if (!(pass->start_s < pass->end_s) || isinf(pass->start_s) || isinf(pass->end_s))
        return kh_fail(err, KH_ERANGE, "pass %zu lasts from %g to %g s", i, pass->start_s, pass->end_s);
    if (!(pass->key_bits >= 0) || isinf(pass->key_bits))
        return kh_fail(err, KH_ERANGE, "pass %zu brings %g bit, must be finite and >= 0", i, pass->key_bits);
    return KH_OK;
}

static kh_status check(const kh_schedule_problem *p, kh_error *err)
{
    KH_TRY(kh_graph_check(&p->graph, err));
    if (!(p->horizon_s > 0) || isinf(p->horizon_s) || !(p->pause_s >= 0) || isinf(p->pause_s) || !(p->gap >= 0))
        return kh_fail(err, KH_ERANGE, "horizon_s is %g, must be > 0; pause_s is %g, gap is %g, must be >= 0", p->horizon_s,
                       p->pause_s, p->gap);
    if (p->n_passes > UINT32_MAX / 4)
        return kh_fail(err, KH_ERANGE, "%zu passes are too many", p->n_passes);
    for (size_t i = 0; i < p->n_passes; i++)
        KH_TRY(check_pass(p, i, err));
    for (size_t k = 0; p->weight != NULL && k < p->n_demands; k++)
        if (!(p->weight[k] > 0) || isinf(p->weight[k]))
            return kh_fail(err, KH_ERANGE, "demand %zu has a weight of %g, must be finite and > 0", k, p->weight[k]);
    return KH_OK;
}

/* What each link has in this schedule; @p use NULL: as if all passes could be used. */
static void set_rates(const work *w, const double *use, const bool *chosen, double *rate_bps)
{
    const kh_schedule_problem *p = w->problem;
    memcpy(rate_bps, p->given_bps, p->graph.n_links * sizeof *rate_bps);
    for (size_t i = 0; i < p->n_passes; i++) {
        double share = use != NULL ? use[i] : chosen == NULL || chosen[i] ? 1 : 0;
        rate_bps[p->passes[i].link] += share * p->passes[i].key_bits / p->horizon_s;
    }
}

static kh_status route(const work *w, const double *rate_bps, kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    const kh_schedule_problem *p = w->problem;
    kh_total_problem problem = {.flow = {.graph = p->graph,
                                         .capacity_bps = rate_bps,
                                         .demands = p->demands,
                                         .n_demands = p->n_demands,
                                         .level_cap = INFINITY,
                                         .time_limit_s = INFINITY,
                                         .lp_program = p->lp_program},
                                .weight = p->weight};
    double floor;
    return p->weight != NULL ? kh_total_solve(&problem, arena, flow, &floor, err)
                             : kh_keyflow_solve(&problem.flow, arena, flow, err);
}

/* What the prices of a flow prove of any other rates. */
static kh_status add_cut(work *w, const double *use, const bool *chosen, double *promise, kh_error *err)
{
    size_t m = w->problem->graph.n_links;
    kh_keyflow flow;
    set_rates(w, use, chosen, w->rate_bps);
    for (size_t e = 0; e < m; e++)
        w->rate_bps[e] += w->token * w->token_bps[e];
    kh_arena_reset(w->scratch);
    KH_TRY(route(w, w->rate_bps, w->scratch, &flow, err));
    double constant = 0;
    if (w->problem->weight != NULL) {
        constant = flow.bound;
        for (size_t e = 0; e < m; e++)
            constant -= flow.prices[e] * w->rate_bps[e];
    }
    KH_TRY(kh_pass_cuts_add(&w->cuts, fmax(constant, 0), flow.prices, err));
    for (size_t e = 0; e < m; e++)
        w->rate_bps[e] -= w->token * w->token_bps[e];
    *promise = kh_pass_cut_value(&w->cuts.cuts[w->cuts.n - 1], w->rate_bps, m);
    return KH_OK;
}

/* The value of a schedule as it is: a demand without a path gets nothing. */
static kh_status measure(work *w, const bool *chosen, kh_arena *arena, kh_keyflow *flow, double *value, kh_error *err)
{
    double *rate_bps = KH_NEW(arena, double, w->problem->graph.n_links);
    if (rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu links", w->problem->graph.n_links);
    set_rates(w, NULL, chosen, rate_bps);
    KH_TRY(route(w, rate_bps, arena, flow, err));
    *value = flow->value;
    for (size_t k = 0; k < w->problem->n_demands && w->problem->weight == NULL; k++)
        if (w->answer->joined[k] && !flow->joined[k])
            *value = 0;
    return KH_OK;
}

static kh_status try_schedule(work *w, const bool *chosen, bool *taken, kh_error *err)
{
    kh_keyflow flow;
    double value;
    kh_arena_reset(w->scratch);
    KH_TRY(measure(w, chosen, w->scratch, &flow, &value, err));
    *taken = value > w->answer->value * (1 + BETTER) || w->answer->value < 0;
    if (*taken) {
        w->answer->value = value;
        memmove(w->answer->chosen, chosen, w->problem->n_passes * sizeof *chosen);
    }
    return KH_OK;
}

static int by_rank(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->use != y->use)
        return x->use > y->use ? -1 : 1;
    if (x->worth != y->worth)
        return x->worth > y->worth ? -1 : 1;
    if (x->key_bits != y->key_bits)
        return x->key_bits > y->key_bits ? -1 : 1;
    return x->pass < y->pass ? -1 : x->pass > y->pass;
}

static void sort_passes(work *w, const double *use)
{
    const kh_schedule_problem *p = w->problem;
    for (uint32_t i = 0; i < p->n_passes; i++) {
        const kh_schedule_pass *pass = &p->passes[i];
        w->order[i] = (rank){use != NULL ? use[i] : 0, pass->key_bits * w->answer->prices[pass->link], pass->key_bits, i};
    }
    qsort(w->order, p->n_passes, sizeof *w->order, by_rank);
}

static bool is_free(const work *w, uint32_t pass)
{
    for (size_t k = w->clashes.of[pass]; k < w->clashes.of[pass + 1]; k++)
        if (w->taken[w->clashes.clash[k]])
            return false;
    return true;
}

static void set_taken(const work *w, uint32_t pass, bool taken)
{
    for (size_t k = w->clashes.of[pass]; k < w->clashes.of[pass + 1]; k++)
        w->taken[w->clashes.clash[k]] = taken;
}

/* Adds passes in order where their nodes are free; more key is never worse. */
static void fill_up(work *w, bool *chosen)
{
    memset(w->taken, 0, w->clashes.n * sizeof *w->taken);
    for (uint32_t i = 0; i < w->problem->n_passes; i++)
        if (chosen[i])
            set_taken(w, i, true);
    for (size_t i = 0; i < w->problem->n_passes; i++) {
        uint32_t pass = w->order[i].pass;
        if (chosen[pass] || !is_free(w, pass))
            continue;
        chosen[pass] = true;
        set_taken(w, pass, true);
    }
}

/* Puts one pass in, those it clashes with out, others in where there is room now. */
static kh_status exchange(work *w, kh_error *err)
{
    size_t n = w->problem->n_passes;
    int tried = 0;
    sort_passes(w, NULL);
    for (size_t i = 0, since = 0; i < n * 4 && since < n && tried < MOST_EXCHANGES && kh_clock_s() < w->deadline_s; i++, since++) {
        uint32_t pass = w->order[i % n].pass;
        if (w->answer->chosen[pass])
            continue;
        memcpy(w->trial, w->answer->chosen, n * sizeof *w->trial);
        for (size_t k = w->clashes.of[pass]; k < w->clashes.of[pass + 1]; k++) {
            uint32_t q = w->clashes.clash[k];
            for (size_t j = w->clashes.first[q]; j < w->clashes.first[q + 1]; j++)
                w->trial[w->clashes.member[j]] = false;
        }
        w->trial[pass] = true;
        fill_up(w, w->trial);
        bool taken;
        KH_TRY(try_schedule(w, w->trial, &taken, err));
        tried++;
        since = taken ? 0 : since;
    }
    return KH_OK;
}

/* The proof of the relaxation: a mix of the cuts, the price of each node's time, and what passes are worth above it. */
static void prove(work *w)
{
    const kh_schedule_problem *p = w->problem;
    kh_schedule *a = w->answer;
    double sum = 0;
    memset(a->prices, 0, p->graph.n_links * sizeof *a->prices);
    for (size_t r = 0; r < w->cuts.n; r++) {
        sum += w->point.cut_weight[r] * w->cuts.cuts[r].constant;
        for (size_t e = 0; e < p->graph.n_links; e++)
            a->prices[e] += w->point.cut_weight[r] * w->cuts.cuts[r].prices[e];
    }
    for (size_t e = 0; e < p->graph.n_links; e++)
        sum += a->prices[e] * p->given_bps[e];
    for (size_t q = 0; q < w->clashes.n; q++) {
        a->clashes[q] = w->clashes.clashes[q];
        a->clashes[q].price = w->point.clash_price[q];
        sum += a->clashes[q].price;
    }
    for (size_t i = 0; i < p->n_passes; i++) {
        double worth = p->passes[i].key_bits / p->horizon_s * a->prices[p->passes[i].link];
        for (size_t k = w->clashes.of[i]; k < w->clashes.of[i + 1]; k++)
            worth -= w->point.clash_price[w->clashes.clash[k]];
        a->pass_price[i] = fmax(worth, 0);
        sum += a->pass_price[i];
    }
    a->relaxed = sum;
}

/* Cuts where the relaxation promises too much, until it does not; each of its points is rounded to a schedule. */
static kh_status relax(work *w, kh_error *err)
{
    double best = INFINITY;
    for (bool done = false; !done;) {
        double left_s = w->deadline_s - kh_clock_s(), promise;
        bool taken;
        kh_status status = left_s > 0 && w->cuts.n < MOST_CUTS
                               ? kh_pass_cuts_solve(&w->cuts, NULL, left_s, w->program, &w->point, err)
                               : KH_TIMELIMIT;
        if (status == KH_TIMELIMIT) {
            w->answer->complete = false;
            return KH_OK;
        }
        KH_TRY(status);
        best = w->point.value;
        prove(w);
        KH_TRY(add_cut(w, w->point.use, NULL, &promise, err));
        done = best <= promise + CLOSED * w->cuts.scale;
        sort_passes(w, w->point.use);
        memset(w->trial, 0, w->problem->n_passes * sizeof *w->trial);
        fill_up(w, w->trial);
        KH_TRY(try_schedule(w, w->trial, &taken, err));
    }
    return KH_OK;
}

static bool is_done(const work *w)
{
    return w->answer->bound <= w->answer->value * (1 + fmax(w->problem->gap, NEAR));
}

/* Branch and bound over the cuts; an integer optimum that they overrate gets one of its own. */
static kh_status branch(work *w, kh_error *err)
{
    while (!is_done(w)) {
        double left_s = w->deadline_s - kh_clock_s(), promise;
        kh_status status = left_s > 0 && w->cuts.n < 2 * MOST_CUTS
                               ? kh_pass_cuts_solve(&w->cuts, w->answer->chosen, left_s, w->program, &w->point, err)
                               : KH_TIMELIMIT;
        bool stopped = status == KH_TIMELIMIT || status == KH_EINTERNAL; /* the bound so far stays, the gap says so */
        if (status == KH_OK || (status == KH_TIMELIMIT && left_s > 0))
            w->answer->bound = fmin(w->answer->bound, w->point.bound);
        w->answer->complete = !stopped;
        if (status != KH_OK)
            return stopped ? KH_OK : status;
        for (size_t i = 0; i < w->problem->n_passes; i++)
            w->trial[i] = w->point.use[i] > 0.5;
        bool taken;
        KH_TRY(add_cut(w, NULL, w->trial, &promise, err));
        KH_TRY(try_schedule(w, w->trial, &taken, err));
        if (promise < w->point.value - CLOSED * w->cuts.scale)
            continue;
        w->token *= NEXT_TOKEN;
        if (w->token < LAST_TOKEN)
            return KH_OK; /* the program has said all it can; what is left is its own tolerance */
    }
    return KH_OK;
}

static kh_status allocate(work *w, kh_error *err)
{
    const kh_schedule_problem *p = w->problem;
    size_t n = p->n_passes, m = p->graph.n_links;
    *w->answer = (kh_schedule){.complete = true,
                               .chosen = KH_NEW(w->arena, bool, n),
                               .value = -1,
                               .prices = KH_NEW(w->arena, double, m),
                               .pass_price = KH_NEW(w->arena, double, n),
                               .clashes = KH_NEW(w->arena, kh_schedule_clash, w->clashes.n),
                               .n_clashes = w->clashes.n,
                               .joined = KH_NEW(w->arena, bool, p->n_demands)};
    w->point = (kh_pass_point){.use = KH_NEW(w->arena, double, n),
                               .cut_weight = KH_NEW(w->arena, double, MOST_CUTS + 1),
                               .clash_price = KH_NEW(w->arena, double, w->clashes.n)};
    w->rate_bps = KH_NEW(w->arena, double, m);
    w->token_bps = KH_NEW(w->arena, double, m);
    w->order = KH_NEW(w->arena, rank, n);
    w->taken = KH_NEW(w->arena, bool, w->clashes.n);
    w->trial = KH_NEW(w->arena, bool, n);
    const kh_schedule *a = w->answer;
    if (a->chosen == NULL || a->prices == NULL || a->pass_price == NULL || a->clashes == NULL || a->joined == NULL ||
        w->point.use == NULL || w->point.cut_weight == NULL || w->point.clash_price == NULL || w->rate_bps == NULL ||
        w->token_bps == NULL || w->order == NULL || w->taken == NULL || w->trial == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu passes", n);
    for (size_t i = 0; i < n; i++)
        w->token_bps[p->passes[i].link] += p->passes[i].key_bits / p->horizon_s;
    for (size_t e = 0; e < m; e++)
        w->token_bps[e] = p->given_bps[e] > 0 ? 0 : w->token_bps[e];
    return KH_OK;
}

/* All passes at once: who can be joined at all, the scale of the value, and the first cut. */
static kh_status begin(work *w, kh_error *err)
{
    kh_keyflow flow;
    double promise;
    kh_arena_reset(w->scratch);
    set_rates(w, NULL, NULL, w->rate_bps);
    KH_TRY(route(w, w->rate_bps, w->scratch, &flow, err));
    memcpy(w->answer->joined, flow.joined, w->problem->n_demands * sizeof *flow.joined);
    w->cuts =
        (kh_pass_cuts){.problem = w->problem, .clashes = &w->clashes, .arena = w->arena, .scale = flow.value > 0 ? flow.value : 1};
    KH_TRY(add_cut(w, NULL, NULL, &promise, err));
    w->answer->bound = flow.value > 0 ? promise : 0;
    w->point.cut_weight[0] = 1;
    prove(w);
    return KH_OK;
}

static kh_status solve(work *w, kh_error *err)
{
    bool taken;
    KH_TRY(kh_clashes_find(w->problem, w->arena, &w->clashes, err));
    KH_TRY(allocate(w, err));
    KH_TRY(begin(w, err));
    sort_passes(w, NULL);
    fill_up(w, w->trial);
    KH_TRY(try_schedule(w, w->trial, &taken, err));
    if (w->problem->n_passes > 0 && !is_done(w)) {
        KH_TRY(relax(w, err));
        w->answer->bound = fmin(w->answer->bound, w->answer->relaxed);
    }
    if (!is_done(w))
        KH_TRY(exchange(w, err));
    KH_TRY(branch(w, err));
    if (w->problem->mps != NULL)
        KH_TRY(kh_pass_cuts_write_mps(&w->cuts, w->program, w->problem->mps, err));
    w->answer->bound = fmax(w->answer->bound, w->answer->value);
    return measure(w, w->answer->chosen, w->arena, &w->answer->flow, &w->answer->value, err);
}

kh_status kh_schedule_solve(const kh_schedule_problem *problem, kh_arena *arena, kh_schedule *schedule, kh_error *err)
{
    kh_schedule made;
    KH_TRY(check(problem, err));
    work w = {.problem = problem,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .program = kh_arena_create(0),
              .answer = &made,
              .token = FIRST_TOKEN,
              .deadline_s = kh_clock_s() + problem->time_limit_s};
    kh_status status =
        w.scratch != NULL && w.program != NULL ? solve(&w, err) : kh_fail(err, KH_ENOMEM, "no memory for a schedule");
    kh_arena_destroy(w.scratch);
    kh_arena_destroy(w.program);
    if (status == KH_OK)
        *schedule = made;
    return status;
}

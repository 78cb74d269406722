/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/secure.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/secure/bundled.h"
#include "solvers/secure/plain.h"
#include "solvers/secure/quote.h"
#include "solvers/secure/shares.h"
#include "solvers/secure/spread.h"

#include <math.h>
#include <string.h>

/* As in keyflow.c: ties go to links with room; divided by the number of links, the bound grows by at most this factor. */
enum { MOST_COLLUDERS = 1000 };
static const double PRICE_FLOOR = 1e-11;
static const double PROVEN = 1e-11;   /* relative gap at which it is done */
static const double FOR_PLAIN = 0.2;  /* of the time limit at most, for the bound without secrecy */
static const double AFTERWARDS = 4.5; /* who explains and checks the answer looks at all demands anew: in times of the first look */
static const double NOTHING = 1e-12;  /* share of a demand below which a route is rounding */

typedef struct work {
    const kh_secure_problem *problem;
    kh_arena *arena;
    kh_secure *secure;
    kh_watch watch;
    kh_quote quote;
    kh_pool pool;
    kh_shares shares;
    double deadline_s;
    double *price, *worth; /* [n_links], [n_demands] */
    bool *blocked;         /* [n_demands] */
    double *share;         /* [view_room] the best bound's */
    size_t n_shares, share_room, level_room;
} work;

static kh_status check_flow(const kh_keyflow_problem *flow, kh_error *err)
{
    KH_TRY(kh_graph_check(&flow->graph, err));
    for (size_t e = 0; e < flow->graph.n_links; e++)
        if (!(flow->capacity_bps[e] >= 0) || isinf(flow->capacity_bps[e]))
            return kh_fail(err, KH_ERANGE, "link %zu has a rate of %g bit/s, must be finite and >= 0", e, flow->capacity_bps[e]);
    for (size_t k = 0; k < flow->n_demands; k++) {
        const kh_keyflow_demand *d = &flow->demands[k];
        if (d->ends[0] >= flow->graph.n_nodes || d->ends[1] >= flow->graph.n_nodes || d->ends[0] == d->ends[1])
            return kh_fail(err, KH_ERANGE, "demand %zu is between nodes %u and %u of %zu", k, d->ends[0], d->ends[1],
                           flow->graph.n_nodes);
        if (!(d->requested_bps > 0) || isinf(d->requested_bps))
            return kh_fail(err, KH_ERANGE, "demand %zu asks for %g bit/s, must be finite and > 0", k, d->requested_bps);
    }
    return KH_OK;
}

static kh_status check(const kh_secure_problem *problem, kh_error *err)
{
    if (problem->secrecy == KH_SECRECY_NONE || (problem->secrecy == KH_SECRECY_COALITIONS && problem->colluders != 1))
        return kh_fail(err, KH_ERANGE, "secrecy '%s' against %u at once cannot be planned", kh_secrecy_name(problem->secrecy),
                       problem->colluders);
    if (problem->colluders > MOST_COLLUDERS)
        return kh_fail(err, KH_ERANGE, "%u compromised relays at once: at most %d", problem->colluders, MOST_COLLUDERS);
    if (!(problem->flow.gap >= 0) || (problem->flow.gap > 0 && problem->flow.max_min))
        return kh_fail(err, KH_ERANGE, "a gap of %g: must be >= 0, and 0 for max-min rates", problem->flow.gap);
    return check_flow(&problem->flow, err);
}

static kh_status init(work *w, const kh_secure_problem *problem, kh_arena *arena, kh_secure *secure, kh_error *err)
{
    const kh_keyflow_problem *flow = &problem->flow;
    size_t m = flow->graph.n_links, n = flow->n_demands;
    *w = (work){.problem = problem, .arena = arena, .secure = secure, .deadline_s = kh_clock_s() + flow->time_limit_s};
    w->price = KH_NEW(arena, double, m);
    w->worth = KH_NEW(arena, double, n);
    w->blocked = KH_NEW(arena, bool, n);
    *secure = (kh_secure){.complete = true,
                          .prices = KH_NEW(arena, double, m),
                          .joined = KH_NEW(arena, bool, n),
                          .exposed_to = KH_NEW(arena, uint32_t, n),
                          .level_of = KH_NEW(arena, uint32_t, n),
                          .rate_bps = KH_NEW(arena, double, n)};
    if (w->price == NULL || w->worth == NULL || w->blocked == NULL || secure->prices == NULL || secure->joined == NULL ||
        secure->exposed_to == NULL || secure->level_of == NULL || secure->rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    KH_TRY(kh_watch_init(&w->watch, &flow->graph, problem->coalitions, problem->n_coalitions, arena, err));
    KH_TRY(kh_quote_init(&w->quote, problem, &w->watch, arena, err));
    return kh_pool_init(&w->pool, n, arena, err);
}

/* --- column generation ------------------------------------------------------------------------------------------------------ */

static void set_prices(work *w)
{
    const kh_keyflow_problem *flow = &w->problem->flow;
    size_t m = flow->graph.n_links;
    for (size_t e = 0; e < m; e++)
        w->price[e] = flow->capacity_bps[e] > 0 ? fmax(w->shares.link_dual[e], PRICE_FLOOR / (double)m) / flow->capacity_bps[e] : 0;
}

/* What proves the value: the first level's. */
static kh_status keep_shares(work *w, kh_error *err)
{
    if (w->shares.n_views > w->share_room) {
        w->share_room = 2 * w->shares.n_views;
        w->share = KH_NEW(w->arena, double, w->share_room);
        if (w->share == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu shares", w->share_room);
    }
    w->n_shares = w->shares.n_views;
    for (size_t v = 0; v < w->n_shares; v++)
        w->share[v] = w->shares.views[v].share;
    return KH_OK;
}

/* The bound that the present prices and shares prove of the level: lambda sum_free(d W) + sum_frozen(r W) <= sum(c y). */
static kh_status certify(work *w, double *prices, double *best, kh_error *err)
{
    const kh_keyflow_problem *flow = &w->problem->flow;
    double carried = 0, asked = 0;
    for (size_t e = 0; e < flow->graph.n_links; e++)
        carried += flow->capacity_bps[e] * w->price[e];
    for (size_t k = 0; k < flow->n_demands; k++) {
        if (w->shares.frozen[k])
            carried -= w->shares.unit_bps[k] * w->worth[k];
        else
            asked += flow->demands[k].requested_bps * w->worth[k];
    }
    if (!(asked > 0) || carried / asked >= *best)
        return KH_OK;
    *best = carried / asked;
    for (size_t e = 0; e < flow->graph.n_links; e++)
        prices[e] = w->price[e] / asked;
    return w->secure->n_levels == 1 ? keep_shares(w, err) : KH_OK;
}

/* Rows still to come take little from most flows. */
static void keep_best(work *w, bool keeps_rows)
{
    double secret = keeps_rows ? w->shares.lambda : kh_shares_kept_secret(&w->shares);
    if (keeps_rows || secret > w->shares.kept_lambda)
        kh_shares_keep(&w->shares, secret);
}

/* A restricted program that fails for its numbers leaves the last feasible point and the best bound: the gap then says so. */
static kh_status generate(work *w, double *prices, double *bound, kh_error *err)
{
    double enough = fmax(w->problem->flow.gap, PROVEN);
    for (;;) {
        double left_s = w->deadline_s - kh_clock_s();
        kh_error failure = {0};
        kh_status status = left_s > 0 ? kh_shares_solve(&w->shares, left_s, &failure) : KH_TIMELIMIT;
        if (status == KH_ENOMEM || status == KH_ENOINPUT || status == KH_EWRITE) {
            if (err != NULL)
                *err = failure;
            return status;
        }
        set_prices(w);
        size_t n_added, n_rows;
        KH_TRY(kh_shares_tighten(&w->shares, &n_rows, err));
        kh_status quoted = kh_quote_run(&w->quote, w->price, &w->shares, &w->pool, w->worth, &n_added, err);
        if (quoted == KH_OK)
            quoted = certify(w, prices, bound, err);
        if (status == KH_TIMELIMIT || quoted == KH_TIMELIMIT)
            w->secure->complete = false;
        if (quoted != KH_OK && quoted != KH_TIMELIMIT)
            return quoted;
        keep_best(w, status == KH_OK && n_rows == 0);
        if (status != KH_OK || (n_rows > 0 && quoted == KH_TIMELIMIT))
            kh_shares_restore(&w->shares);
        if (quoted == KH_TIMELIMIT)
            return KH_OK;
        bool closed = n_added == 0 || *bound <= w->shares.lambda * (1 + enough);
        if (status != KH_OK || (closed && n_rows == 0))
            return KH_OK;
    }
}

static kh_status add_level(work *w, double **prices, kh_error *err)
{
    kh_secure *secure = w->secure;
    if (secure->n_levels == w->level_room) {
        size_t room = w->level_room;
        double **lists = kh_arena_grow(w->arena, secure->level_prices, secure->n_levels, &room, sizeof *lists);
        double *levels = kh_arena_grow(w->arena, secure->level, secure->n_levels, &w->level_room, sizeof *levels);
        if (lists == NULL || levels == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu levels", secure->n_levels + 1);
        secure->level_prices = lists;
        secure->level = levels;
        w->level_room = room;
    }
    *prices = KH_NEW(w->arena, double, w->problem->flow.graph.n_links);
    if (*prices == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for prices of %zu links", w->problem->flow.graph.n_links);
    secure->level_prices[secure->n_levels++] = *prices;
    return KH_OK;
}

/* The bound that stands before any program is solved: prices of the plain flow, with no share of anything to anyone. */
static kh_status prove_first(work *w, double *prices, double *bound, kh_error *err)
{
    const kh_keyflow_problem *flow = &w->problem->flow;
    kh_plain plain;
    double now_s = kh_clock_s(), deadline_s = isinf(w->deadline_s) ? HUGE_VAL : now_s + FOR_PLAIN * fmax(w->deadline_s - now_s, 0);
    KH_TRY(kh_plain_find(flow, w->secure->joined, deadline_s, w->arena, &plain, err));
    w->secure->plain_value = plain.value;
    w->secure->plain_bound = plain.bound;
    memcpy(w->price, plain.prices, flow->graph.n_links * sizeof *w->price);
    size_t n_added;
    KH_TRY(kh_quote_run(&w->quote, w->price, &w->shares, &w->pool, w->worth, &n_added, err));
    w->quote.deadline_s = w->deadline_s;
    return certify(w, prices, bound, err);
}

static kh_status climb(work *w, kh_error *err)
{
    kh_secure *secure = w->secure;
    const kh_keyflow_problem *flow = &w->problem->flow;
    double cap = flow->level_cap;
    size_t left;
    do {
        double *prices, bound = HUGE_VAL;
        KH_TRY(add_level(w, &prices, err));
        if (secure->n_levels == 1)
            KH_TRY(prove_first(w, prices, &bound, err));
        KH_TRY(generate(w, prices, &bound, err));
        size_t number = secure->n_levels - 1;
        if (number == 0) {
            secure->bound = bound;
            secure->prices = prices;
            if (flow->mps != NULL)
                KH_TRY(kh_shares_write_mps(&w->shares, flow->mps_about, flow->mps, err));
        }
        bool last = !flow->max_min || !secure->complete || w->shares.lambda >= cap * (1 - PROVEN);
        secure->level[number] = fmin(w->shares.lambda, cap);
        if (!last)
            KH_TRY(kh_quote_find_blocked(&w->quote, &w->shares, w->price, w->blocked, err));
        left = kh_shares_freeze(&w->shares, last ? NULL : w->blocked, (uint32_t)number, secure->level_of);
    } while (left > 0);
    return KH_OK;
}

/* --- answer ----------------------------------------------------------------------------------------------------------------- */

static kh_status write_suspicions(work *w, kh_error *err)
{
    kh_secure *secure = w->secure;
    secure->suspicions = KH_NEW(w->arena, kh_suspicion, w->n_shares);
    if (secure->suspicions == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu shares", w->n_shares);
    for (uint32_t k = 0; k < w->problem->flow.n_demands; k++)
        for (uint32_t v = w->shares.last_view[k]; v != KH_NO_INDEX; v = w->shares.views[v].previous)
            if (v < w->n_shares && w->share[v] > 0)
                secure->suspicions[secure->n_suspicions++] = (kh_suspicion){{k}, w->shares.views[v].coalition, w->share[v]};
    return KH_OK;
}

static kh_status write_routes(work *w, kh_error *err)
{
    double *rate_bps = KH_NEW(w->arena, double, w->pool.n_paths);
    if (rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu paths", w->pool.n_paths);
    for (size_t p = 0; p < w->shares.n_paths; p++) /* later ones of the pool have no flow */
        if (w->shares.path_flow[p] > NOTHING)
            rate_bps[p] = w->shares.path_flow[p] * w->shares.unit_bps[w->pool.paths[p].demand];
    const kh_spread_input input = {w->problem, &w->watch, &w->pool, rate_bps};
    return kh_spread_write(&input, w->arena, w->secure, err);
}

static kh_status first_prices(work *w, kh_error *err)
{
    const kh_keyflow_problem *flow = &w->problem->flow;
    for (size_t e = 0; e < flow->graph.n_links; e++)
        w->price[e] = flow->capacity_bps[e] > 0 ? 1 / flow->capacity_bps[e] : 0;
    return kh_quote_start(&w->quote, w->price, &w->pool, w->secure->exposed_to, err);
}

static kh_status solve(work *w, kh_error *err)
{
    double start_s = kh_clock_s();
    KH_TRY(first_prices(w, err));
    w->secure->afterwards_s = AFTERWARDS * (kh_clock_s() - start_s);
    w->deadline_s -= w->secure->afterwards_s;
    for (size_t k = 0; k < w->problem->flow.n_demands; k++) {
        w->secure->joined[k] = w->pool.last[k] != KH_NO_INDEX;
        w->secure->level_of[k] = KH_NO_INDEX;
    }
    if (w->pool.n_paths == 0)
        return KH_OK;
    KH_TRY(kh_shares_init(&w->shares, &w->problem->flow, &w->watch, &w->pool, w->arena, err));
    kh_status status = climb(w, err);
    kh_shares_clear(&w->shares);
    KH_TRY(status);
    KH_TRY(write_suspicions(w, err));
    return write_routes(w, err);
}

kh_status kh_secure_solve(const kh_secure_problem *problem, kh_arena *arena, kh_secure *secure, kh_error *err)
{
    KH_TRY(check(problem, err));
    work w;
    kh_secure answer;
    if (problem->secrecy != KH_SECRECY_COALITIONS) {
        KH_TRY(kh_bundled_solve(problem, arena, &answer, err));
        *secure = answer;
        return KH_OK;
    }
    KH_TRY(init(&w, problem, arena, &answer, err));
    KH_TRY(solve(&w, err));
    *secure = answer;
    return KH_OK;
}

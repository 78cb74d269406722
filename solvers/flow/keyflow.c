/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/keyflow.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/columns.h"
#include "solvers/flow/equilibrium.h"
#include "solvers/flow/levels.h"
#include "solvers/flow/pricer.h"
#include "solvers/flow/resolve.h"
#include "solvers/flow/settle.h"
#include "solvers/flow/shorten.h"

#include <math.h>
#include <string.h>

static const double PROVEN = 1e-11;    /* relative distance from the cap that is none */
static const double POOL_GAP = 0.004;  /* at which the linear program takes over; see README */
static const double POOL_SHARE = 1e-4; /* paths with less of their demand are left to column generation */
static const double OPEN = 1e-9;       /* relative gap above which an optimum is looked for by other means */
static const double AFTERWARDS = 4.5;  /* looks at all demands that an oracle's answer costs those who explain and check it */
static const double NOTHING = 1e-12;   /* share of a demand below which a route is rounding */

typedef struct work {
    const kh_keyflow_problem *problem;
    kh_arena *arena;
    kh_keyflow *flow;
    kh_pricer pricer;
    kh_pool pool;
    kh_equilibrium first; /* to the wanted gap, or a pool for the linear program */
    kh_levels levels;
    bool stepping; /* on the levels' basis; else by linear programs */
    kh_master master;
    double deadline_s;
    double *price, *below, *distance; /* [n_links], [n_demands], [n_demands] */
    bool *blocked;                    /* [n_demands] */
    size_t level_room;
} work;

/* A route of the earlier answer walks from one end of its demand to the other, over nodes that relay. */
static bool leads_on(const kh_keyflow_problem *problem, const kh_keyflow_route *route)
{
    const kh_graph *graph = &problem->graph;
    if (route->demand >= problem->n_demands || route->n_links == 0 || route->n_links >= graph->n_nodes)
        return false;
    uint32_t at = problem->demands[route->demand].ends[0];
    for (size_t i = 0; i < route->n_links; i++) {
        uint32_t e = route->links[i];
        if (e >= graph->n_links || (graph->ends[e][0] != at && graph->ends[e][1] != at))
            return false;
        if (i > 0 && graph->relays != NULL && !graph->relays[at])
            return false;
        at = kh_graph_far_end(graph->ends[e], at);
    }
    return at == problem->demands[route->demand].ends[1] && route->rate_bps >= 0 && isfinite(route->rate_bps);
}

static kh_status check_start(const kh_keyflow_problem *problem, kh_error *err)
{
    for (size_t r = 0; r < problem->start->n_routes; r++)
        if (!leads_on(problem, &problem->start->routes[r]))
            return kh_fail(err, KH_ERANGE, "route %zu of the answer to begin from is none of this problem", r);
    for (size_t e = 0; e < problem->graph.n_links; e++)
        if (!(problem->start->prices[e] >= 0) || isinf(problem->start->prices[e]))
            return kh_fail(err, KH_ERANGE, "link %zu has a price of %g in the answer to begin from", e, problem->start->prices[e]);
    return KH_OK;
}

static kh_status check(const kh_keyflow_problem *problem, kh_error *err)
{
    KH_TRY(kh_graph_check(&problem->graph, err));
    for (size_t e = 0; e < problem->graph.n_links; e++)
        if (!(problem->capacity_bps[e] >= 0) || isinf(problem->capacity_bps[e]))
            return kh_fail(err, KH_ERANGE, "link %zu has a rate of %g bit/s, must be finite and >= 0", e, problem->capacity_bps[e]);
    for (size_t k = 0; k < problem->n_demands; k++) {
        const kh_keyflow_demand *d = &problem->demands[k];
        if (d->ends[0] >= problem->graph.n_nodes || d->ends[1] >= problem->graph.n_nodes || d->ends[0] == d->ends[1])
            return kh_fail(err, KH_ERANGE, "demand %zu is between nodes %u and %u of %zu", k, d->ends[0], d->ends[1],
                           problem->graph.n_nodes);
        if (!(d->requested_bps > 0) || isinf(d->requested_bps))
            return kh_fail(err, KH_ERANGE, "demand %zu asks for %g bit/s, must be finite and > 0", k, d->requested_bps);
    }
    if (!(problem->gap >= 0) || (problem->gap > 0 && problem->max_min))
        return kh_fail(err, KH_ERANGE, "a gap of %g: must be >= 0, and 0 for max-min rates, which rest on optima", problem->gap);
    if (problem->n_demands > UINT32_MAX / 2)
        return kh_fail(err, KH_ERANGE, "%zu demands are too many", problem->n_demands);
    return problem->start != NULL ? check_start(problem, err) : KH_OK;
}

static kh_status add_level(work *w, double **prices, kh_error *err)
{
    kh_keyflow *flow = w->flow;
    if (flow->n_levels == w->level_room) {
        size_t room = w->level_room;
        double **lists = kh_arena_grow(w->arena, flow->level_prices, flow->n_levels, &room, sizeof *lists);
        double *levels = KH_NEW(w->arena, double, room);
        if (lists == NULL || levels == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu levels", room);
        if (flow->n_levels > 0)
            memcpy(levels, flow->level, flow->n_levels * sizeof *levels);
        flow->level_prices = lists;
        flow->level = levels;
        w->level_room = room;
    }
    *prices = KH_NEW(w->arena, double, w->problem->graph.n_links);
    if (*prices == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for prices of %zu links", w->problem->graph.n_links);
    flow->level_prices[flow->n_levels++] = *prices;
    return KH_OK;
}

/* From here on by linear programs, from where the steps got to. */
static kh_status leave_steps(work *w, kh_error *err)
{
    w->stepping = false;
    return kh_master_take_basis(&w->master, &w->levels.basis, w->levels.ascent.level, err);
}

static kh_columns columns_of(work *w)
{
    return (kh_columns){w->problem, &w->pricer, &w->pool, &w->master, w->price, w->below, w->distance, w->deadline_s};
}

static kh_status reach_level(work *w, double *bound, double *prices, kh_error *err)
{
    if (w->stepping) {
        kh_status status = kh_levels_climb(&w->levels, bound, prices, &w->master.lambda, err);
        if (status != KH_EINTERNAL)
            return status;
        KH_TRY(leave_steps(w, err));
    }
    const kh_columns columns = columns_of(w);
    return kh_columns_climb(&columns, bound, prices, err);
}

/* @param[out] left  demands that go on */
static kh_status end_level(work *w, bool last, uint32_t number, size_t *left, kh_error *err)
{
    if (w->stepping && !last) {
        kh_status status = kh_levels_freeze(&w->levels, number, w->flow->level_of, left, err);
        if (status == KH_OK && *left > 0)
            return KH_OK;
        if (status != KH_OK && status != KH_EINTERNAL)
            return status;
        last = status == KH_OK;
    }
    if (w->stepping) {
        kh_levels_hold(&w->levels, number > 0 ? w->problem->level_cap : HUGE_VAL);
        KH_TRY(leave_steps(w, err));
    }
    const kh_columns columns = columns_of(w);
    if (!last)
        KH_TRY(kh_columns_find_blocked(&columns, w->blocked, err));
    *left = kh_master_freeze(&w->master, last ? NULL : w->blocked, number, w->flow->level_of);
    return KH_OK;
}

/* The equilibrium is the answer. */
static void take_first_flow(work *w)
{
    w->flow->level[0] = fmin(1 / w->first.congestion, w->problem->level_cap);
    kh_master_take_flow(&w->master, w->flow->level[0], w->first.share, w->flow->level_of);
}

static bool is_below_first(const work *w)
{
    return w->flow->n_levels == 1 && w->master.lambda * w->first.congestion < 1;
}

static kh_status climb(work *w, kh_error *err)
{
    kh_keyflow *flow = w->flow;
    double cap = w->problem->level_cap;
    size_t left = 1;
    for (uint32_t number = 0; left > 0; number++) {
        double *prices, bound = INFINITY;
        KH_TRY(add_level(w, &prices, err));
        if (number == 0) {
            bound = w->first.bound;
            memcpy(prices, w->first.prices, w->problem->graph.n_links * sizeof *prices);
        }
        kh_status status = reach_level(w, &bound, prices, err);
        if (status != KH_OK && status != KH_TIMELIMIT)
            return status;
        flow->complete = flow->complete && status == KH_OK;
        if (w->master.lambda > bound * (1 + OPEN)) /* feasible within the program's tolerances, not in bit/s */
            w->master.lambda = bound;
        if (number == 0) {
            flow->bound = bound;
            flow->prices = prices;
            if (w->problem->mps != NULL)
                KH_TRY(kh_master_write_mps(&w->master, w->problem->mps_about, w->problem->mps, err));
        }
        if (!flow->complete && is_below_first(w)) {
            take_first_flow(w);
            return KH_OK;
        }
        bool last = !w->problem->max_min || !flow->complete || w->master.lambda >= cap * (1 - PROVEN);
        if (number > 0)
            w->master.lambda = fmin(w->master.lambda, cap);
        flow->level[number] = fmin(w->master.lambda, cap);
        KH_TRY(end_level(w, last, number, &left, err));
    }
    return KH_OK;
}

/* The second linear program takes thousands of iterations where the first takes a few: with more demands than this it would cost
 * several times the routing itself, and the routes stay as they are. */
enum { MOST_SHORTENED = 1000 };

/* With a cap the value is the stretch of all routes together, so the short ones must be able to follow it. */
static kh_status shorten(work *w, kh_error *err)
{
    double cap = w->problem->level_cap;
    if (w->problem->n_demands > MOST_SHORTENED)
        return KH_OK;
    memset(w->price, 0, w->problem->graph.n_links * sizeof *w->price);
    for (size_t i = 0; i < w->flow->n_levels; i++)
        for (size_t e = 0; e < w->problem->graph.n_links; e++)
            w->price[e] += w->flow->level_prices[i][e];
    kh_shorten_input input = {&w->pricer, &w->pool, fmax(w->master.lambda / cap, 1), w->price, w->deadline_s};
    kh_status status = kh_shorten_paths(&input, &w->master, w->arena, &w->flow->shortest, err);
    if (status != KH_TIMELIMIT)
        return status;
    w->flow->complete = false;
    return KH_OK;
}

/* Rates of one demand's paths: rounding dropped, the rest brought to exactly the rate of its level. */
static void settle_demand(const work *w, uint32_t demand, double *rate_bps)
{
    double unit_bps = w->master.unit_bps[demand], sum = 0;
    uint32_t first = KH_NO_INDEX;
    for (uint32_t p = w->pool.last[demand]; p != KH_NO_INDEX; p = w->pool.paths[p].previous) {
        double flow = p < w->master.n_paths ? w->master.path_flow[p] : 0;
        rate_bps[p] = flow > NOTHING ? flow * unit_bps : 0;
        sum += rate_bps[p];
        first = p;
    }
    if (first != KH_NO_INDEX && !(sum > 0)) /* a rate that the linear program took for rounding: its first path bears it */
        sum = rate_bps[first] = unit_bps;
    for (uint32_t p = w->pool.last[demand]; p != KH_NO_INDEX && sum > 0; p = w->pool.paths[p].previous)
        rate_bps[p] *= unit_bps / sum;
}

/* Lowest share of what the joined demands ask for, times how far all rates can be stretched together. */
static double stretched_value(const work *w, const double *load_bps)
{
    double lowest = INFINITY, stretch = INFINITY;
    for (size_t k = 0; k < w->problem->n_demands; k++)
        if (w->flow->joined[k])
            lowest = fmin(lowest, w->flow->rate_bps[k] / w->problem->demands[k].requested_bps);
    for (size_t e = 0; e < w->problem->graph.n_links; e++)
        if (load_bps[e] > 0)
            stretch = fmin(stretch, w->problem->capacity_bps[e] / load_bps[e]);
    return isinf(lowest) || isinf(stretch) ? 0 : lowest * stretch;
}

static kh_status write_flow(work *w, kh_error *err)
{
    kh_settle settle;
    KH_TRY(kh_settle_init(&settle, &w->pricer, &w->pool, w->arena, err));
    for (uint32_t k = 0; k < w->problem->n_demands; k++)
        settle_demand(w, k, settle.rate_bps);
    kh_settle_respect(&settle);
    KH_TRY(kh_settle_write(&settle, w->arena, w->flow, err));
    w->flow->value = stretched_value(w, settle.load_bps);
    return KH_OK;
}

static kh_status init(work *w, const kh_keyflow_problem *problem, kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    size_t m = problem->graph.n_links, n = problem->n_demands;
    *w = (work){.problem = problem, .arena = arena, .flow = flow, .deadline_s = kh_clock_s() + problem->time_limit_s};
    w->price = KH_NEW(arena, double, m);
    w->below = KH_NEW(arena, double, n);
    w->distance = KH_NEW(arena, double, n);
    w->blocked = KH_NEW(arena, bool, n);
    *flow = (kh_keyflow){.complete = true,
                         .prices = KH_NEW(arena, double, m),
                         .joined = KH_NEW(arena, bool, n),
                         .rate_bps = KH_NEW(arena, double, n),
                         .level_of = KH_NEW(arena, uint32_t, n)};
    if (w->price == NULL || w->below == NULL || w->distance == NULL || w->blocked == NULL || flow->prices == NULL ||
        flow->joined == NULL || flow->rate_bps == NULL || flow->level_of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    KH_TRY(kh_pricer_init(&w->pricer, problem, arena, err));
    return kh_pool_init(&w->pool, n, arena, err);
}

static kh_status accept_first(work *w, kh_error *err)
{
    double *prices;
    KH_TRY(add_level(w, &prices, err));
    memcpy(prices, w->first.prices, w->problem->graph.n_links * sizeof *prices);
    w->flow->prices = prices;
    w->flow->bound = w->first.bound;
    take_first_flow(w);
    return KH_OK;
}

static kh_status route(work *w, kh_error *err)
{
    bool late = kh_clock_s() >= w->deadline_s;
    if (late || (w->problem->gap > 0 && w->first.reached)) {
        KH_TRY(accept_first(w, err));
        w->flow->complete = !late;
        return KH_OK;
    }
    w->stepping = w->problem->lp_program == NULL;
    if (w->stepping)
        KH_TRY(kh_levels_init(&w->levels, &w->pricer, &w->pool, &w->first, w->deadline_s, w->arena, err));
    KH_TRY(climb(w, err));
    return w->problem->gap > 0 || w->problem->oracle != NULL ? KH_OK : shorten(w, err);
}

/* Where rates are some 20 orders of magnitude apart a linear program within its tolerances is none in bit/s. */
static bool is_open(const work *w)
{
    return w->flow->complete && !w->problem->max_min && !(w->problem->gap > 0) && w->problem->oracle == NULL &&
           w->flow->bound > w->flow->value * (1 + OPEN);
}

/* The same optimum by steps of other numbers, on the rows that are tight; what was found stays unless they close the gap. */
static kh_status mend(work *w, kh_error *err)
{
    kh_keyflow *flow = w->flow, closed;
    kh_keyflow_problem problem = *w->problem;
    kh_error failure = {0};
    bool done = false;
    problem.time_limit_s = w->deadline_s - kh_clock_s();
    problem.start = NULL;
    kh_status status = problem.time_limit_s > 0 ? kh_resolve_once(&problem, w->arena, &closed, &done, &failure) : KH_OK;
    if (status == KH_ENOMEM)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", problem.graph.n_links, problem.n_demands);
    if (status != KH_OK || !done)
        return KH_OK;
    double handed_out = fmin(closed.value, problem.level_cap) / closed.value;
    for (size_t r = 0; r < closed.n_routes; r++)
        closed.routes[r].rate_bps *= handed_out;
    for (size_t k = 0; k < problem.n_demands; k++) {
        flow->rate_bps[k] = closed.rate_bps[k] * handed_out;
        flow->level_of[k] = closed.joined[k] ? 0 : KH_NO_INDEX;
    }
    flow->routes = closed.routes;
    flow->n_routes = closed.n_routes;
    flow->value = closed.value;
    flow->bound = closed.bound;
    flow->level[0] = fmin(closed.value, problem.level_cap);
    flow->prices = flow->level_prices[0] = closed.prices;
    flow->shortest = false;
    return KH_OK;
}

static kh_status solve(work *w, kh_error *err)
{
    double wanted = w->problem->gap;
    const kh_equilibrium_options options = {.gap = wanted > 0 ? wanted : POOL_GAP,
                                            .least_share = wanted > 0 ? 0 : POOL_SHARE,
                                            .deadline_s = w->deadline_s,
                                            .looks_left = w->problem->oracle != NULL ? AFTERWARDS : 0,
                                            .start = w->problem->start};
    KH_TRY(kh_equilibrium_find(&w->pricer, &options, &w->pool, w->arena, &w->first, err));
    w->flow->afterwards_s = options.looks_left * w->first.look_s;
    w->deadline_s -= w->flow->afterwards_s;
    for (size_t k = 0; k < w->problem->n_demands; k++) {
        w->flow->joined[k] = w->pool.last[k] != KH_NO_INDEX;
        w->flow->level_of[k] = KH_NO_INDEX;
    }
    if (w->pool.n_paths == 0)
        return KH_OK;
    kh_status status = kh_master_init(&w->master, w->problem, &w->pool, w->arena, err);
    if (status == KH_OK)
        status = route(w, err);
    kh_master_clear(&w->master);
    return status == KH_OK ? write_flow(w, err) : status;
}

kh_status kh_keyflow_solve(const kh_keyflow_problem *problem, kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    KH_TRY(check(problem, err));
    work w;
    kh_keyflow answer;
    KH_TRY(init(&w, problem, arena, &answer, err));
    KH_TRY(solve(&w, err));
    if (is_open(&w))
        KH_TRY(mend(&w, err));
    *flow = answer;
    return KH_OK;
}

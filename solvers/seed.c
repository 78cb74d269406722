/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/seed.h"

#include "core/net/ids.h"
#include "solvers/clock.h"

#include <math.h>

/* Measured on the instances of tests/ref/instances: fewer rounds leave more work to the LP than they save. */
enum { ROUNDS = 40, SWEEPS = 4 };
static const double BETA_FIRST = 8, BETA_LAST = 2000, BETA_STEP = 1.35;
static const double GOOD_GAP = 0.005;
static const double WORTH_KEEPING = 1e-4; /* share of a demand below which a path is left out */

typedef struct seed {
    const kh_pricer *pricer;
    const kh_keyflow_problem *problem;
    kh_pool pool;     /* all paths seen */
    double *flow_bps; /* [flow_room] of each path */
    size_t n_flows, flow_room;
    double *load_bps; /* [n_links] */
    double *price;    /* [n_links] */
    double *below;    /* [n_demands] INFINITY: every path is of interest */
    double *distance; /* [n_demands] */
    double beta, busiest;
} seed;

static double price_of(const seed *s, size_t e)
{
    double capacity = s->problem->capacity_bps[e];
    double congestion = s->load_bps[e] / capacity / s->busiest;
    return exp(s->beta * (congestion - 1)) / capacity;
}

static void set_prices(seed *s)
{
    const kh_keyflow_problem *problem = s->problem;
    s->busiest = 0;
    for (size_t e = 0; e < problem->graph.n_links; e++)
        if (problem->capacity_bps[e] > 0)
            s->busiest = fmax(s->busiest, s->load_bps[e] / problem->capacity_bps[e]);
    for (size_t e = 0; e < problem->graph.n_links; e++)
        s->price[e] = problem->capacity_bps[e] > 0 ? price_of(s, e) : 0;
}

static void add_load(seed *s, uint32_t path, double rate_bps)
{
    const kh_pool_path *p = &s->pool.paths[path];
    s->flow_bps[path] += rate_bps;
    for (size_t i = 0; i < p->n_links; i++)
        s->load_bps[s->pool.links[p->first + i]] += rate_bps;
}

static void reprice(seed *s, uint32_t path)
{
    const kh_pool_path *p = &s->pool.paths[path];
    for (size_t i = 0; i < p->n_links; i++) {
        uint32_t e = s->pool.links[p->first + i];
        s->price[e] = price_of(s, e);
    }
}

static double cost_of(const seed *s, uint32_t path)
{
    const kh_pool_path *p = &s->pool.paths[path];
    double cost = 0;
    for (size_t i = 0; i < p->n_links; i++)
        cost += s->price[s->pool.links[p->first + i]];
    return cost;
}

/* d cost / d flow of a path, links shared with the other path included: the step is then a little short, never too long. */
static double slope_of(const seed *s, uint32_t path)
{
    const kh_pool_path *p = &s->pool.paths[path];
    double slope = 0;
    for (size_t i = 0; i < p->n_links; i++) {
        uint32_t e = s->pool.links[p->first + i];
        slope += s->price[e] * s->beta / (s->problem->capacity_bps[e] * s->busiest);
    }
    return slope;
}

static uint32_t cheapest_path(const seed *s, uint32_t demand)
{
    uint32_t best = s->pool.last[demand];
    double cost = cost_of(s, best);
    for (uint32_t p = s->pool.paths[best].previous; p != KH_NO_INDEX; p = s->pool.paths[p].previous) {
        double other = cost_of(s, p);
        if (other < cost) {
            cost = other;
            best = p;
        }
    }
    return best;
}

/* Moves flow of one demand from its dearer paths to its cheapest one. */
static void balance(seed *s, uint32_t demand)
{
    uint32_t last = s->pool.last[demand];
    if (last == KH_NO_INDEX || s->pool.paths[last].previous == KH_NO_INDEX)
        return;
    uint32_t best = cheapest_path(s, demand);
    for (uint32_t p = last; p != KH_NO_INDEX; p = s->pool.paths[p].previous) {
        if (p == best || s->flow_bps[p] <= 0)
            continue;
        double excess = cost_of(s, p) - cost_of(s, best);
        if (excess <= 0)
            continue;
        double slope = slope_of(s, p) + slope_of(s, best);
        double move = slope > 0 ? fmin(s->flow_bps[p], excess / slope) : s->flow_bps[p];
        add_load(s, p, -move);
        add_load(s, best, move);
        reprice(s, p);
        reprice(s, best);
    }
}

static kh_status follow_pool(seed *s, kh_error *err)
{
    while (s->flow_room < s->pool.n_paths) {
        double *grown = kh_arena_grow(s->pool.arena, s->flow_bps, s->n_flows, &s->flow_room, sizeof *grown);
        if (grown == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", s->pool.n_paths);
        s->flow_bps = grown;
    }
    for (; s->n_flows < s->pool.n_paths; s->n_flows++)
        s->flow_bps[s->n_flows] = 0;
    return KH_OK;
}

static kh_status init(seed *s, const kh_pricer *pricer, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *problem = pricer->problem;
    size_t m = problem->graph.n_links, n = problem->n_demands;
    *s = (seed){.pricer = pricer,
                .problem = problem,
                .load_bps = KH_NEW(arena, double, m),
                .price = KH_NEW(arena, double, m),
                .below = KH_NEW(arena, double, n),
                .distance = KH_NEW(arena, double, n),
                .beta = BETA_FIRST};
    if (s->load_bps == NULL || s->price == NULL || s->below == NULL || s->distance == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    for (size_t k = 0; k < n; k++)
        s->below[k] = INFINITY;
    for (size_t e = 0; e < m; e++)
        s->price[e] = problem->capacity_bps[e] > 0 ? 1 / problem->capacity_bps[e] : 0;
    return kh_pool_init(&s->pool, n, arena, err);
}

/* Every demand whole on its shortest path where a unit of flow costs 1 / c. */
static kh_status route_first(seed *s, kh_error *err)
{
    size_t n_added;
    KH_TRY(kh_pricer_run(s->pricer, s->price, s->below, &s->pool, s->distance, &n_added, err));
    KH_TRY(follow_pool(s, err));
    for (uint32_t p = 0; p < s->pool.n_paths; p++)
        add_load(s, p, s->problem->demands[s->pool.paths[p].demand].requested_bps);
    return KH_OK;
}

/* Trees under the present prices; the gap of certificate C1 against the present loads. */
static kh_status look_for_paths(seed *s, double *gap, kh_error *err)
{
    set_prices(s);
    size_t n_added;
    KH_TRY(kh_pricer_run(s->pricer, s->price, s->below, &s->pool, s->distance, &n_added, err));
    KH_TRY(follow_pool(s, err));
    double value = 0, asked = 0;
    for (size_t e = 0; e < s->problem->graph.n_links; e++)
        value += s->price[e] * s->problem->capacity_bps[e];
    for (size_t k = 0; k < s->problem->n_demands; k++)
        if (s->pool.last[k] != KH_NO_INDEX)
            asked += s->problem->demands[k].requested_bps * s->distance[k];
    *gap = value / asked * s->busiest - 1;
    return KH_OK;
}

static kh_status equilibrate(seed *s, double deadline_s, kh_error *err)
{
    for (int round = 0; round < ROUNDS && kh_clock_s() < deadline_s; round++) {
        double gap;
        KH_TRY(look_for_paths(s, &gap, err));
        if (gap < GOOD_GAP)
            break;
        for (int sweep = 0; sweep < SWEEPS; sweep++)
            for (uint32_t k = 0; k < s->problem->n_demands; k++)
                balance(s, k);
        s->beta = fmin(s->beta * BETA_STEP, BETA_LAST);
    }
    return KH_OK;
}

static kh_status keep_path(const seed *s, uint32_t path, kh_pool *pool, kh_error *err)
{
    const kh_pool_path *p = &s->pool.paths[path];
    bool added;
    return kh_pool_add(pool, p->demand, &s->pool.links[p->first], p->n_links, &added, err);
}

static kh_status keep_demand(const seed *s, uint32_t demand, kh_pool *pool, kh_error *err)
{
    uint32_t best = s->pool.last[demand];
    if (best == KH_NO_INDEX)
        return KH_OK;
    for (uint32_t p = best; p != KH_NO_INDEX; p = s->pool.paths[p].previous)
        if (s->flow_bps[p] > s->flow_bps[best])
            best = p;
    KH_TRY(keep_path(s, best, pool, err));
    double least_bps = WORTH_KEEPING * s->problem->demands[demand].requested_bps;
    for (uint32_t p = s->pool.last[demand]; p != KH_NO_INDEX; p = s->pool.paths[p].previous)
        if (s->flow_bps[p] > least_bps)
            KH_TRY(keep_path(s, p, pool, err));
    return KH_OK;
}

static kh_status find(seed *s, const kh_pricer *pricer, double deadline_s, kh_arena *arena, kh_pool *pool, kh_error *err)
{
    KH_TRY(init(s, pricer, arena, err));
    KH_TRY(route_first(s, err));
    if (s->pool.n_paths > 0)
        KH_TRY(equilibrate(s, deadline_s, err));
    for (uint32_t k = 0; k < s->problem->n_demands; k++)
        KH_TRY(keep_demand(s, k, pool, err));
    return KH_OK;
}

kh_status kh_seed_paths(const kh_pricer *pricer, double deadline_s, kh_pool *pool, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the first paths");
    seed s;
    kh_status status = find(&s, pricer, deadline_s, arena, pool, err);
    kh_arena_destroy(arena);
    return status;
}

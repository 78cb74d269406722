/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/quote.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/graph/incidence.h"

#include <math.h>

static const double WORTH_IT = 1 - 1e-12; /* a column must be cheaper than its demand's dual by more than rounding */
static const double ROUNDING = 1e-13;     /* of the cost of a path against w */
static const double ALL_SEEN = 1 - 1e-12; /* shares that a path's coalitions have of it: none is left as secret */
enum { MOST_STEPS = 100 };

kh_status kh_quote_init(kh_quote *q, const kh_secure_problem *problem, kh_watch *watch, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *flow = &problem->flow;
    size_t m = flow->graph.n_links, n = watch != NULL ? watch->n_coalitions : 0;
    *q = (kh_quote){.problem = problem, .watch = watch, .deadline_s = HUGE_VAL};
    KH_TRY(kh_pricer_init(&q->pricer, flow, arena, err));
    bool *use = KH_NEW(arena, bool, m);
    q->links = KH_NEW(arena, uint32_t, m + flow->graph.n_nodes);
    q->below = KH_NEW(arena, double, flow->n_demands);
    q->touched = KH_NEW(arena, uint32_t, n);
    q->charges = KH_NEW(arena, kh_charge, n);
    q->share = KH_NEW(arena, double, n);
    if (use == NULL || q->links == NULL || q->below == NULL || q->touched == NULL || q->charges == NULL || q->share == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for paths through %zu links", m);
    for (size_t e = 0; e < m; e++)
        use[e] = flow->capacity_bps[e] > 0;
    q->ways = kh_disjoint_ways_create(&flow->graph, use, arena);
    q->scout = watch != NULL ? kh_scout_create(watch, use, arena) : NULL;
    if (q->ways == NULL || (watch != NULL && q->scout == NULL))
        return kh_fail(err, KH_ENOMEM, "no memory for paths through %zu links", m);
    return KH_OK;
}

static void reverse(uint32_t *links, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t link = links[i];
        links[i] = links[n - 1 - i];
        links[n - 1 - i] = link;
    }
}

/* --- disjoint sets ---------------------------------------------------------------------------------------------------------- */

/* Adds links as a column; paths are kept from ends[0] to ends[1]. */
static kh_status add_column(kh_quote *q, uint32_t demand, bool backward, size_t n_links, kh_pool *pool, size_t *n_added,
                            kh_error *err)
{
    bool added;
    if (backward)
        reverse(q->links, n_links);
    KH_TRY(kh_pool_add(pool, demand, q->links, n_links, &added, err));
    *n_added += added;
    return KH_OK;
}

static size_t append_way(kh_quote *q, size_t i, size_t n)
{
    kh_disjoint_way way = kh_disjoint_ways_get(q->ways, i);
    for (size_t h = 0; h < way.n_links; h++)
        q->links[n++] = way.links[h];
    return n;
}

/* The ways found last: as one column that is a set of them, or each for itself. pricer.forward: the demand's first end is not the
   source. */
static kh_status add_ways(kh_quote *q, uint32_t demand, size_t n_ways, kh_pool *pool, size_t *n_added, kh_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < n_ways; i++) {
        n = append_way(q, i, n);
        if (q->watch == NULL && i + 1 < n_ways)
            continue;
        KH_TRY(add_column(q, demand, q->pricer.forward[demand], n, pool, n_added, err));
        n = 0;
    }
    return KH_OK;
}

/* The next demand of the group that is looked at; below 0: it has no such ways, whatever the prices. */
static size_t next_wanted(const kh_pricer *pricer, const double *below, size_t group, size_t i)
{
    while (i < pricer->group[group + 1] && below[pricer->demand[i]] < 0)
        i++;
    return i;
}

/* Cheapest sets of t + 1 disjoint ways of all demands: each that costs less than @p below is added. */
static kh_status look_for_ways(kh_quote *q, const double *price, const double *below, kh_pool *pool, double *worth, size_t *n_added,
                               kh_error *err)
{
    const kh_pricer *pricer = &q->pricer;
    size_t wanted = (size_t)q->problem->colluders + 1;
    for (size_t g = 0; g < pricer->n_groups; g++) {
        if (kh_clock_s() > q->deadline_s)
            return KH_TIMELIMIT;
        size_t i = next_wanted(pricer, below, g, pricer->group[g]);
        if (i < pricer->group[g + 1])
            kh_disjoint_ways_root(q->ways, price, pricer->source[g]);
        for (; i < pricer->group[g + 1]; i = next_wanted(pricer, below, g, i + 1)) {
            uint32_t k = pricer->demand[i];
            if (kh_disjoint_ways_find(q->ways, pricer->target[i], wanted, KH_DISJOINT_NODES) < wanted)
                continue;
            worth[k] = kh_disjoint_ways_length(q->ways);
            if (worth[k] < below[k])
                KH_TRY(add_ways(q, k, wanted, pool, n_added, err));
        }
    }
    return KH_OK;
}

/* --- coalitions ------------------------------------------------------------------------------------------------------------- */

static size_t touched_by(kh_quote *q, uint32_t demand, const uint32_t *links, size_t n_links)
{
    const uint32_t *ends = q->problem->flow.demands[demand].ends;
    return kh_watch_touched(q->watch, ends, ends[0], links, n_links, q->touched);
}

/* Whether some path of the demand is not seen by the coalition. */
static bool is_avoided(kh_quote *q, const kh_pool *pool, uint32_t demand, uint32_t coalition)
{
    for (uint32_t p = pool->last[demand]; p != KH_NO_INDEX; p = pool->paths[p].previous) {
        size_t n = touched_by(q, demand, &pool->links[pool->paths[p].first], pool->paths[p].n_links);
        size_t i = 0;
        while (i < n && q->touched[i] != coalition)
            i++;
        if (i == n)
            return true;
    }
    return false;
}

/* The cheapest path that none of the charged see. *found = false: there is none. */
static kh_status find_path(kh_quote *q, const double *price, uint32_t demand, size_t n_charges, kh_pool *pool, bool *found,
                           kh_error *err)
{
    double cost;
    size_t n_links, n_added = 0;
    KH_TRY(kh_scout_find(q->scout, price, q->problem->flow.demands[demand].ends, q->charges, n_charges, &cost, q->links, &n_links,
                         err));
    *found = !isinf(cost);
    return *found ? add_column(q, demand, true, n_links, pool, &n_added, err) : KH_OK;
}

/* One path, then for each coalition that sees all so far one that it does not. A demand that some coalition sees everywhere loses
   its paths again. */
static kh_status start_demand(kh_quote *q, const double *price, uint32_t demand, kh_pool *pool, uint32_t *exposed_to, kh_error *err)
{
    bool found;
    KH_TRY(find_path(q, price, demand, 0, pool, &found, err));
    for (uint32_t j = 0; found && j < q->watch->n_coalitions; j++) {
        if (is_avoided(q, pool, demand, j))
            continue;
        q->charges[0] = (kh_charge){j, HUGE_VAL};
        KH_TRY(find_path(q, price, demand, 1, pool, &found, err));
        if (!found)
            *exposed_to = j;
    }
    if (!found)
        pool->last[demand] = KH_NO_INDEX;
    return KH_OK;
}

static kh_status drop_lost(kh_pool *pool, size_t n_demands, kh_arena *arena, kh_error *err)
{
    bool *keep = KH_NEW(arena, bool, pool->n_paths);
    if (keep == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", pool->n_paths);
    for (size_t p = 0; p < pool->n_paths; p++)
        keep[p] = pool->last[pool->paths[p].demand] != KH_NO_INDEX;
    kh_pool_keep(pool, n_demands, keep);
    return KH_OK;
}

static kh_status start_coalitions(kh_quote *q, const double *price, kh_pool *pool, uint32_t *exposed_to, kh_error *err)
{
    size_t n = q->problem->flow.n_demands;
    for (uint32_t k = 0; k < n; k++)
        KH_TRY(start_demand(q, price, k, pool, &exposed_to[k], err));
    return drop_lost(pool, n, pool->arena, err);
}

/* A link between the two ends needs no other way: no relay sees it. */
static kh_status start_direct(kh_quote *q, kh_pool *pool, double *below, kh_error *err)
{
    const kh_keyflow_problem *flow = &q->problem->flow;
    kh_incidence at =
        kh_incidence_build(flow->graph.n_nodes, flow->graph.n_links, flow->graph.n_links > 0 ? flow->graph.ends[0] : NULL,
                           sizeof *flow->graph.ends, pool->arena);
    if (at.item == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", flow->graph.n_links);
    for (uint32_t k = 0; k < flow->n_demands; k++) {
        const uint32_t *ends = flow->demands[k].ends;
        uint32_t best = KH_NO_INDEX;
        for (size_t i = at.first[ends[0]]; i < at.first[ends[0] + 1]; i++) {
            uint32_t e = at.item[i];
            bool joins = kh_graph_far_end(flow->graph.ends[e], ends[0]) == ends[1] && flow->capacity_bps[e] > 0;
            if (joins && (best == KH_NO_INDEX || flow->capacity_bps[e] > flow->capacity_bps[best]))
                best = e;
        }
        size_t n_added = 0;
        q->links[0] = best;
        if (best != KH_NO_INDEX)
            KH_TRY(add_column(q, k, false, 1, pool, &n_added, err));
        below[k] = best != KH_NO_INDEX ? 0 : HUGE_VAL;
    }
    return KH_OK;
}

kh_status kh_quote_start(kh_quote *q, const double *price, kh_pool *pool, uint32_t *exposed_to, kh_error *err)
{
    const kh_keyflow_problem *flow = &q->problem->flow;
    double *below = KH_NEW(pool->arena, double, flow->n_demands), *worth = KH_NEW(pool->arena, double, flow->n_demands);
    size_t n_added = 0;
    if (below == NULL || worth == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", flow->n_demands);
    for (size_t k = 0; k < flow->n_demands; k++) {
        below[k] = HUGE_VAL;
        exposed_to[k] = KH_NO_INDEX;
    }
    if (q->problem->secrecy == KH_SECRECY_COALITIONS)
        return start_coalitions(q, price, pool, exposed_to, err);
    if (q->problem->secrecy == KH_SECRECY_RAMP)
        KH_TRY(start_direct(q, pool, below, err));
    return look_for_ways(q, price, below, pool, worth, &n_added, err);
}

/* --- what a secret costs ---------------------------------------------------------------------------------------------------- */

/* Whoever verifies the bound must look at all sets of coalitions with several members: the least blamed go free. */
static void blame_fewer(const kh_quote *q, kh_shares *shares, uint32_t demand)
{
    for (;;) {
        uint32_t n = 0, least = KH_NO_INDEX;
        for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX; v = shares->views[v].previous) {
            if (shares->views[v].share <= 0 || q->watch->size[shares->views[v].coalition] <= 1)
                continue;
            n++;
            if (least == KH_NO_INDEX || shares->views[v].share < shares->views[least].share)
                least = v;
        }
        if (n <= KH_QUOTE_MOST_SUSPECTS)
            return;
        shares->views[least].share = 0;
    }
}

/* The views' shares of a demand: a coalition has at most all of it, and together they have at most t. */
static void set_shares(const kh_quote *q, kh_shares *shares, uint32_t demand)
{
    double sum = 0, dual = shares->demand_dual[demand];
    for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX; v = shares->views[v].previous) {
        shares->views[v].share = dual > 0 ? fmin(shares->views[v].dual / dual, 1) : 0;
        sum += shares->views[v].share;
    }
    blame_fewer(q, shares, demand);
    double most = (double)q->problem->colluders;
    for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX && sum > most; v = shares->views[v].previous)
        shares->views[v].share *= most / sum;
}

static size_t list_charges(kh_quote *q, const kh_shares *shares, uint32_t demand)
{
    size_t n = 0;
    for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX; v = shares->views[v].previous) {
        const kh_shares_view *view = &shares->views[v];
        q->share[view->coalition] = view->share;
        if (view->share > 0)
            q->charges[n++].coalition = view->coalition;
    }
    return n;
}

static void clear_shares(kh_quote *q, const kh_shares *shares, uint32_t demand)
{
    for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX; v = shares->views[v].previous)
        q->share[shares->views[v].coalition] = 0;
}

/* Cost of the path in links at w = 0, and what part of w its coalitions take. */
static double price_path(kh_quote *q, const double *price, uint32_t demand, size_t n_links, double *taken)
{
    double cost = 0;
    for (size_t i = 0; i < n_links; i++)
        cost += price[q->links[i]];
    size_t n = touched_by(q, demand, q->links, n_links);
    *taken = 0;
    for (size_t i = 0; i < n; i++)
        *taken += q->share[q->touched[i]];
    return cost;
}

/* Newton's steps from the dual; without a dual or shares the cheapest path is the price of the secret. */
static kh_status quote_demand(kh_quote *q, const double *price, const kh_shares *shares, uint32_t demand, kh_pool *pool,
                              double *worth, size_t *n_added, kh_error *err)
{
    const uint32_t *ends = q->problem->flow.demands[demand].ends;
    size_t n_charges = list_charges(q, shares, demand);
    double dual = shares->demand_dual[demand] / shares->unit_bps[demand], w = n_charges > 0 ? dual : HUGE_VAL;
    *worth = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
        double cost, taken;
        size_t n_links;
        for (size_t i = 0; i < n_charges; i++)
            q->charges[i].price = w * q->share[q->charges[i].coalition];
        KH_TRY(kh_scout_find(q->scout, price, ends, q->charges, n_charges, &cost, q->links, &n_links, err));
        if (cost >= w * (1 - ROUNDING) || n_charges == 0)
            *worth = fmin(cost, w) * (1 - ROUNDING);
        if (cost >= w * (1 - ROUNDING))
            break;
        reverse(q->links, n_links);
        double links_only = price_path(q, price, demand, n_links, &taken);
        if (links_only + dual * taken < q->below[demand])
            KH_TRY(add_column(q, demand, false, n_links, pool, n_added, err));
        if (taken >= ALL_SEEN || n_charges == 0)
            break;
        w = links_only / (1 - taken);
    }
    clear_shares(q, shares, demand);
    return KH_OK;
}

kh_status kh_quote_run(kh_quote *q, const double *price, kh_shares *shares, kh_pool *pool, double *worth, size_t *n_added,
                       kh_error *err)
{
    *n_added = 0;
    for (uint32_t k = 0; k < q->problem->flow.n_demands; k++) {
        worth[k] = 0;
        q->below[k] = shares->unit_bps[k] > 0 ? shares->demand_dual[k] / shares->unit_bps[k] * WORTH_IT : -1;
        if (q->watch == NULL || shares->unit_bps[k] <= 0)
            continue;
        if (kh_clock_s() > q->deadline_s)
            return KH_TIMELIMIT;
        set_shares(q, shares, k);
        KH_TRY(quote_demand(q, price, shares, k, pool, &worth[k], n_added, err));
    }
    return q->watch == NULL ? look_for_ways(q, price, q->below, pool, worth, n_added, err) : KH_OK;
}

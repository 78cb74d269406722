/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/quote.h"

#include "core/base/clock.h"
#include "core/net/ids.h"

#include <math.h>

static const double WORTH_IT = 1 - 1e-12; /* a column must be cheaper than its demand's dual by more than rounding */
static const double ROUNDING = 1e-13;     /* of the cost of a path against w */
static const double ALL_SEEN = 1 - 1e-12; /* shares that a path's coalitions have of it: none is left as secret */
static const double PRICED = 1e-11;       /* of lambda per full link: duals of basic rows are 0 but for rounding */
enum { MOST_STEPS = 100 };

kh_status kh_quote_init(kh_quote *q, const kh_secure_problem *problem, kh_watch *watch, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *flow = &problem->flow;
    size_t m = flow->graph.n_links, n = watch->n_coalitions;
    *q = (kh_quote){.problem = problem, .watch = watch, .deadline_s = HUGE_VAL};
    bool *use = KH_NEW(arena, bool, m);
    q->links = KH_NEW(arena, uint32_t, flow->graph.n_nodes);
    q->below = KH_NEW(arena, double, flow->n_demands);
    q->touched = KH_NEW(arena, uint32_t, n);
    q->charges = KH_NEW(arena, kh_charge, n);
    q->share = KH_NEW(arena, double, n);
    if (use == NULL || q->links == NULL || q->below == NULL || q->touched == NULL || q->charges == NULL || q->share == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for paths through %zu links", m);
    for (size_t e = 0; e < m; e++)
        use[e] = flow->capacity_bps[e] > 0;
    q->scout = kh_scout_create(watch, use, arena);
    if (q->scout == NULL)
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

/* Adds links as a column; paths are kept from ends[0] to ends[1]. */
static kh_status add_column(kh_quote *q, uint32_t demand, size_t n_links, kh_pool *pool, size_t *n_added, kh_error *err)
{
    bool added;
    KH_TRY(kh_pool_add(pool, demand, q->links, n_links, &added, err));
    *n_added += added;
    return KH_OK;
}

/* --- first columns -------------------------------------------------------------------------------------------------------------
 */

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
    reverse(q->links, n_links);
    return *found ? add_column(q, demand, n_links, pool, &n_added, err) : KH_OK;
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

kh_status kh_quote_start(kh_quote *q, const double *price, kh_pool *pool, uint32_t *exposed_to, kh_error *err)
{
    size_t n = q->problem->flow.n_demands;
    for (uint32_t k = 0; k < n; k++) {
        exposed_to[k] = KH_NO_INDEX;
        KH_TRY(start_demand(q, price, k, pool, &exposed_to[k], err));
    }
    return drop_lost(pool, n, pool->arena, err);
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

/* The views' shares of a demand: together they have at most all of it. */
static void set_shares(const kh_quote *q, kh_shares *shares, uint32_t demand)
{
    double sum = 0, dual = shares->demand_dual[demand];
    for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX; v = shares->views[v].previous) {
        shares->views[v].share = dual > 0 ? fmin(shares->views[v].dual / dual, 1) : 0;
        sum += shares->views[v].share;
    }
    blame_fewer(q, shares, demand);
    for (uint32_t v = shares->last_view[demand]; v != KH_NO_INDEX && sum > 1; v = shares->views[v].previous)
        shares->views[v].share /= sum;
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
            KH_TRY(add_column(q, demand, n_links, pool, n_added, err));
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
        q->below[k] = shares->unit_bps[k] > 0 ? shares->demand_dual[k] / shares->unit_bps[k] * WORTH_IT : 0;
        if (shares->unit_bps[k] <= 0)
            continue;
        if (kh_clock_s() > q->deadline_s)
            return KH_TIMELIMIT;
        set_shares(q, shares, k);
        KH_TRY(quote_demand(q, price, shares, k, pool, &worth[k], n_added, err));
    }
    return KH_OK;
}

/* --- levels ------------------------------------------------------------------------------------------------------------------- */

/* Whether a path costs nothing that the charged do not see. */
static kh_status is_open(kh_quote *q, const double *price, uint32_t demand, size_t n_charges, bool *open, size_t *n_links,
                         kh_error *err)
{
    double cost;
    KH_TRY(kh_scout_find(q->scout, price, q->problem->flow.demands[demand].ends, q->charges, n_charges, &cost, q->links, n_links,
                         err));
    *open = cost <= 0;
    return KH_OK;
}

/* Secret shares need one such path, and for each coalition that sees it another. */
static kh_status can_grow(kh_quote *q, const double *price, uint32_t demand, bool *open, kh_error *err)
{
    size_t n_links;
    KH_TRY(is_open(q, price, demand, 0, open, &n_links, err));
    if (!*open)
        return KH_OK;
    reverse(q->links, n_links);
    size_t n = touched_by(q, demand, q->links, n_links);
    for (size_t i = 0; *open && i < n; i++) {
        q->charges[0] = (kh_charge){q->touched[i], HUGE_VAL};
        KH_TRY(is_open(q, price, demand, 1, open, &n_links, err));
    }
    return KH_OK;
}

kh_status kh_quote_find_blocked(kh_quote *q, const kh_shares *shares, double *price, bool *blocked, kh_error *err)
{
    for (size_t e = 0; e < q->problem->flow.graph.n_links; e++)
        price[e] = shares->link_dual[e] > PRICED ? 1 : 0;
    for (uint32_t k = 0; k < q->problem->flow.n_demands; k++) {
        bool open = false;
        if (shares->unit_bps[k] > 0 && !shares->frozen[k])
            KH_TRY(can_grow(q, price, k, &open, err));
        blocked[k] = !open;
    }
    return KH_OK;
}

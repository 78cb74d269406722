/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/resolve_work.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/flow/settle.h"
#include "solvers/flow/simplex.h"

#include <math.h>
#include <string.h>

static const double ROOM_PRICE = 0.1; /* soft price of the first way around what is gone: it looks for room */

kh_status kh_resolve_climb(kh_resolve *r, kh_resolve_answer *answer, kh_error *err)
{
    r->ascent.bound = INFINITY;
    KH_TRY(kh_ascent_run(&r->ascent, err));
    answer->bound = r->ascent.bound;
    answer->n_steps = r->ascent.n_steps;
    return KH_OK;
}

/* -- answer -------------------------------------------------------------------------------------------------------- */

kh_status kh_resolve_make_share_room(kh_resolve *r, kh_error *err)
{
    if (r->pool.n_paths <= r->share_room)
        return KH_OK;
    r->share_room = 2 * r->pool.n_paths;
    r->share = KH_NEW(r->arena, double, r->share_room);
    return r->share != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for the shares of %zu paths", r->pool.n_paths);
}

/* Shares of the basis without rounding below 0, each demand's sum 1. */
static void set_shares(kh_resolve *r)
{
    const kh_keyed *b = &r->now;
    memset(r->share, 0, r->pool.n_paths * sizeof *r->share);
    for (size_t i = 1; i < b->working.n; i++)
        if (!b->barred[b->extra[i]])
            r->share[b->extra[i]] = fmax(b->value[i], 0);
    for (size_t k = 0; k < r->problem->n_demands; k++) {
        if (!b->asked[k])
            continue;
        double sum = r->share[b->key[k]] = fmax(kh_keyed_key_share(b, (uint32_t)k), 0);
        for (uint32_t p = r->pool.last[k]; p != KH_NO_INDEX; p = r->pool.paths[p].previous)
            sum += p != b->key[k] ? r->share[p] : 0;
        for (uint32_t p = r->pool.last[k]; p != KH_NO_INDEX && sum > 0; p = r->pool.paths[p].previous)
            r->share[p] /= sum;
        if (!(sum > 0))
            r->share[b->key[k]] = 1;
    }
}

/* Loads when all is carried, and how far that can be stretched. */
static double stretch(kh_resolve *r)
{
    double busiest = 0;
    size_t m = r->problem->graph.n_links;
    memset(r->load_bps, 0, m * sizeof *r->load_bps);
    for (size_t p = 0; p < r->pool.n_paths; p++) {
        const kh_pool_path *path = &r->pool.paths[p];
        double rate_bps = r->share[p] * r->problem->demands[path->demand].requested_bps;
        for (uint32_t i = 0; i < path->n_links && rate_bps > 0; i++)
            r->load_bps[r->pool.links[path->first + i]] += rate_bps;
    }
    for (size_t e = 0; e < m; e++)
        if (r->load_bps[e] > 0)
            busiest = fmax(busiest, r->load_bps[e] / r->ascent.capacity_bps[e]);
    for (size_t e = 0; e < m && busiest > 0; e++)
        r->load_bps[e] /= busiest;
    return busiest > 0 ? 1 / busiest : 0;
}

/* Room that is used again: sweeps may come here thousands of times. */
static kh_status make_whole_room(kh_resolve *r, size_t n_routes, size_t n_links, kh_error *err)
{
    if (n_routes > r->whole_route_room) {
        r->whole_route_room = 2 * n_routes;
        r->whole_routes = KH_NEW(r->arena, kh_keyflow_route, r->whole_route_room);
    }
    if (n_links > r->whole_link_room) {
        r->whole_link_room = 2 * n_links;
        r->whole_links = KH_NEW(r->arena, uint32_t, r->whole_link_room);
    }
    bool made = (n_routes == 0 || r->whole_routes != NULL) && (n_links == 0 || r->whole_links != NULL);
    return made ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for %zu routes", n_routes);
}

/* @p demand: of the problem, by that of @p flow */
static kh_status keep_whole(kh_resolve *r, const kh_keyflow *flow, const uint32_t *demand, kh_error *err)
{
    size_t n_links = 0;
    for (size_t i = 0; i < flow->n_routes; i++)
        n_links += flow->routes[i].n_links;
    KH_TRY(make_whole_room(r, flow->n_routes, n_links, err));
    memset(r->load_bps, 0, r->problem->graph.n_links * sizeof *r->load_bps);
    uint32_t *links = r->whole_links;
    for (size_t i = 0; i < flow->n_routes; i++) {
        const kh_keyflow_route *route = &flow->routes[i];
        r->whole_routes[i] = (kh_keyflow_route){demand[route->demand], links, route->n_links, route->rate_bps};
        for (size_t j = 0; j < route->n_links; j++) {
            *links++ = route->links[j];
            r->load_bps[route->links[j]] += route->rate_bps;
        }
    }
    r->n_whole_routes = flow->n_routes;
    return KH_OK;
}

/* The same problem by itself: only what is asked for, and not beginning from anything. */
static kh_status solve_whole_in(kh_resolve *r, kh_arena *scratch, kh_resolve_answer *answer, kh_error *err)
{
    size_t n = 0;
    kh_keyflow flow;
    kh_keyflow_demand *demands = KH_NEW(scratch, kh_keyflow_demand, r->problem->n_demands);
    uint32_t *demand = KH_NEW(scratch, uint32_t, r->problem->n_demands);
    if (demands == NULL || demand == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", r->problem->n_demands);
    for (uint32_t k = 0; k < r->problem->n_demands; k++)
        if (r->now.asked[k]) {
            demand[n] = k;
            demands[n++] = r->problem->demands[k];
        }
    kh_keyflow_problem problem = r->now_problem;
    problem.demands = demands;
    problem.n_demands = n;
    problem.time_limit_s = r->ascent.deadline_s - kh_clock_s();
    KH_TRY(kh_keyflow_solve(&problem, scratch, &flow, err));
    answer->value = r->value = flow.value;
    answer->bound = flow.bound;
    answer->again = r->again = true;
    memcpy(r->ascent.proof, flow.prices, r->problem->graph.n_links * sizeof *r->ascent.proof);
    return keep_whole(r, &flow, demand, err);
}

static kh_status solve_whole(kh_resolve *r, kh_resolve_answer *answer, kh_error *err)
{
    kh_arena *scratch = kh_arena_create(0);
    if (scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to solve from nothing");
    kh_status status = solve_whole_in(r, scratch, answer, err);
    kh_arena_destroy(scratch);
    return status;
}

kh_status kh_resolve_finish(kh_resolve *r, kh_resolve_answer *answer, kh_error *err)
{
    KH_TRY(kh_resolve_make_share_room(r, err));
    set_shares(r);
    answer->value = r->value = stretch(r);
    if (answer->bound <= answer->value * (1 + KH_RESOLVE_EXACT) || r->alone)
        return KH_OK;
    return solve_whole(r, answer, err);
}

/* -- change -------------------------------------------------------------------------------------------------------- */

static bool is_barred(const kh_resolve *r, uint32_t path)
{
    const kh_pool_path *p = &r->pool.paths[path];
    for (uint32_t i = 0; i < p->n_links; i++)
        if (r->now.room[r->pool.links[p->first + i]] <= 0)
            return true;
    return !r->now.asked[p->demand];
}

/* @return false: the key's demand must find another */
static bool swap_barred_key(kh_keyed *b, uint32_t demand)
{
    for (uint32_t i = 1; i < b->working.n; i++)
        if (b->pool->paths[b->extra[i]].demand == demand && !b->barred[b->extra[i]]) {
            kh_keyed_swap(b, i);
            return true;
        }
    return false;
}

/* The cheapest known path of a demand that is not barred. */
static uint32_t cheapest(const kh_resolve *r, uint32_t demand)
{
    uint32_t best = KH_NO_INDEX;
    double least = INFINITY;
    for (uint32_t p = r->pool.last[demand]; p != KH_NO_INDEX; p = r->pool.paths[p].previous) {
        double cost = r->now.barred[p] ? HUGE_VAL : kh_keyed_cost(&r->now, p, r->ascent.price);
        if (cost < least) {
            least = cost;
            best = p;
        }
    }
    return best;
}

/* Keys for the demands of one source that have none; those nothing leads to are lost. */
static kh_status find_keys(kh_resolve *r, size_t group, kh_error *err)
{
    size_t first = r->pricer.group[group], end = r->pricer.group[group + 1], n_added = 0;
    bool any = false;
    for (size_t i = first; i < end; i++)
        any = any || r->ascent.below[r->pricer.demand[i]] > 0;
    if (!any)
        return KH_OK;
    KH_TRY(kh_pricer_run_group(&r->pricer, group, r->ascent.price, r->ascent.below, &r->pool, r->ascent.distance, &n_added, err));
    KH_TRY(kh_keyed_follow(&r->now, r->arena, err));
    r->ascent.n_trees++;
    kh_ascent_set_prices(&r->ascent, ROOM_PRICE, 3); /* those before may have filled links */
    for (size_t i = first; i < end; i++) {
        uint32_t k = r->pricer.demand[i];
        if (r->ascent.below[k] <= 0)
            continue;
        uint32_t path = cheapest(r, k);
        if (path != KH_NO_INDEX) {
            r->now.key[k] = path;
            kh_keyed_add_load(&r->now, path, r->now.value[0], r->now.load);
        } else
            r->now.asked[k] = false;
    }
    return KH_OK;
}

static void bar_paths(kh_resolve *r)
{
    for (uint32_t p = 0; p < r->pool.n_paths; p++)
        r->now.barred[p] = is_barred(r, p);
}

/* Demands whose key is barred get another one.
   @param[out] changed  the matrix of the basis is not what it was */
static kh_status renew_keys(kh_resolve *r, bool *changed, kh_error *err)
{
    kh_keyed *b = &r->now;
    size_t n_without = 0;
    kh_keyed_set_values(&r->now);
    kh_keyed_set_prices(&r->now);
    kh_ascent_set_prices(&r->ascent, ROOM_PRICE, 3);
    for (uint32_t k = 0; k < r->problem->n_demands; k++) {
        bool barred = b->asked[k] && b->barred[b->key[k]];
        *changed = *changed || barred;
        r->ascent.below[k] = barred && !swap_barred_key(b, k) ? KH_ASCENT_GONE / 10 : 0;
        n_without += r->ascent.below[k] > 0;
    }
    for (size_t g = 0; g < r->pricer.n_groups && n_without > 0; g++)
        KH_TRY(find_keys(r, g, err));
    bar_paths(r);
    return KH_OK;
}

/* Takes over the change; the basis begins as the base's. */
static kh_status start_change(kh_resolve *r, const kh_resolve_change *change, bool *changed, kh_error *err)
{
    size_t m = r->problem->graph.n_links;
    kh_pool_cut(&r->pool, r->n_base_paths);
    kh_keyed_copy(&r->base, &r->now);
    r->ascent.since = r->base_since;
    r->again = false;
    r->ascent.n_trees = 0;
    *changed = false;
    for (size_t e = 0; e < m; e++) {
        double capacity_bps = change->capacity_bps != NULL ? change->capacity_bps[e] : r->problem->capacity_bps[e];
        if (!(capacity_bps >= 0) || isinf(capacity_bps))
            return kh_fail(err, KH_ERANGE, "link %zu has a rate of %g bit/s, must be finite and >= 0", e, capacity_bps);
        r->ascent.capacity_bps[e] = r->now.per_scale[e] > 0 ? capacity_bps : 0;
        r->now.room[e] = r->ascent.capacity_bps[e] * r->now.per_scale[e];
    }
    for (size_t k = 0; k < r->problem->n_demands && change->left_out != NULL; k++)
        if (change->left_out[k] && r->now.asked[k]) {
            r->now.asked[k] = false;
            *changed = true;
        }
    return KH_OK;
}

static size_t count_lost(const kh_resolve *r, const kh_resolve_change *change)
{
    size_t n = 0;
    for (size_t k = 0; k < r->problem->n_demands; k++)
        n += r->base.asked[k] && !r->now.asked[k] && (change->left_out == NULL || !change->left_out[k]);
    return n;
}

kh_status kh_resolve_solve(kh_resolve *r, const kh_resolve_change *change, kh_resolve_answer *answer, kh_error *err)
{
    bool changed;
    KH_TRY(start_change(r, change, &changed, err));
    bar_paths(r);
    KH_TRY(renew_keys(r, &changed, err));
    *answer = (kh_resolve_answer){.bound = INFINITY,
                                  .prices = r->ascent.proof,
                                  .load_bps = r->load_bps,
                                  .joined = r->now.asked,
                                  .n_lost = count_lost(r, change)};
    bool any = false;
    for (size_t k = 0; k < r->problem->n_demands; k++)
        any = any || r->now.asked[k];
    if (!any) {
        answer->bound = r->bound = r->value = 0;
        memset(r->ascent.proof, 0, r->problem->graph.n_links * sizeof *r->ascent.proof);
        memset(r->load_bps, 0, r->problem->graph.n_links * sizeof *r->load_bps);
        for (size_t i = 0; i < r->share_room; i++)
            r->share[i] = 0;
        return KH_OK;
    }
    if (!changed || kh_ascent_rebuild(&r->ascent))
        KH_TRY(kh_resolve_climb(r, answer, err));
    KH_TRY(kh_resolve_finish(r, answer, err));
    r->bound = answer->bound;
    answer->n_trees = r->ascent.n_trees;
    return KH_OK;
}

const kh_resolve_answer *kh_resolve_base(const kh_resolve *resolve)
{
    return &resolve->base_answer;
}

/* -- routes -------------------------------------------------------------------------------------------------------- */

static kh_status write_whole(const kh_resolve *r, kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    flow->routes = KH_NEW(arena, kh_keyflow_route, r->n_whole_routes);
    if (flow->routes == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", r->n_whole_routes);
    for (size_t i = 0; i < r->n_whole_routes; i++) {
        kh_keyflow_route route = r->whole_routes[i];
        uint32_t *links = KH_NEW(arena, uint32_t, route.n_links);
        if (links == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for a route of %zu links", route.n_links);
        memcpy(links, route.links, route.n_links * sizeof *links);
        route.links = links;
        flow->rate_bps[route.demand] += route.rate_bps;
        flow->routes[flow->n_routes++] = route;
    }
    return KH_OK;
}

kh_status kh_resolve_write(const kh_resolve *r, kh_arena *arena, kh_keyflow *flow, kh_error *err)
{
    size_t m = r->problem->graph.n_links, n = r->problem->n_demands;
    *flow = (kh_keyflow){.complete = true,
                         .prices = KH_NEW(arena, double, m),
                         .joined = KH_NEW(arena, bool, n),
                         .rate_bps = KH_NEW(arena, double, n),
                         .level_of = KH_NEW(arena, uint32_t, n)};
    if (flow->prices == NULL || flow->joined == NULL || flow->rate_bps == NULL || flow->level_of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a flow of %zu links and %zu demands", m, n);
    memcpy(flow->prices, r->ascent.proof, m * sizeof *r->ascent.proof);
    memcpy(flow->joined, r->now.asked, n * sizeof *r->now.asked);
    flow->value = r->value;
    flow->bound = r->bound;
    if (r->again)
        return write_whole(r, arena, flow, err);
    kh_settle settle;
    KH_TRY(kh_settle_init(&settle, &r->pricer, &r->pool, arena, err));
    for (size_t p = 0; p < r->pool.n_paths; p++)
        settle.rate_bps[p] = r->share[p] * r->value * r->problem->demands[r->pool.paths[p].demand].requested_bps;
    return kh_settle_write(&settle, arena, flow, err);
}

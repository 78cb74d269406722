/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/resolve_work.h"

#include "core/base/clock.h"
#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const double POOL_GAP =
    0.3; /* of the equilibrium that the first optimum starts from: a tighter one costs more than it saves */

static kh_status allocate(kh_resolve *r, kh_error *err)
{
    size_t m = r->problem->graph.n_links, n = r->problem->n_demands;
    kh_arena *arena = r->arena;
    r->load_bps = KH_NEW(arena, double, m);
    r->base_load_bps = KH_NEW(arena, double, m);
    r->base_prices = KH_NEW(arena, double, m);
    r->base_joined = KH_NEW(arena, bool, n);
    if (r->load_bps == NULL || r->base_load_bps == NULL || r->base_prices == NULL || r->base_joined == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links and %zu demands", m, n);
    KH_TRY(kh_pricer_init(&r->pricer, r->problem, arena, err));
    KH_TRY(kh_pool_init(&r->pool, n, arena, err));
    KH_TRY(kh_keyed_init(&r->base, r->problem, &r->pool, arena, err));
    KH_TRY(kh_keyed_init(&r->now, r->problem, &r->pool, arena, err));
    return kh_ascent_init(&r->ascent, &r->pricer, &r->pool, &r->now, arena, err);
}

/* The routes of a first flow are the first paths; the busiest of each demand is its key. */
static kh_status take_routes(kh_resolve *r, const kh_keyflow *flow, kh_error *err)
{
    kh_keyed *b = &r->now;
    double *most = r->ascent.distance;
    memset(most, 0, r->problem->n_demands * sizeof *most);
    for (size_t i = 0; i < flow->n_routes; i++) {
        const kh_keyflow_route *route = &flow->routes[i];
        uint32_t *links = r->pricer.scratch, k = route->demand;
        bool added;
        for (size_t j = 0; j < route->n_links; j++)
            links[j] = route->links[r->pricer.forward[k] ? j : route->n_links - 1 - j];
        KH_TRY(kh_pool_add(&r->pool, k, links, route->n_links, &added, err));
        if (added && route->rate_bps > most[k]) {
            most[k] = route->rate_bps;
            b->key[k] = r->pool.last[k];
        }
    }
    return kh_keyed_follow(b, r->arena, err);
}

static void set_units(kh_resolve *r, const kh_keyflow *flow)
{
    const kh_keyflow_problem *problem = r->problem;
    kh_keyed *b = &r->now;
    r->ascent.level = flow->value;
    for (size_t e = 0; e < problem->graph.n_links; e++) {
        r->ascent.capacity_bps[e] = problem->capacity_bps[e];
        b->per_scale[e] = problem->capacity_bps[e] > 0 ? 1 / problem->capacity_bps[e] : 0;
        b->room[e] = problem->capacity_bps[e] > 0 ? 1 : 0;
    }
    for (size_t k = 0; k < problem->n_demands; k++) {
        b->asked[k] = b->key[k] != KH_NO_INDEX;
        b->unit[k] = r->ascent.level * problem->demands[k].requested_bps;
    }
}

static kh_status solve_base(kh_resolve *r, kh_error *err)
{
    kh_keyflow_problem first = *r->problem;
    kh_keyflow flow;
    first.gap = POOL_GAP;
    first.max_min = false;
    first.level_cap = INFINITY;
    first.mps = NULL;
    KH_TRY(kh_keyflow_solve(&first, r->arena, &flow, err));
    if (!flow.complete)
        return kh_fail(err, KH_TIMELIMIT, "the time limit of %g s passed", r->problem->time_limit_s);
    KH_TRY(take_routes(r, &flow, err));
    set_units(r, &flow);
    r->base_answer =
        (kh_resolve_answer){.bound = INFINITY, .prices = r->ascent.proof, .load_bps = r->load_bps, .joined = r->now.asked};
    if (kh_ascent_rebuild(&r->ascent)) {
        KH_TRY(kh_resolve_climb(r, &r->base_answer, err));
        KH_TRY(kh_resolve_finish(r, &r->base_answer, err));
    } else {
        r->base_answer.bound = 0;
    }
    return KH_OK;
}

/* Only basic paths and those that cost no more stay: with the others every step takes longer, and there are more of them. */
static kh_status prune(kh_resolve *r, kh_error *err)
{
    kh_keyed *b = &r->now;
    bool *keep = KH_NEW(r->arena, bool, r->pool.n_paths);
    uint32_t *to = KH_NEW(r->arena, uint32_t, r->pool.n_paths), n = 0;
    if (keep == NULL || to == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu paths", r->pool.n_paths);
    kh_keyed_set_prices(b);
    for (uint32_t p = 0; p < r->pool.n_paths; p++) {
        uint32_t key = b->key[r->pool.paths[p].demand];
        keep[p] = key == p || b->place[p] > 0 ||
                  (key != KH_NO_INDEX && kh_keyed_cost(b, p, b->weight) <= kh_keyed_cost(b, key, b->weight));
        to[p] = n;
        n += keep[p];
        b->place[p] = 0;
    }
    kh_pool_keep(&r->pool, r->problem->n_demands, keep);
    for (size_t k = 0; k < r->problem->n_demands; k++)
        if (b->key[k] != KH_NO_INDEX)
            b->key[k] = to[b->key[k]];
    for (uint32_t i = 1; i < b->working.n; i++) {
        b->extra[i] = to[b->extra[i]];
        b->place[b->extra[i]] = i;
    }
    return KH_OK;
}

/* Later changes forget the paths they add. */
static kh_status keep_base(kh_resolve *r, kh_error *err)
{
    size_t m = r->problem->graph.n_links, n = r->problem->n_demands;
    KH_TRY(prune(r, err));
    r->n_base_paths = r->pool.n_paths;
    KH_TRY(kh_keyed_follow(&r->base, r->arena, err));
    KH_TRY(kh_resolve_make_share_room(r, err));
    kh_keyed_copy(&r->now, &r->base);
    r->base_since = r->ascent.since;
    memcpy(r->base_load_bps, r->load_bps, m * sizeof *r->load_bps);
    memcpy(r->base_prices, r->ascent.proof, m * sizeof *r->ascent.proof);
    memcpy(r->base_joined, r->now.asked, n * sizeof *r->base_joined);
    r->base_answer.load_bps = r->base_load_bps;
    r->base_answer.prices = r->base_prices;
    r->base_answer.joined = r->base_joined;
    return KH_OK;
}

static kh_status create(const kh_keyflow_problem *problem, bool alone, kh_arena *arena, kh_resolve **resolve, kh_error *err)
{
    kh_resolve *r = KH_NEW(arena, kh_resolve, 1);
    if (r == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a base");
    *r = (kh_resolve){.problem = problem, .arena = arena, .alone = alone};
    double deadline_s = kh_clock_s() + problem->time_limit_s;
    KH_TRY(allocate(r, err));
    r->ascent.deadline_s = deadline_s;
    r->now_problem = *problem;
    r->now_problem.capacity_bps = r->ascent.capacity_bps;
    r->now_problem.gap = 0;
    r->now_problem.max_min = false;
    r->now_problem.level_cap = INFINITY;
    r->now_problem.mps = NULL;
    r->now_problem.start = NULL;
    *resolve = r;
    return solve_base(r, err);
}

kh_status kh_resolve_create(const kh_keyflow_problem *problem, kh_arena *arena, kh_resolve **resolve, kh_error *err)
{
    kh_resolve *r;
    KH_TRY(create(problem, false, arena, &r, err));
    KH_TRY(keep_base(r, err));
    *resolve = r;
    return KH_OK;
}

kh_status kh_resolve_once(const kh_keyflow_problem *problem, kh_arena *arena, kh_keyflow *flow, bool *closed, kh_error *err)
{
    kh_resolve *r;
    KH_TRY(create(problem, true, arena, &r, err));
    const kh_resolve_answer *answer = &r->base_answer;
    r->bound = answer->bound;
    *closed = answer->value > 0 && answer->bound <= answer->value * (1 + KH_RESOLVE_EXACT);
    return *closed ? kh_resolve_write(r, arena, flow, err) : KH_OK;
}

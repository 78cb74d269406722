/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/bundled.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/secure/bundle.h"
#include "solvers/secure/plain.h"
#include "solvers/secure/spread.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kh_secure_problem *problem;
    kh_arena *arena;
    kh_watch watch; /* RAMP: every relay for itself */
    kh_pool pool;   /* DISJOINT: bundles. RAMP: their paths, since what relays see of them adds up */
    double *rate_bps;
} work;

static kh_status take_path(work *w, uint32_t demand, const uint32_t *links, size_t n_links, double rate_bps, kh_error *err)
{
    bool added;
    KH_TRY(kh_pool_add(&w->pool, demand, links, n_links, &added, err));
    w->rate_bps[kh_pool_find(&w->pool, demand, links, n_links)] += rate_bps;
    return KH_OK;
}

/* Path by path: each ends where the demand's second end is reached. */
static kh_status take_apart(work *w, const kh_keyflow_route *route, kh_error *err)
{
    const kh_keyflow_problem *flow = &w->problem->flow;
    const uint32_t *ends = flow->demands[route->demand].ends;
    double rate_bps = route->rate_bps / kh_bundle_keys(w->problem, route->demand, route->links, route->n_links);
    uint32_t node = ends[0];
    for (size_t i = 0, first = 0; i < route->n_links; i++) {
        node = kh_graph_far_end(flow->graph.ends[route->links[i]], node);
        if (node != ends[1])
            continue;
        KH_TRY(take_path(w, route->demand, &route->links[first], i + 1 - first, rate_bps, err));
        first = i + 1;
        node = ends[0];
    }
    return KH_OK;
}

static kh_status take_routes(work *w, const kh_keyflow *flow, kh_error *err)
{
    bool ramp = w->problem->secrecy == KH_SECRECY_RAMP;
    size_t room = 0;
    for (size_t r = 0; r < flow->n_routes; r++)
        room += flow->routes[r].n_links;
    w->rate_bps = KH_NEW(w->arena, double, room);
    if (w->rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the rates of %zu bundles", flow->n_routes);
    for (size_t r = 0; r < flow->n_routes; r++) {
        const kh_keyflow_route *route = &flow->routes[r];
        KH_TRY(ramp ? take_apart(w, route, err) : take_path(w, route->demand, route->links, route->n_links, route->rate_bps, err));
    }
    return KH_OK;
}

/* The bound by the prices of the plain flow, which are there at once, where time was short for better ones. */
static kh_status prove_by_plain(const work *w, const kh_pricer *pricer, const double *price, kh_secure *secure, kh_error *err)
{
    const kh_keyflow_problem *flow = &w->problem->flow;
    size_t n_added;
    double *none = KH_NEW(w->arena, double, flow->n_demands), *worth = KH_NEW(w->arena, double, flow->n_demands);
    kh_pool pool;
    double carried = 0, asked = 0;
    if (none == NULL || worth == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the prices of %zu demands", flow->n_demands);
    KH_TRY(kh_pool_init(&pool, flow->n_demands, w->arena, err));
    KH_TRY(kh_pricer_run(pricer, price, none, &pool, worth, &n_added, err));
    for (size_t k = 0; k < flow->n_demands; k++)
        asked += secure->joined[k] ? flow->demands[k].requested_bps * worth[k] : 0;
    for (size_t e = 0; e < flow->graph.n_links; e++)
        carried += flow->capacity_bps[e] * price[e];
    if (!(carried < secure->bound * asked))
        return KH_OK;
    secure->bound = carried / asked;
    for (size_t e = 0; e < flow->graph.n_links; e++)
        secure->prices[e] = price[e] / asked;
    return KH_OK;
}

static kh_status find_plain(const work *w, const kh_pricer *pricer, kh_secure *secure, double deadline_s, kh_error *err)
{
    kh_plain plain;
    KH_TRY(kh_plain_find(&w->problem->flow, secure->joined, deadline_s, w->arena, &plain, err));
    secure->plain_value = plain.value;
    secure->plain_bound = plain.bound;
    bool helps = !secure->complete && plain.bound < secure->bound;
    return helps ? prove_by_plain(w, pricer, plain.prices, secure, err) : KH_OK;
}

static kh_status take_answer(work *w, const kh_keyflow *flow, kh_secure *secure, kh_error *err)
{
    size_t n = w->problem->flow.n_demands;
    *secure = (kh_secure){.complete = flow->complete,
                          .bound = flow->bound,
                          .afterwards_s = flow->afterwards_s,
                          .prices = flow->prices,
                          .joined = flow->joined,
                          .exposed_to = KH_NEW(w->arena, uint32_t, n),
                          .rate_bps = flow->rate_bps,
                          .level_prices = flow->level_prices,
                          .level = flow->level,
                          .n_levels = flow->n_levels,
                          .level_of = flow->level_of};
    if (secure->exposed_to == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", n);
    memset(secure->exposed_to, 0xff, n * sizeof *secure->exposed_to); /* KH_NO_INDEX */
    return KH_OK;
}

kh_status kh_bundled_solve(const kh_secure_problem *problem, kh_arena *arena, kh_secure *secure, kh_error *err)
{
    double deadline_s = kh_clock_s() + problem->flow.time_limit_s;
    work w = {.problem = problem, .arena = arena};
    bool ramp = problem->secrecy == KH_SECRECY_RAMP;
    kh_keyflow_problem bundled = problem->flow;
    kh_pricer pricer;
    kh_bundler bundler;
    kh_keyflow flow;
    const kh_oracle oracle = kh_bundler_oracle(&bundler);
    bundled.oracle = &oracle;
    KH_TRY(kh_pricer_init(&pricer, &bundled, arena, err));
    KH_TRY(kh_bundler_init(&bundler, problem, &pricer, arena, err));
    KH_TRY(kh_keyflow_solve(&bundled, arena, &flow, err));
    KH_TRY(take_answer(&w, &flow, secure, err));
    if (flow.n_routes == 0)
        return KH_OK;
    KH_TRY(find_plain(&w, &pricer, secure, deadline_s - flow.afterwards_s, err));
    KH_TRY(kh_pool_init(&w.pool, problem->flow.n_demands, arena, err));
    KH_TRY(take_routes(&w, &flow, err));
    if (ramp)
        KH_TRY(kh_watch_init(&w.watch, &problem->flow.graph, NULL, 0, arena, err));
    const kh_spread_input input = {problem, ramp ? &w.watch : NULL, &w.pool, w.rate_bps};
    return kh_spread_write(&input, arena, secure, err);
}

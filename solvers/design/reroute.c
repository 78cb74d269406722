/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/reroute.h"

#include "core/base/clock.h"
#include "solvers/design/slope.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <string.h>

static const double FIRST_PART = 1,
                    FADE = 0.8;   /* of the price of room that is left over, in the first sweep; from sweep to sweep */
static const double LEAST = 1e-6; /* of a module's price: a link is never free, so that ways are short */
enum { SWEEPS = 20 };

typedef struct work {
    const kh_cutset_space *space;
    kh_tree *tree;
    kh_keyflow_route *route; /* [n_demands] links: room for n_nodes */
    double *flow, *price;    /* [n_links] price: of the modules for the flow */
    double *weight;          /* [n_links] */
    double *per_bps;         /* [n_links] of the best type */
    double part;
} work;

static void shift(work *w, const kh_keyflow_route *route, double rate_bps)
{
    for (size_t i = 0; i < route->n_links; i++) {
        uint32_t e = route->links[i];
        w->flow[e] = fmax(w->flow[e] + rate_bps, 0);
        w->price[e] = kh_slope_install(w->space, e, w->flow[e], NULL);
    }
}

static double total(const work *w)
{
    double sum = 0;
    for (size_t e = 0; e < w->space->problem->graph.n_links; e++)
        sum += w->price[e];
    return sum;
}

static void move(work *w, uint32_t demand)
{
    const kh_graph *graph = &w->space->problem->graph;
    kh_keyflow_route *route = &w->route[demand];
    const uint32_t *ends = w->space->problem->demands[demand].ends;
    double rate_bps = route->rate_bps;
    shift(w, route, -rate_bps);
    for (uint32_t e = 0; e < graph->n_links; e++)
        if (w->space->use[0][e]) {
            double more = kh_slope_install(w->space, e, w->flow[e] + rate_bps, NULL) - w->price[e];
            w->weight[e] = more + (w->part + LEAST) * w->per_bps[e] * rate_bps;
        }
    kh_tree_grow(w->tree, w->weight, ends[1], ends, 1); /* from the second end, so that links come in the route's order */
    route->n_links = kh_tree_path(w->tree, ends[0], route->links);
    shift(w, route, rate_bps);
}

static kh_status init(work *w, const kh_keyflow_route *routes, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *problem = w->space->problem;
    size_t m = problem->graph.n_links, n = problem->n_demands;
    double *cost = KH_NEW(arena, double, problem->n_choices);
    w->tree = kh_tree_create(&problem->graph, w->space->use[0], arena);
    w->route = KH_NEW(arena, kh_keyflow_route, n);
    w->flow = KH_NEW(arena, double, m);
    w->price = KH_NEW(arena, double, m);
    w->weight = KH_NEW(arena, double, m);
    w->per_bps = KH_NEW(arena, double, m);
    if (cost == NULL || w->tree == NULL || w->route == NULL || w->flow == NULL || w->price == NULL || w->weight == NULL ||
        w->per_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the routes of %zu demands", n);
    for (size_t j = 0; j < problem->n_choices; j++)
        cost[j] = problem->choices[j].cost;
    kh_slope_prices(w->space, cost, w->per_bps);
    for (size_t k = 0; k < n; k++) {
        w->route[k] = routes[k];
        w->route[k].links = KH_NEW(arena, uint32_t, problem->graph.n_nodes);
        if (w->route[k].links == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for the routes of %zu demands", n);
        memcpy(w->route[k].links, routes[k].links, routes[k].n_links * sizeof *routes[k].links);
        shift(w, &w->route[k], routes[k].rate_bps);
    }
    return KH_OK;
}

static kh_status keep(const work *w, kh_keyflow_route *routes, double *count, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *problem = w->space->problem;
    for (size_t k = 0; k < problem->n_demands; k++) {
        routes[k].n_links = w->route[k].n_links;
        routes[k].links = KH_NEW(arena, uint32_t, routes[k].n_links);
        if (routes[k].links == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for the routes of %zu demands", problem->n_demands);
        memcpy(routes[k].links, w->route[k].links, routes[k].n_links * sizeof *routes[k].links);
    }
    memset(w->flow, 0, problem->graph.n_links * sizeof *w->flow); /* summed afresh: differences pile up rounding */
    for (size_t k = 0; k < problem->n_demands; k++)
        for (size_t i = 0; i < w->route[k].n_links; i++)
            w->flow[w->route[k].links[i]] += w->route[k].rate_bps;
    for (size_t e = 0; e < problem->graph.n_links; e++)
        (void)kh_slope_install(w->space, e, w->flow[e], count);
    return KH_OK;
}

static kh_status improve(work *w, kh_keyflow_route *routes, double *count, double until_s, kh_arena *arena, kh_error *err)
{
    size_t n = w->space->problem->n_demands;
    double best = total(w);
    w->part = FIRST_PART;
    for (int sweep = 0; sweep < SWEEPS; sweep++, w->part *= FADE) {
        for (uint32_t k = 0; k < n && kh_clock_s() < until_s; k++)
            move(w, k);
        if (total(w) >= best)
            continue;
        best = total(w);
        KH_TRY(keep(w, routes, count, arena, err));
    }
    return KH_OK;
}

kh_status kh_reroute_improve(const kh_cutset_space *space, kh_keyflow_route *routes, double *count, double until_s, kh_arena *arena,
                             kh_error *err)
{
    work w = {.space = space};
    kh_arena *scratch = kh_arena_create(0);
    kh_status status = scratch != NULL ? init(&w, routes, scratch, err) : kh_fail(err, KH_ENOMEM, "no memory for routes");
    if (status == KH_OK)
        status = improve(&w, routes, count, until_s, arena, err);
    kh_arena_destroy(scratch);
    return status;
}

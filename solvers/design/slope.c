/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/slope.h"

#include <math.h>
#include <string.h>

static const double WHOLE = 1e-9; /* nearer to a whole number is one */
static const double MOST = 1e200; /* a slope, so that paths have a length */
enum { TURNS = 12 };

typedef struct slopes {
    const kh_cutset_space *space;
    kh_ways *ways;
    double *weight, *flow; /* [n_links] */
    double *count;         /* [n_choices] of the turn */
    uint32_t *path;        /* [n_nodes] scratch */
} slopes;

void kh_slope_prices(const kh_cutset_space *space, const double *cost, double *weight)
{
    const kh_modules_problem *problem = space->problem;
    for (size_t e = 0; e < problem->graph.n_links; e++) {
        weight[e] = space->first[e] < space->first[e + 1] ? HUGE_VAL : 0;
        for (size_t i = space->first[e]; i < space->first[e + 1]; i++)
            weight[e] = fmin(weight[e], fmin(fmax(cost[space->choice[i]], 0) / problem->choices[space->choice[i]].rate_bps, MOST));
    }
}

static void send(slopes *s, uint32_t source)
{
    const kh_modules_problem *problem = s->space->problem;
    for (size_t i = kh_cutset_look(s->space, 0, source); i-- > 0;)
        for (size_t n = kh_ways_path(s->ways, s->space->target[i], s->path); n-- > 0;)
            s->flow[s->path[n]] += problem->theta * problem->demands[s->space->asked[i]].requested_bps;
}

/* The ways of the demands that begin at a node. */
static kh_status write_routes(slopes *s, uint32_t source, kh_keyflow_route *routes, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *problem = s->space->problem;
    for (size_t i = kh_cutset_look(s->space, 0, source); i-- > 0;) {
        uint32_t k = s->space->asked[i];
        size_t n = kh_ways_path(s->ways, s->space->target[i], s->path);
        routes[k] = (kh_keyflow_route){k, KH_NEW(arena, uint32_t, n), n, problem->theta * problem->demands[k].requested_bps};
        if (routes[k].links == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for a route of %zu links", n);
        for (size_t h = 0; h < n; h++) /* the way comes from its far end */
            routes[k].links[h] = s->path[n - 1 - h];
    }
    return KH_OK;
}

double kh_slope_install(const kh_cutset_space *space, size_t link, double flow_bps, double *count)
{
    double best_cost = HUGE_VAL, best_count = 0;
    uint32_t best = 0;
    for (size_t i = space->first[link]; i < space->first[link + 1]; i++) {
        uint32_t j = space->choice[i];
        const kh_modules_choice *c = &space->problem->choices[j];
        double here = fmax(ceil(flow_bps / c->rate_bps - WHOLE), 0), cost = c->cost * here;
        if (count != NULL)
            count[j] = 0;
        if (cost < best_cost) {
            best_cost = cost;
            best_count = here;
            best = j;
        }
    }
    if (isinf(best_cost) || !(flow_bps > 0))
        return 0;
    if (count != NULL)
        count[best] = best_count;
    return fmin(best_cost, MOST);
}

static double take_turn(slopes *s)
{
    const kh_graph *graph = &s->space->problem->graph;
    double sum = 0;
    memset(s->flow, 0, graph->n_links * sizeof *s->flow);
    kh_ways_weigh(s->ways, s->weight);
    for (uint32_t v = 0; v < graph->n_nodes; v++)
        send(s, v);
    for (size_t e = 0; e < graph->n_links; e++) {
        double cost = kh_slope_install(s->space, e, s->flow[e], s->count);
        if (s->flow[e] > 0)
            s->weight[e] = fmin(cost / s->flow[e], MOST);
        sum += cost;
    }
    return sum;
}

kh_status kh_slope_counts(const kh_cutset_space *space, double *count, kh_keyflow_route *routes, kh_arena *arena, kh_error *err)
{
    const kh_modules_problem *problem = space->problem;
    size_t n = problem->n_choices, m = problem->graph.n_links;
    slopes s = {.space = space,
                .ways = &space->ways[0],
                .weight = KH_NEW(arena, double, m),
                .flow = KH_NEW(arena, double, m),
                .count = KH_NEW(arena, double, n),
                .path = KH_NEW(arena, uint32_t, problem->graph.n_nodes)};
    double *cost = KH_NEW(arena, double, n), *before = KH_NEW(arena, double, m), *weight = KH_NEW(arena, double, m),
           best = HUGE_VAL;
    if (before == NULL || weight == NULL || s.weight == NULL || s.flow == NULL || s.count == NULL || s.path == NULL || cost == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the flows of %zu links", m);
    for (size_t j = 0; j < n; j++)
        cost[j] = problem->choices[j].cost;
    kh_slope_prices(space, cost, s.weight);
    for (int turn = 0; turn < TURNS; turn++) {
        memcpy(before, s.weight, m * sizeof *before);
        double sum = take_turn(&s);
        if (sum >= best)
            continue;
        best = sum;
        memcpy(weight, before, m * sizeof *weight);
        memcpy(count, s.count, n * sizeof *count);
    }
    kh_ways_weigh(s.ways, weight);
    for (uint32_t v = 0; v < problem->graph.n_nodes; v++)
        KH_TRY(write_routes(&s, v, routes, arena, err));
    return KH_OK;
}

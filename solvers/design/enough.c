/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/enough.h"

#include "core/base/clock.h"
#include "core/net/ids.h"
#include "solvers/design/state.h"
#include "solvers/flow/equilibrium.h"
#include "solvers/flow/settle.h"

#include <math.h>
#include <string.h>

static const double SURE = 1e-9; /* of theta */
static const double FINE_GAP = 1e-6;

kh_status kh_enough_init(kh_enough_tester *tester, const kh_cutset_space *space, kh_arena *arena, kh_error *err)
{
    size_t m = space->problem->graph.n_links, n_states = kh_state_count(space->problem);
    *tester = (kh_enough_tester){.space = space,
                                 .scratch = kh_arena_create(0),
                                 .kept = kh_arena_create(0),
                                 .deadline_s = INFINITY,
                                 .capacity_bps = KH_NEW(arena, double, m),
                                 .weight = KH_NEW(arena, double, m),
                                 .load_bps = KH_NEW(arena, double *, n_states)};
    bool whole = tester->scratch != NULL && tester->kept != NULL && tester->capacity_bps != NULL && tester->weight != NULL &&
                 tester->load_bps != NULL;
    for (size_t s = 0; s < n_states && whole; s++)
        whole = (tester->load_bps[s] = KH_NEW(arena, double, m + 1)) != NULL;
    return whole ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for the tests of %zu links", m);
}

void kh_enough_clear(kh_enough_tester *tester)
{
    kh_arena_destroy(tester->scratch);
    kh_arena_destroy(tester->kept);
}

/* Those of the state; only copied where some are left out. */
static kh_status list_demands(kh_enough_tester *tester, kh_keyflow_problem *flow, kh_error *err)
{
    const kh_modules_problem *problem = tester->space->problem;
    flow->demands = problem->demands;
    flow->n_demands = problem->n_demands;
    if (tester->space->asks_all[tester->state])
        return KH_OK;
    kh_keyflow_demand *list = KH_NEW(tester->scratch, kh_keyflow_demand, problem->n_demands);
    if (list == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", problem->n_demands);
    flow->demands = list;
    flow->n_demands = 0;
    for (size_t k = 0; k < problem->n_demands; k++)
        if (kh_state_asks(problem, tester->state, k))
            list[flow->n_demands++] = problem->demands[k];
    return KH_OK;
}

/* What the state leaves of the counts, to be routed. */
static kh_status install(kh_enough_tester *tester, size_t state, const double *count, kh_keyflow_problem *flow, kh_error *err)
{
    const kh_modules_problem *problem = tester->space->problem;
    tester->state = state;
    kh_arena_reset(tester->scratch);
    memset(tester->capacity_bps, 0, problem->graph.n_links * sizeof *tester->capacity_bps);
    for (size_t j = 0; j < problem->n_choices; j++) {
        uint32_t link = problem->choices[j].link;
        if (tester->space->use[state][link] && kh_state_keeps(problem, state, j))
            tester->capacity_bps[link] += count[j] * problem->choices[j].rate_bps;
    }
    *flow = (kh_keyflow_problem){.graph = problem->graph,
                                 .capacity_bps = tester->capacity_bps,
                                 .level_cap = INFINITY,
                                 .time_limit_s = INFINITY,
                                 .lp_program = problem->lp_program};
    return list_demands(tester, flow, err);
}

/* A link without capacity gets the least price that shortens no way between the sources of demands and any node. */
static void spread(kh_enough_tester *tester, const kh_tree *tree)
{
    const kh_graph *graph = &tester->space->problem->graph;
    for (size_t e = 0; e < graph->n_links; e++) {
        if (tester->capacity_bps[e] > 0 || !tester->space->use[tester->state][e])
            continue;
        double apart = fabs(kh_tree_distance(tree, graph->ends[e][0]) - kh_tree_distance(tree, graph->ends[e][1]));
        if (isfinite(apart) && apart > tester->weight[e])
            tester->weight[e] = apart;
    }
}

/* Prices of the links with capacity -> of all. */
static kh_status price_absent(kh_enough_tester *tester, const double *price, kh_error *err)
{
    const kh_graph *graph = &tester->space->problem->graph;
    const kh_incidence *demands = &tester->space->demands;
    bool *use = KH_NEW(tester->scratch, bool, graph->n_links);
    for (size_t e = 0; use != NULL && e < graph->n_links; e++) {
        use[e] = tester->capacity_bps[e] > 0;
        tester->weight[e] = use[e] ? price[e] : 0;
    }
    kh_tree *tree = use != NULL ? kh_tree_create(graph, use, tester->scratch) : NULL;
    if (tree == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree of %zu nodes", graph->n_nodes);
    double *fixed = KH_NEW(tester->scratch, double, graph->n_links);
    if (fixed == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the prices of %zu links", graph->n_links);
    memcpy(fixed, tester->weight, graph->n_links * sizeof *fixed);
    for (uint32_t v = 0; v < graph->n_nodes; v++) {
        if (demands->first[v] == demands->first[v + 1])
            continue;
        kh_tree_grow(tree, fixed, v, NULL, 0);
        spread(tester, tree);
    }
    return KH_OK;
}

/* Weight 1 on the links that could lead out of what a demand's end reaches. */
static kh_status price_border(kh_enough_tester *tester, uint32_t source, kh_error *err)
{
    const kh_graph *graph = &tester->space->problem->graph;
    bool *use = KH_NEW(tester->scratch, bool, graph->n_links);
    double *zero = KH_NEW(tester->scratch, double, graph->n_links);
    for (size_t e = 0; use != NULL && e < graph->n_links; e++)
        use[e] = tester->capacity_bps[e] > 0;
    kh_tree *tree = use != NULL && zero != NULL ? kh_tree_create(graph, use, tester->scratch) : NULL;
    if (tree == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a tree of %zu nodes", graph->n_nodes);
    kh_tree_grow(tree, zero, source, NULL, 0);
    for (size_t e = 0; e < graph->n_links; e++) {
        tester->weight[e] = 0;
        for (int i = 0; i < 2; i++) {
            uint32_t near = graph->ends[e][i], far = graph->ends[e][1 - i];
            bool leaves = near == source || graph->relays == NULL || graph->relays[near];
            if (leaves && tester->space->use[tester->state][e] && isfinite(kh_tree_distance(tree, near)) &&
                isinf(kh_tree_distance(tree, far)))
                tester->weight[e] = 1;
        }
    }
    return KH_OK;
}

static kh_enough judge(double value, double bound, double theta)
{
    if (value >= theta * (1 - SURE))
        return KH_ENOUGH_YES;
    return bound < theta * (1 - SURE) ? KH_ENOUGH_NO : KH_ENOUGH_UNSURE;
}

static bool still_fits(const kh_enough_tester *tester, const double *load_bps)
{
    size_t m = tester->space->problem->graph.n_links;
    bool fits = load_bps[m] > 0; /* set once there are routes */
    for (size_t e = 0; e < m && fits; e++)
        fits = load_bps[e] * (1 - SURE) <= tester->capacity_bps[e];
    return fits;
}

kh_status kh_enough_keep(kh_enough_tester *tester, const kh_keyflow_route *routes, size_t n_routes, kh_error *err)
{
    size_t m = tester->space->problem->graph.n_links;
    double *load_bps = tester->load_bps[0];
    memset(load_bps, 0, (m + 1) * sizeof *load_bps);
    kh_arena_reset(tester->kept);
    tester->n_routes = n_routes;
    tester->routes = KH_NEW(tester->kept, kh_keyflow_route, n_routes);
    for (size_t r = 0; tester->routes != NULL && r < n_routes; r++) {
        kh_keyflow_route *copy = &tester->routes[r];
        *copy = routes[r];
        copy->links = KH_NEW(tester->kept, uint32_t, copy->n_links);
        if (copy->links == NULL)
            return kh_fail(err, KH_ENOMEM, "no memory for %zu routes", n_routes);
        memcpy(copy->links, routes[r].links, copy->n_links * sizeof *copy->links);
        for (size_t i = 0; i < copy->n_links; i++)
            load_bps[copy->links[i]] += copy->rate_bps;
        load_bps[m] = 1;
    }
    return tester->routes != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for %zu routes", n_routes);
}

kh_status kh_enough_recall(kh_enough_tester *tester, const double *count, kh_arena *arena, kh_keyflow *flow, bool *fits,
                           kh_error *err)
{
    const kh_modules_problem *problem = tester->space->problem;
    const double *load_bps = tester->load_bps[0];
    kh_keyflow_problem ignored;
    double stretch = HUGE_VAL;
    KH_TRY(install(tester, 0, count, &ignored, err));
    *fits = still_fits(tester, load_bps);
    if (!*fits)
        return KH_OK;
    for (size_t e = 0; e < problem->graph.n_links; e++)
        if (load_bps[e] > 0)
            stretch = fmin(stretch, tester->capacity_bps[e] / load_bps[e]);
    *flow = (kh_keyflow){.value = stretch * problem->theta,
                         .bound = INFINITY,
                         .routes = KH_NEW(arena, kh_keyflow_route, tester->n_routes),
                         .rate_bps = KH_NEW(arena, double, problem->n_demands),
                         .n_routes = tester->n_routes};
    bool whole = flow->routes != NULL && flow->rate_bps != NULL;
    for (size_t r = 0; whole && r < flow->n_routes; r++) {
        kh_keyflow_route *route = &flow->routes[r];
        *route = tester->routes[r];
        route->rate_bps *= stretch;
        flow->rate_bps[route->demand] += route->rate_bps;
        route->links = KH_NEW(arena, uint32_t, route->n_links);
        whole = route->links != NULL;
        if (whole)
            memcpy(route->links, tester->routes[r].links, route->n_links * sizeof *route->links);
    }
    return whole ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for %zu routes", tester->n_routes);
}

/* Of theta times all: loads in every state, routes without a loss, whose demands are the problem's. */
static kh_status keep(kh_enough_tester *tester, const kh_pricer *pricer, const kh_pool *pool, const double *share, kh_error *err)
{
    const kh_keyflow_problem *problem = pricer->problem;
    size_t m = problem->graph.n_links;
    kh_settle settle;
    KH_TRY(kh_settle_init(&settle, pricer, pool, tester->scratch, err));
    for (size_t p = 0; p < pool->n_paths; p++)
        settle.rate_bps[p] = share[p] * problem->demands[pool->paths[p].demand].requested_bps * tester->space->problem->theta;
    kh_settle_sum(&settle);
    memcpy(tester->load_bps[tester->state], settle.load_bps, m * sizeof *settle.load_bps);
    tester->load_bps[tester->state][m] = 1;
    if (tester->state > 0)
        return KH_OK;
    kh_keyflow flow = {.rate_bps = KH_NEW(tester->scratch, double, problem->n_demands)};
    if (flow.rate_bps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", problem->n_demands);
    KH_TRY(kh_settle_write(&settle, tester->scratch, &flow, err));
    return kh_enough_keep(tester, flow.routes, flow.n_routes, err);
}

static kh_status part(kh_enough_tester *tester, uint32_t source, kh_enough *verdict, kh_error *err)
{
    *verdict = KH_ENOUGH_NO;
    tester->bound = 0;
    return price_border(tester, source, err);
}

static kh_status equilibrate(kh_enough_tester *tester, const kh_keyflow_problem *flow, double gap, kh_enough *verdict,
                             kh_error *err)
{
    kh_pricer pricer;
    kh_pool pool;
    kh_equilibrium found;
    tester->n_tests++;
    KH_TRY(kh_pricer_init(&pricer, flow, tester->scratch, err));
    KH_TRY(kh_pool_init(&pool, flow->n_demands, tester->scratch, err));
    const kh_equilibrium_options options = {.gap = gap, .deadline_s = tester->deadline_s};
    KH_TRY(kh_equilibrium_find(&pricer, &options, &pool, tester->scratch, &found, err));
    for (size_t k = 0; k < flow->n_demands; k++)
        if (pool.last[k] == KH_NO_INDEX)
            return part(tester, flow->demands[k].ends[0], verdict, err);
    tester->bound = found.bound;
    *verdict = judge(1 / found.congestion, found.bound, tester->space->problem->theta);
    if (*verdict != KH_ENOUGH_YES)
        return price_absent(tester, found.prices, err);
    return keep(tester, &pricer, &pool, found.share, err);
}

kh_status kh_enough_test_state(kh_enough_tester *tester, size_t state, const double *count, double gap, kh_enough *verdict,
                               kh_error *err)
{
    kh_keyflow_problem flow;
    size_t before = tester->state;
    KH_TRY(install(tester, state, count, &flow, err));
    *verdict = KH_ENOUGH_YES;
    if (flow.n_demands > 0 && !still_fits(tester, tester->load_bps[state]))
        KH_TRY(equilibrate(tester, &flow, gap, verdict, err));
    if (*verdict == KH_ENOUGH_YES)
        tester->state = before;
    return KH_OK;
}

/* The state that failed last comes first. */
kh_status kh_enough_test(kh_enough_tester *tester, const double *count, double gap, kh_enough *verdict, kh_error *err)
{
    size_t n = kh_state_count(tester->space->problem), first = tester->state;
    *verdict = KH_ENOUGH_YES;
    for (size_t i = 0; i < n && *verdict != KH_ENOUGH_NO; i++) {
        kh_enough one;
        KH_TRY(kh_enough_test_state(tester, (first + i) % n, count, gap, &one, err));
        *verdict = one < *verdict ? one : *verdict;
    }
    return KH_OK;
}

static kh_status route(kh_enough_tester *tester, size_t state, const double *count, double time_limit_s, kh_arena *arena,
                       kh_keyflow *flow, kh_enough *verdict, kh_error *err)
{
    kh_keyflow_problem problem;
    size_t before = tester->state;
    KH_TRY(install(tester, state, count, &problem, err));
    problem.time_limit_s = time_limit_s;
    tester->n_tests++;
    KH_TRY(kh_keyflow_solve(&problem, arena != NULL ? arena : tester->scratch, flow, err));
    *verdict = KH_ENOUGH_YES;
    for (size_t k = 0; k < problem.n_demands; k++)
        if (!flow->joined[k])
            return part(tester, problem.demands[k].ends[0], verdict, err);
    tester->bound = flow->bound;
    if (problem.n_demands > 0)
        *verdict = judge(flow->value, flow->bound, tester->space->problem->theta);
    if (*verdict == KH_ENOUGH_NO)
        return price_absent(tester, flow->prices, err);
    tester->state = before;
    return KH_OK;
}

kh_status kh_enough_prove(kh_enough_tester *tester, const double *count, double time_limit_s, kh_arena *arena, kh_keyflow *flow,
                          kh_enough *verdict, kh_error *err)
{
    double until_s = kh_clock_s() + time_limit_s;
    KH_TRY(route(tester, 0, count, time_limit_s, arena, flow, verdict, err));
    for (size_t s = 1; s < kh_state_count(tester->space->problem) && *verdict == KH_ENOUGH_YES; s++) {
        kh_keyflow after;
        KH_TRY(kh_enough_test_state(tester, s, count, FINE_GAP, verdict, err));
        if (*verdict == KH_ENOUGH_UNSURE)
            KH_TRY(route(tester, s, count, until_s - kh_clock_s(), NULL, &after, verdict, err));
    }
    return KH_OK;
}

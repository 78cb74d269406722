/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/enough.h"

#include "core/net/ids.h"
#include "solvers/flow/equilibrium.h"

#include <math.h>
#include <string.h>

static const double SURE = 1e-9; /* of theta */

kh_status kh_enough_init(kh_enough_tester *tester, const kh_cutset_space *space, kh_arena *arena, kh_error *err)
{
    size_t m = space->problem->graph.n_links;
    *tester = (kh_enough_tester){.space = space,
                                 .scratch = kh_arena_create(0),
                                 .capacity_bps = KH_NEW(arena, double, m),
                                 .weight = KH_NEW(arena, double, m)};
    return tester->scratch != NULL && tester->capacity_bps != NULL && tester->weight != NULL
               ? KH_OK
               : kh_fail(err, KH_ENOMEM, "no memory for the tests of %zu links", m);
}

void kh_enough_clear(kh_enough_tester *tester)
{
    kh_arena_destroy(tester->scratch);
}

static kh_keyflow_problem install(kh_enough_tester *tester, const double *count)
{
    const kh_modules_problem *problem = tester->space->problem;
    memset(tester->capacity_bps, 0, problem->graph.n_links * sizeof *tester->capacity_bps);
    for (size_t j = 0; j < problem->n_choices; j++) {
        const uint32_t *ends = problem->graph.ends[problem->choices[j].link];
        if (ends[0] != ends[1])
            tester->capacity_bps[problem->choices[j].link] += count[j] * problem->choices[j].rate_bps;
    }
    tester->n_tests++;
    return (kh_keyflow_problem){.graph = problem->graph,
                                .capacity_bps = tester->capacity_bps,
                                .demands = problem->demands,
                                .n_demands = problem->n_demands,
                                .level_cap = INFINITY,
                                .time_limit_s = INFINITY,
                                .lp_program = problem->lp_program};
}

/* A link without capacity gets the least price that shortens no way between the sources of demands and any node. */
static void spread(kh_enough_tester *tester, const kh_tree *tree)
{
    const kh_graph *graph = &tester->space->problem->graph;
    for (size_t e = 0; e < graph->n_links; e++) {
        if (tester->capacity_bps[e] > 0)
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

/* Weight 1 on the links that lead out of what a demand's end reaches. */
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
            if (leaves && isfinite(kh_tree_distance(tree, near)) && isinf(kh_tree_distance(tree, far)))
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

kh_status kh_enough_test(kh_enough_tester *tester, const double *count, double gap, kh_enough *verdict, kh_error *err)
{
    kh_keyflow_problem flow = install(tester, count);
    kh_pricer pricer;
    kh_pool pool;
    kh_equilibrium found;
    *verdict = KH_ENOUGH_YES;
    if (flow.n_demands == 0)
        return KH_OK;
    kh_arena_reset(tester->scratch);
    KH_TRY(kh_pricer_init(&pricer, &flow, tester->scratch, err));
    KH_TRY(kh_pool_init(&pool, flow.n_demands, tester->scratch, err));
    const kh_equilibrium_options options = {.gap = gap, .deadline_s = INFINITY};
    KH_TRY(kh_equilibrium_find(&pricer, &options, &pool, tester->scratch, &found, err));
    for (size_t k = 0; k < flow.n_demands; k++)
        if (pool.last[k] == KH_NO_INDEX) {
            *verdict = KH_ENOUGH_NO;
            return price_border(tester, flow.demands[k].ends[0], err);
        }
    *verdict = judge(1 / found.congestion, found.bound, tester->space->problem->theta);
    return *verdict != KH_ENOUGH_YES ? price_absent(tester, found.prices, err) : KH_OK;
}

kh_status kh_enough_prove(kh_enough_tester *tester, const double *count, double time_limit_s, kh_arena *arena, kh_keyflow *flow,
                          kh_enough *verdict, kh_error *err)
{
    kh_keyflow_problem problem = install(tester, count);
    problem.time_limit_s = time_limit_s;
    kh_arena_reset(tester->scratch);
    KH_TRY(kh_keyflow_solve(&problem, arena, flow, err));
    *verdict = KH_ENOUGH_YES;
    for (size_t k = 0; k < problem.n_demands; k++)
        if (!flow->joined[k]) {
            *verdict = KH_ENOUGH_NO;
            return price_border(tester, problem.demands[k].ends[0], err);
        }
    if (problem.n_demands > 0)
        *verdict = judge(flow->value, flow->bound, tester->space->problem->theta);
    return *verdict == KH_ENOUGH_NO ? price_absent(tester, flow->prices, err) : KH_OK;
}

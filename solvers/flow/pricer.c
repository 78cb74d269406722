/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/pricer.h"

#include "solvers/graph/incidence.h"

#include <math.h>

static bool *links_in_use(const kh_keyflow_problem *problem, kh_arena *arena)
{
    bool *use = KH_NEW(arena, bool, problem->graph.n_links);
    for (size_t e = 0; use != NULL && e < problem->graph.n_links; e++)
        use[e] = problem->capacity_bps[e] > 0;
    return use;
}

static uint32_t busiest(const size_t *open, size_t n)
{
    uint32_t best = 0;
    for (uint32_t v = 1; v < n; v++)
        if (open[v] > open[best])
            best = v;
    return best;
}

/* Greedy cover: the node with most demands not yet taken is the next source and takes them all. */
static void choose_sources(kh_pricer *pricer, const kh_incidence *at, size_t *open, bool *done)
{
    const kh_keyflow_problem *problem = pricer->problem;
    size_t n = problem->graph.n_nodes, taken = 0;
    for (size_t v = 0; v < n; v++)
        open[v] = at->first[v + 1] - at->first[v];
    while (taken < problem->n_demands) {
        uint32_t source = busiest(open, n);
        pricer->source[pricer->n_groups++] = source;
        for (size_t i = at->first[source]; i < at->first[source + 1]; i++) {
            uint32_t k = at->item[i];
            if (done[k])
                continue;
            done[k] = true;
            const uint32_t *ends = problem->demands[k].ends;
            pricer->demand[taken] = k;
            pricer->forward[k] = ends[1] == source;
            pricer->target[taken++] = kh_graph_far_end(ends, source);
            open[ends[0]]--;
            open[ends[1]]--;
        }
        pricer->group[pricer->n_groups] = taken;
    }
}

kh_status kh_pricer_init(kh_pricer *pricer, const kh_keyflow_problem *problem, kh_arena *arena, kh_error *err)
{
    size_t n = problem->graph.n_nodes, k = problem->n_demands;
    bool *use = links_in_use(problem, arena);
    kh_incidence at = kh_incidence_build(n, k, k > 0 ? problem->demands->ends : NULL, sizeof *problem->demands, arena);
    size_t *open = KH_NEW(arena, size_t, n);
    bool *done = KH_NEW(arena, bool, k);
    *pricer = (kh_pricer){.problem = problem,
                          .tree = use != NULL ? kh_tree_create(&problem->graph, use, arena) : NULL,
                          .source = KH_NEW(arena, uint32_t, k),
                          .group = KH_NEW(arena, size_t, k + 1),
                          .demand = KH_NEW(arena, uint32_t, k),
                          .target = KH_NEW(arena, uint32_t, k),
                          .forward = KH_NEW(arena, bool, k),
                          .scratch = KH_NEW(arena, uint32_t, n)};
    if (pricer->tree == NULL || at.item == NULL || open == NULL || done == NULL || pricer->source == NULL ||
        pricer->group == NULL || pricer->demand == NULL || pricer->target == NULL || pricer->forward == NULL ||
        pricer->scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes and %zu demands", n, k);
    choose_sources(pricer, &at, open, done);
    return KH_OK;
}

static kh_status ask_group(const kh_pricer *pricer, size_t group, const double *price, const double *below, kh_pool *pool,
                           double *distance, size_t *n_added, kh_error *err)
{
    const kh_oracle *oracle = pricer->problem->oracle;
    oracle->look(oracle->self, group, price);
    for (size_t i = pricer->group[group]; i < pricer->group[group + 1]; i++) {
        uint32_t k = pricer->demand[i];
        kh_oracle_way way = oracle->find(oracle->self, i);
        distance[k] = way.price;
        if (isinf(way.price) || way.price >= below[k])
            continue;
        bool added;
        KH_TRY(kh_pool_add_way(pool, k, &way, &added, err));
        *n_added += added;
    }
    return KH_OK;
}

kh_status kh_pricer_run_group(const kh_pricer *pricer, size_t group, const double *price, const double *below, kh_pool *pool,
                              double *distance, size_t *n_added, kh_error *err)
{
    if (pricer->problem->oracle != NULL)
        return ask_group(pricer, group, price, below, pool, distance, n_added, err);
    size_t first = pricer->group[group], end = pricer->group[group + 1];
    kh_tree_grow(pricer->tree, price, pricer->source[group], &pricer->target[first], end - first);
    for (size_t i = first; i < end; i++) {
        uint32_t k = pricer->demand[i];
        distance[k] = kh_tree_distance(pricer->tree, pricer->target[i]);
        if (isinf(distance[k]) || distance[k] >= below[k])
            continue;
        bool added;
        size_t n_links = kh_tree_path(pricer->tree, pricer->target[i], pricer->scratch);
        KH_TRY(kh_pool_add(pool, k, pricer->scratch, n_links, &added, err));
        *n_added += added;
    }
    return KH_OK;
}

kh_status kh_pricer_run(const kh_pricer *pricer, const double *price, const double *below, kh_pool *pool, double *distance,
                        size_t *n_added, kh_error *err)
{
    *n_added = 0;
    for (size_t g = 0; g < pricer->n_groups; g++)
        KH_TRY(kh_pricer_run_group(pricer, g, price, below, pool, distance, n_added, err));
    return KH_OK;
}

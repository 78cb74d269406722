/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/pricer.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static bool *links_in_use(const kh_keyflow_problem *problem, kh_arena *arena)
{
    bool *use = KH_NEW(arena, bool, problem->graph.n_links);
    for (size_t e = 0; use != NULL && e < problem->graph.n_links; e++)
        use[e] = problem->capacity_bps[e] > 0;
    return use;
}

/* The demands at each node, as one array cut into pieces: first[v] .. first[v + 1]. */
static void list_by_node(const kh_keyflow_problem *problem, size_t *first, uint32_t *list)
{
    size_t n = problem->graph.n_nodes;
    for (size_t k = 0; k < problem->n_demands; k++)
        for (int end = 0; end < 2; end++)
            first[problem->demands[k].ends[end] + 1]++;
    for (size_t v = 0; v < n; v++)
        first[v + 1] += first[v];
    for (size_t k = problem->n_demands; k-- > 0;)
        for (int end = 0; end < 2; end++)
            list[--first[problem->demands[k].ends[end] + 1]] = (uint32_t)k;
    /* filling from behind moved every start one place up the array */
    memmove(first, first + 1, n * sizeof *first);
    first[n] = 2 * problem->n_demands;
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
static void choose_sources(kh_pricer *pricer, const size_t *first, const uint32_t *list, size_t *open, bool *done)
{
    const kh_keyflow_problem *problem = pricer->problem;
    size_t n = problem->graph.n_nodes, taken = 0;
    for (size_t v = 0; v < n; v++)
        open[v] = first[v + 1] - first[v];
    while (taken < problem->n_demands) {
        uint32_t source = busiest(open, n);
        pricer->source[pricer->n_groups++] = source;
        for (size_t i = first[source]; i < first[source + 1]; i++) {
            uint32_t k = list[i];
            if (done[k])
                continue;
            done[k] = true;
            const uint32_t *ends = problem->demands[k].ends;
            pricer->demand[taken] = k;
            pricer->forward[k] = ends[1] == source;
            pricer->target[taken++] = ends[0] == source ? ends[1] : ends[0];
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
    size_t *first = KH_NEW(arena, size_t, n + 1), *open = KH_NEW(arena, size_t, n + 1);
    uint32_t *list = KH_NEW(arena, uint32_t, 2 * k);
    bool *done = KH_NEW(arena, bool, k);
    *pricer = (kh_pricer){.problem = problem,
                          .tree = use != NULL ? kh_tree_create(&problem->graph, use, arena) : NULL,
                          .source = KH_NEW(arena, uint32_t, k),
                          .group = KH_NEW(arena, size_t, k + 1),
                          .demand = KH_NEW(arena, uint32_t, k),
                          .target = KH_NEW(arena, uint32_t, k),
                          .forward = KH_NEW(arena, bool, k),
                          .scratch = KH_NEW(arena, uint32_t, n)};
    if (pricer->tree == NULL || first == NULL || open == NULL || list == NULL || done == NULL || pricer->source == NULL ||
        pricer->group == NULL || pricer->demand == NULL || pricer->target == NULL || pricer->forward == NULL ||
        pricer->scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes and %zu demands", n, k);
    list_by_node(problem, first, list);
    choose_sources(pricer, first, list, open, done);
    return KH_OK;
}

kh_status kh_pricer_run_group(const kh_pricer *pricer, size_t group, const double *price, const double *below, kh_pool *pool,
                              double *distance, size_t *n_added, kh_error *err)
{
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/ways.h"

kh_status kh_ways_init(kh_ways *ways, const kh_graph *graph, const bool *use, kh_arena *arena, kh_error *err)
{
    *ways = (kh_ways){0};
    KH_TRY(kh_hierarchy_create(graph, use, arena, &ways->hierarchy, err));
    if (ways->hierarchy != NULL)
        return KH_OK;
    ways->tree = kh_tree_create(graph, use, arena);
    return ways->tree != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for a tree of %zu nodes", graph->n_nodes);
}

void kh_ways_weigh(kh_ways *ways, const double *weight)
{
    ways->weight = weight;
    if (ways->hierarchy != NULL)
        kh_hierarchy_weigh(ways->hierarchy, weight);
}

void kh_ways_look(kh_ways *ways, uint32_t source, const uint32_t *targets, size_t n_targets)
{
    if (ways->hierarchy != NULL)
        kh_hierarchy_look(ways->hierarchy, source, targets, n_targets);
    else
        kh_tree_grow(ways->tree, ways->weight, source, targets, n_targets);
}

double kh_ways_distance(const kh_ways *ways, uint32_t target)
{
    return ways->hierarchy != NULL ? kh_hierarchy_distance(ways->hierarchy, target) : kh_tree_distance(ways->tree, target);
}

size_t kh_ways_path(const kh_ways *ways, uint32_t target, uint32_t *links)
{
    return ways->hierarchy != NULL ? kh_hierarchy_path(ways->hierarchy, target, links) : kh_tree_path(ways->tree, target, links);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/stores/joined.h"

#include "solvers/graph/incidence.h"

typedef struct look {
    const kh_keyflow_problem *problem;
    kh_incidence at;
    uint32_t *part; /* [n_nodes] of the relays that are joined to each other */
    size_t *seen;   /* [n_nodes] by part: 1 + the demand whose first end touches it */
} look;

static bool relays(const look *l, uint32_t node)
{
    return l->problem->graph.relays == NULL || l->problem->graph.relays[node];
}

/* Marks the parts that the first end touches. @return whether a link joins the ends */
static bool mark(const look *l, size_t demand, uint32_t end, uint32_t other)
{
    bool beside = false;
    if (relays(l, end))
        l->seen[l->part[end]] = demand + 1;
    for (size_t i = l->at.first[end]; i < l->at.first[end + 1]; i++) {
        uint32_t e = l->at.item[i], far = kh_graph_far_end(l->problem->graph.ends[e], end);
        if (!(l->problem->capacity_bps[e] > 0))
            continue;
        beside = beside || far == other;
        if (relays(l, far))
            l->seen[l->part[far]] = demand + 1;
    }
    return beside;
}

static bool touches(const look *l, size_t demand, uint32_t end)
{
    if (relays(l, end) && l->seen[l->part[end]] == demand + 1)
        return true;
    for (size_t i = l->at.first[end]; i < l->at.first[end + 1]; i++) {
        uint32_t e = l->at.item[i], far = kh_graph_far_end(l->problem->graph.ends[e], end);
        if (l->problem->capacity_bps[e] > 0 && relays(l, far) && l->seen[l->part[far]] == demand + 1)
            return true;
    }
    return false;
}

kh_status kh_joined_find(const kh_keyflow_problem *problem, kh_arena *arena, bool *joined, kh_error *err)
{
    const kh_graph *graph = &problem->graph;
    size_t n = graph->n_nodes, m = graph->n_links;
    KH_TRY(kh_graph_check(graph, err));
    bool *use = KH_NEW(arena, bool, m);
    const look l = {problem, kh_incidence_build(n, m, m > 0 ? *graph->ends : NULL, sizeof *graph->ends, arena),
                    KH_NEW(arena, uint32_t, n), KH_NEW(arena, size_t, n)};
    if (use == NULL || l.at.item == NULL || l.part == NULL || l.seen == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes and %zu links", n, m);
    for (size_t e = 0; e < m; e++)
        use[e] = problem->capacity_bps[e] > 0 && relays(&l, graph->ends[e][0]) && relays(&l, graph->ends[e][1]);
    KH_TRY(kh_graph_components(graph, use, l.part, err));
    for (size_t k = 0; k < problem->n_demands; k++) {
        const uint32_t *ends = problem->demands[k].ends;
        joined[k] = mark(&l, k, ends[0], ends[1]) || touches(&l, k, ends[1]);
    }
    return KH_OK;
}

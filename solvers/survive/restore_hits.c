/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/restore_hits.h"

static bool has_node(const kh_loss *loss, uint32_t node)
{
    for (size_t i = 0; i < loss->n_nodes; i++)
        if (loss->nodes[i] == node)
            return true;
    return false;
}

/* @p takers: [n_links][n_losses], what is gone link by link, as routes go */
static void find_gone(const kh_restore_problem *p, size_t loss, bool *gone, bool *takers)
{
    const kh_graph *graph = &p->network->graph;
    const kh_loss *l = &p->losses[loss];
    for (size_t i = 0; i < l->n_links; i++)
        gone[l->links[i]] = true;
    for (size_t e = 0; e < graph->n_links; e++) {
        gone[e] = gone[e] || has_node(l, graph->ends[e][0]) || has_node(l, graph->ends[e][1]);
        takers[e * p->n_losses + loss] = gone[e];
    }
}

static void find_hit(const kh_restore_problem *p, size_t working, const bool *takers, bool *hit)
{
    const kh_keyflow_route *route = &p->working[working];
    const uint32_t *ends = p->network->demands[route->demand].ends;
    for (size_t i = 0; i < route->n_links; i++)
        for (size_t s = 0; s < p->n_losses; s++)
            hit[s] |= takers[route->links[i] * p->n_losses + s];
    for (size_t s = 0; s < p->n_losses; s++)
        hit[s] = hit[s] && !has_node(&p->losses[s], ends[0]) && !has_node(&p->losses[s], ends[1]);
}

kh_status kh_restore_hits_find(const kh_restore_problem *problem, kh_arena *arena, kh_restore_hits *hits, kh_error *err)
{
    size_t m = problem->network->graph.n_links, n = problem->n_losses, lines = n + problem->dedicated + 1;
    bool *takers = KH_NEW(arena, bool, n *m);
    *hits = (kh_restore_hits){KH_NEW(arena, bool, lines *m), KH_NEW(arena, bool, lines * problem->n_working)};
    if (takers == NULL || hits->gone == NULL || hits->hit == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu losses of %zu links", n, m);
    for (size_t s = 0; s < n; s++)
        find_gone(problem, s, &hits->gone[s * m], takers);
    for (size_t i = 0; i < problem->n_working; i++) {
        find_hit(problem, i, takers, &hits->hit[i * lines]);
        if (problem->dedicated)
            hits->hit[i * lines + n] = true;
    }
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/survive/pairs.h"

#include "core/base/clock.h"
#include "solvers/graph/tree.h"
#include "solvers/secure/apart.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kh_keyflow_problem *problem;
    const kh_loss *losses;
    size_t n_losses;
    kh_arena *arena, *scratch; /* scratch: one demand */
    bool *use, *left;          /* [n_links] there at all; after a loss */
    double *hop;               /* [n_links] 1 */
    kh_coalition *groups;      /* [n_losses] */
    double deadline_s;
} work;

static kh_status copy_route(const work *w, kh_disjoint_way way, kh_pair_route *route, kh_error *err)
{
    uint32_t *links = KH_NEW(w->arena, uint32_t, way.n_links);
    if (links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a route of %zu links", way.n_links);
    memcpy(links, way.links, way.n_links * sizeof *links);
    *route = (kh_pair_route){links, way.n_links};
    return KH_OK;
}

/* Whether the ends are joined over the links left, without the relay @p but (n_nodes: with all). */
static bool joins(const work *w, const uint32_t ends[2], uint32_t but, bool *joined)
{
    const kh_graph *graph = &w->problem->graph;
    for (size_t e = 0; e < graph->n_links; e++)
        w->left[e] = w->left[e] && graph->ends[e][0] != but && graph->ends[e][1] != but;
    kh_tree *tree = kh_tree_create(graph, w->left, w->scratch);
    if (tree == NULL)
        return false;
    kh_tree_grow(tree, w->hop, ends[0], &ends[1], 1);
    *joined = isfinite(kh_tree_distance(tree, ends[1]));
    return true;
}

static bool has_end(const kh_loss *loss, const uint32_t ends[2])
{
    for (size_t i = 0; i < loss->n_nodes; i++)
        if (loss->nodes[i] == ends[0] || loss->nodes[i] == ends[1])
            return true;
    return false;
}

static void take_away(const work *w, const kh_loss *loss)
{
    const kh_graph *graph = &w->problem->graph;
    for (size_t i = 0; i < loss->n_links; i++)
        w->left[loss->links[i]] = false;
    for (size_t i = 0; i < loss->n_nodes; i++)
        for (size_t e = 0; e < graph->n_links; e++)
            if (graph->ends[e][0] == loss->nodes[i] || graph->ends[e][1] == loss->nodes[i])
                w->left[e] = false;
}

/* Relays and losses that part the ends by themselves. */
static kh_status list_obstacles(const work *w, const uint32_t ends[2], kh_pair *pair, kh_error *err)
{
    const kh_graph *graph = &w->problem->graph;
    uint32_t *nodes = KH_NEW(w->arena, uint32_t, graph->n_nodes), *losses = KH_NEW(w->arena, uint32_t, w->n_losses);
    bool enough = nodes != NULL && losses != NULL, joined;
    for (uint32_t v = 0; v < graph->n_nodes && enough; v++) {
        if (v == ends[0] || v == ends[1])
            continue;
        memcpy(w->left, w->use, graph->n_links * sizeof *w->left);
        enough = joins(w, ends, v, &joined);
        if (enough && !joined)
            nodes[pair->n_nodes++] = v;
    }
    for (uint32_t s = 0; s < w->n_losses && enough; s++) {
        if (has_end(&w->losses[s], ends))
            continue;
        memcpy(w->left, w->use, graph->n_links * sizeof *w->left);
        take_away(w, &w->losses[s]);
        enough = joins(w, ends, (uint32_t)graph->n_nodes, &joined);
        if (enough && !joined)
            losses[pair->n_losses++] = s;
    }
    pair->nodes = nodes;
    pair->losses = losses;
    return enough ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for what stands in a demand's way");
}

static kh_status find_one(const work *w, size_t demand, kh_pair *pair, kh_error *err)
{
    const uint32_t *ends = w->problem->demands[demand].ends;
    const kh_apart_problem problem = {.graph = w->problem->graph,
                                      .use = w->use,
                                      .length = w->hop,
                                      .ends = {ends[0], ends[1]},
                                      .n_ways = 2,
                                      .groups = w->groups,
                                      .n_groups = w->n_losses,
                                      .time_limit_s = w->deadline_s - kh_clock_s(),
                                      .lp_program = w->problem->lp_program};
    kh_apart apart;
    kh_arena_reset(w->scratch);
    KH_TRY(kh_apart_find(&problem, w->scratch, &apart, err));
    *pair = (kh_pair){.found = apart.ways != NULL, .bound = apart.bound};
    for (int i = 0; i < 2 && pair->found; i++)
        KH_TRY(copy_route(w, apart.ways[i], &pair->routes[i], err));
    return pair->found ? KH_OK : list_obstacles(w, ends, pair, err);
}

static kh_status find_all(work *w, kh_pairs *pairs, kh_error *err)
{
    size_t m = w->problem->graph.n_links, n = w->problem->n_demands;
    for (size_t e = 0; e < m; e++) {
        w->use[e] = w->problem->capacity_bps[e] > 0;
        w->hop[e] = 1;
    }
    for (size_t s = 0; s < w->n_losses; s++)
        w->groups[s] = (kh_coalition){w->losses[s].nodes, w->losses[s].links, w->losses[s].n_nodes, w->losses[s].n_links};
    for (; pairs->n < n && kh_clock_s() < w->deadline_s; pairs->n++)
        KH_TRY(find_one(w, pairs->n, &pairs->of[pairs->n], err));
    return KH_OK;
}

kh_status kh_pairs_find(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses, kh_arena *arena, kh_pairs *pairs,
                        kh_error *err)
{
    size_t m = problem->graph.n_links;
    work w = {.problem = problem,
              .losses = losses,
              .n_losses = n_losses,
              .arena = arena,
              .scratch = kh_arena_create(0),
              .use = KH_NEW(arena, bool, m),
              .left = KH_NEW(arena, bool, m),
              .hop = KH_NEW(arena, double, m),
              .groups = KH_NEW(arena, kh_coalition, n_losses),
              .deadline_s = kh_clock_s() + problem->time_limit_s};
    *pairs = (kh_pairs){.of = KH_NEW(arena, kh_pair, problem->n_demands)};
    kh_status status;
    if (w.scratch == NULL || w.use == NULL || w.left == NULL || w.hop == NULL || w.groups == NULL || pairs->of == NULL)
        status = kh_fail(err, KH_ENOMEM, "no memory for pairs of routes of %zu demands", problem->n_demands);
    else
        status = find_all(&w, pairs, err);
    kh_arena_destroy(w.scratch);
    return status;
}

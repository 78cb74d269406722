/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/cut.h"

#include "solvers/graph/incidence.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Each is a maximum flow; beyond this many the balls must do. */
enum { MOST_MIN_CUTS = 200 };
static const double MORE = 1 + 1e-9; /* requested above capacity by more than rounding */

typedef struct ranked {
    double distance;
    uint32_t node;
} ranked;

typedef struct work {
    const kh_keyflow_problem *problem;
    const kh_keyflow *flow;
    kh_arena *arena;
    kh_tree *tree;
    kh_incidence links, demands;
    bool *busy;            /* [n_nodes] relays, or is an end of a joined demand: its links can be used */
    bool *inside;          /* [n_nodes] the ball that is growing */
    ranked *order;         /* [n_nodes] */
    bool *across, *is_end; /* scratch of kh_cut_measure */
    kh_cut_found *pool;    /* [n_demands] the cuts found so far */
    size_t n_pool, n_min_cuts;
} work;

static bool relays(const kh_keyflow_problem *problem, uint32_t node)
{
    return problem->graph.relays == NULL || problem->graph.relays[node];
}

static double tightness(const kh_cut_found *cut)
{
    return cut->requested_bps > 0 ? cut->requested_bps / cut->capacity_bps : 0;
}

static bool parts(const kh_cut_found *cut, const kh_keyflow_demand *demand)
{
    return cut->side[demand->ends[0]] != cut->side[demand->ends[1]];
}

void kh_cut_measure(const kh_keyflow_problem *problem, const bool *joined, kh_cut_found *cut, bool *across, bool *is_end)
{
    memset(is_end, 0, problem->graph.n_nodes * sizeof *is_end);
    cut->requested_bps = cut->capacity_bps = 0;
    for (size_t k = 0; k < problem->n_demands; k++) {
        const kh_keyflow_demand *demand = &problem->demands[k];
        if (!joined[k] || !parts(cut, demand))
            continue;
        cut->requested_bps += demand->requested_bps;
        is_end[demand->ends[0]] = is_end[demand->ends[1]] = true;
    }
    for (size_t e = 0; e < problem->graph.n_links; e++) {
        const uint32_t *ends = problem->graph.ends[e];
        across[e] = problem->capacity_bps[e] > 0 && cut->side[ends[0]] != cut->side[ends[1]] &&
                    (relays(problem, ends[0]) || is_end[ends[0]]) && (relays(problem, ends[1]) || is_end[ends[1]]);
        if (across[e])
            cut->capacity_bps += problem->capacity_bps[e];
    }
}

static int by_distance(const void *a, const void *b)
{
    const ranked *left = a, *right = b;
    if (left->distance < right->distance || left->distance > right->distance)
        return left->distance < right->distance ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

/* The nodes that the tree reached, nearest first. */
static size_t rank_nodes(work *w)
{
    size_t n = 0;
    for (uint32_t v = 0; v < w->problem->graph.n_nodes; v++) {
        double distance = kh_tree_distance(w->tree, v);
        if (!isinf(distance))
            w->order[n++] = (ranked){distance, v};
    }
    qsort(w->order, n, sizeof *w->order, by_distance);
    return n;
}

/* Change of the capacity across when a node joins the ball. */
static double link_change(const work *w, uint32_t node)
{
    double change = 0;
    for (size_t i = w->links.first[node]; i < w->links.first[node + 1]; i++) {
        uint32_t e = w->links.item[i];
        uint32_t other = kh_graph_far_end(w->problem->graph.ends[e], node);
        if (w->busy[node] && w->busy[other] && other != node)
            change += w->inside[other] ? -w->problem->capacity_bps[e] : w->problem->capacity_bps[e];
    }
    return change;
}

static double demand_change(const work *w, uint32_t node)
{
    double change = 0;
    for (size_t i = w->demands.first[node]; i < w->demands.first[node + 1]; i++) {
        uint32_t k = w->demands.item[i];
        const kh_keyflow_demand *demand = &w->problem->demands[k];
        uint32_t other = kh_graph_far_end(demand->ends, node);
        if (w->flow->joined[k])
            change += w->inside[other] ? -demand->requested_bps : demand->requested_bps;
    }
    return change;
}

/* How many of the ranked nodes make the tightest ball that leaves the target out. */
static size_t tightest_ball(work *w, size_t n, uint32_t target)
{
    double capacity_bps = 0, requested_bps = 0, best = -1;
    size_t size = 1;
    memset(w->inside, 0, w->problem->graph.n_nodes * sizeof *w->inside);
    for (size_t i = 0; i < n && w->order[i].node != target; i++) {
        uint32_t node = w->order[i].node;
        capacity_bps += link_change(w, node);
        requested_bps += demand_change(w, node);
        w->inside[node] = true;
        bool shell_ends = i + 1 == n || w->order[i + 1].distance > w->order[i].distance || w->order[i + 1].node == target;
        double ratio = capacity_bps > 0 ? requested_bps / capacity_bps : 0;
        if (ratio > best && (shell_ends || i == 0)) {
            best = ratio;
            size = i + 1;
        }
    }
    return size;
}

static kh_status copy_side(const work *w, const bool *side, kh_cut_found *cut, kh_error *err)
{
    size_t n = w->problem->graph.n_nodes;
    bool *copy = KH_NEW(w->arena, bool, n);
    if (copy == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a cut of %zu nodes", n);
    memcpy(copy, side, n * sizeof *copy);
    cut->side = copy;
    return KH_OK;
}

/* Measures the side and takes it when it is tighter than the cut at hand. */
static kh_status offer(work *w, const bool *side, kh_cut_found *best, kh_error *err)
{
    kh_cut_found cut = {.side = side};
    kh_cut_measure(w->problem, w->flow->joined, &cut, w->across, w->is_end);
    if (best->side != NULL && tightness(&cut) <= tightness(best))
        return KH_OK;
    KH_TRY(copy_side(w, side, &cut, err));
    *best = cut;
    return KH_OK;
}

static kh_status try_balls(work *w, uint32_t demand, kh_cut_found *best, kh_error *err)
{
    const kh_keyflow_demand *d = &w->problem->demands[demand];
    const double *price = w->flow->level_prices[w->flow->level_of[demand]];
    for (int end = 0; end < 2; end++) {
        kh_tree_grow(w->tree, price, d->ends[end], NULL, 0);
        size_t n = rank_nodes(w);
        size_t size = tightest_ball(w, n, d->ends[1 - end]);
        memset(w->inside, 0, w->problem->graph.n_nodes * sizeof *w->inside);
        for (size_t i = 0; i < size; i++)
            w->inside[w->order[i].node] = true;
        KH_TRY(offer(w, w->inside, best, err));
    }
    return KH_OK;
}

static kh_status try_min_cut(work *w, uint32_t demand, kh_cut_found *best, kh_error *err)
{
    const kh_keyflow_demand *d = &w->problem->demands[demand];
    if (w->n_min_cuts >= MOST_MIN_CUTS)
        return KH_OK;
    w->n_min_cuts++;
    double value_bps;
    KH_TRY(kh_graph_min_cut(&w->problem->graph, w->problem->capacity_bps, d->ends[0], d->ends[1], &value_bps, w->inside, err));
    return offer(w, w->inside, best, err);
}

static bool explains(const kh_cut_found *cut)
{
    return cut->requested_bps > cut->capacity_bps * MORE;
}

static bool is_explained(const work *w, uint32_t demand)
{
    for (size_t i = 0; i < w->n_pool; i++)
        if (explains(&w->pool[i]) && parts(&w->pool[i], &w->problem->demands[demand]))
            return true;
    return false;
}

static void choose(const work *w, uint32_t demand, kh_cut_found *found)
{
    for (size_t i = 0; i < w->n_pool; i++)
        if (parts(&w->pool[i], &w->problem->demands[demand]) && (found->side == NULL || tightness(&w->pool[i]) > tightness(found)))
            *found = w->pool[i];
}

static kh_status explain_all(work *w, const bool *wanted, kh_cut_found *found, kh_error *err)
{
    for (uint32_t k = 0; k < w->problem->n_demands; k++) {
        if (!wanted[k] || !w->flow->joined[k] || is_explained(w, k))
            continue;
        kh_cut_found best = {0};
        KH_TRY(try_balls(w, k, &best, err));
        if (!explains(&best))
            KH_TRY(try_min_cut(w, k, &best, err));
        w->pool[w->n_pool++] = best;
    }
    for (uint32_t k = 0; k < w->problem->n_demands; k++) {
        found[k] = (kh_cut_found){0};
        if (wanted[k] && w->flow->joined[k])
            choose(w, k, &found[k]);
    }
    return KH_OK;
}

static void mark_busy(work *w)
{
    for (uint32_t v = 0; v < w->problem->graph.n_nodes; v++)
        w->busy[v] = relays(w->problem, v);
    for (size_t k = 0; k < w->problem->n_demands; k++)
        if (w->flow->joined[k])
            w->busy[w->problem->demands[k].ends[0]] = w->busy[w->problem->demands[k].ends[1]] = true;
}

static bool *links_with_key(const kh_keyflow_problem *problem, kh_arena *arena)
{
    bool *use = KH_NEW(arena, bool, problem->graph.n_links);
    for (size_t e = 0; use != NULL && e < problem->graph.n_links; e++)
        use[e] = problem->capacity_bps[e] > 0;
    return use;
}

kh_status kh_cut_explain(const kh_keyflow_problem *problem, const kh_keyflow *flow, const bool *wanted, kh_arena *arena,
                         kh_cut_found *found, kh_error *err)
{
    size_t n = problem->graph.n_nodes, m = problem->graph.n_links, k = problem->n_demands;
    bool *use = links_with_key(problem, arena);
    work w = {.problem = problem,
              .flow = flow,
              .arena = arena,
              .tree = use != NULL ? kh_tree_create(&problem->graph, use, arena) : NULL,
              .links = kh_incidence_build(n, m, m > 0 ? problem->graph.ends[0] : NULL, sizeof *problem->graph.ends, arena),
              .demands = kh_incidence_build(n, k, k > 0 ? problem->demands->ends : NULL, sizeof *problem->demands, arena),
              .busy = KH_NEW(arena, bool, n),
              .inside = KH_NEW(arena, bool, n),
              .order = KH_NEW(arena, ranked, n),
              .across = KH_NEW(arena, bool, m),
              .is_end = KH_NEW(arena, bool, n),
              .pool = KH_NEW(arena, kh_cut_found, k)};
    if (w.tree == NULL || w.links.item == NULL || w.demands.item == NULL || w.busy == NULL || w.inside == NULL || w.order == NULL ||
        w.across == NULL || w.is_end == NULL || w.pool == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the cuts of %zu nodes and %zu demands", n, k);
    mark_busy(&w);
    return explain_all(&w, wanted, found, err);
}

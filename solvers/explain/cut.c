/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/cut.h"

#include "core/base/clock.h"
#include "solvers/graph/incidence.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two trees and a sort for each demand, a maximum flow for each smallest cut: 0.2 s on 1000 nodes. */
enum { MOST_BALLS = 500, MOST_MIN_CUTS = 200 };
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
    kh_cut_found *alone;   /* [n_nodes] the cut round one node; without a side until it is wanted */
    size_t n_pool, n_balls, n_min_cuts;
    double deadline_s;
    bool is_left; /* some demand has no cut of its own */
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

/* The nodes that the tree reached, nearest first; the source before others at distance 0. */
static size_t rank_nodes(work *w, uint32_t source)
{
    size_t n = 0;
    for (uint32_t v = 0; v < w->problem->graph.n_nodes; v++) {
        double distance = v == source ? -1 : kh_tree_distance(w->tree, v);
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
    cut.number = (uint32_t)w->n_pool;
    *best = cut;
    return KH_OK;
}

static kh_status try_balls(work *w, uint32_t demand, kh_cut_found *best, kh_error *err)
{
    const kh_keyflow_demand *d = &w->problem->demands[demand];
    const double *price = w->flow->level_prices[w->flow->level_of[demand]];
    for (int end = 0; end < 2; end++) {
        kh_tree_grow(w->tree, price, d->ends[end], NULL, 0);
        size_t n = rank_nodes(w, d->ends[end]);
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

static void take_tighter(const kh_cut_found *cut, kh_cut_found *found)
{
    if (found->side == NULL || tightness(cut) > tightness(found))
        *found = *cut;
}

static kh_status choose_alone(work *w, uint32_t demand, kh_cut_found *found, kh_error *err)
{
    for (int end = 0; end < 2; end++) {
        uint32_t node = w->problem->demands[demand].ends[end];
        kh_cut_found *cut = &w->alone[node];
        if (cut->side == NULL) {
            memset(w->inside, 0, w->problem->graph.n_nodes * sizeof *w->inside);
            w->inside[node] = true;
            KH_TRY(offer(w, w->inside, cut, err));
            cut->number = (uint32_t)w->problem->n_demands + node;
        }
        take_tighter(cut, found);
    }
    return KH_OK;
}

static kh_status choose(work *w, uint32_t demand, kh_cut_found *found, kh_error *err)
{
    for (size_t i = 0; i < w->n_pool; i++)
        if (parts(&w->pool[i], &w->problem->demands[demand]))
            take_tighter(&w->pool[i], found);
    return w->is_left ? choose_alone(w, demand, found, err) : KH_OK;
}

static kh_status find_cuts(work *w, uint32_t demand, kh_error *err)
{
    w->is_left = w->is_left || w->n_balls >= MOST_BALLS || kh_clock_s() >= w->deadline_s;
    if (w->is_left)
        return KH_OK;
    kh_cut_found best = {0};
    w->n_balls++;
    KH_TRY(try_balls(w, demand, &best, err));
    if (!explains(&best))
        KH_TRY(try_min_cut(w, demand, &best, err));
    w->pool[w->n_pool++] = best;
    return KH_OK;
}

static kh_status explain_all(work *w, const bool *wanted, kh_cut_found *found, kh_error *err)
{
    for (uint32_t k = 0; k < w->problem->n_demands; k++)
        if (wanted[k] && w->flow->joined[k] && !is_explained(w, k))
            KH_TRY(find_cuts(w, k, err));
    for (uint32_t k = 0; k < w->problem->n_demands; k++) {
        found[k] = (kh_cut_found){0};
        if (wanted[k] && w->flow->joined[k])
            KH_TRY(choose(w, k, &found[k], err));
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

kh_status kh_cut_explain(const kh_keyflow_problem *problem, const kh_keyflow *flow, const bool *wanted, double deadline_s,
                         kh_arena *arena, kh_cut_found *found, kh_error *err)
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
              .pool = KH_NEW(arena, kh_cut_found, k),
              .alone = KH_NEW(arena, kh_cut_found, n),
              .deadline_s = deadline_s};
    if (w.tree == NULL || w.links.item == NULL || w.demands.item == NULL || w.busy == NULL || w.inside == NULL || w.order == NULL ||
        w.across == NULL || w.is_end == NULL || w.pool == NULL || w.alone == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the cuts of %zu nodes and %zu demands", n, k);
    mark_busy(&w);
    return explain_all(&w, wanted, found, err);
}

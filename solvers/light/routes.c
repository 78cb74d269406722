/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/light/routes.h"

#include "solvers/graph/incidence.h"
#include "solvers/graph/tree.h"

#include "core/net/ids.h"

#include <math.h>

/* The beginning of a route. */
typedef struct label {
    uint32_t node, link, parent; /* parent: the label without the last link, KH_NO_INDEX at the start */
    uint32_t hops;
    double length, bound; /* so far; of the whole route at least */
    bool done;
} label;

typedef struct search {
    const kh_graph *graph;
    const double *length;
    uint32_t to;
    kh_incidence at;
    const kh_tree *tree; /* from `to` */
    label *labels;
    size_t n;
    kh_arena *arena;
} search;

static bool has_passed(const search *s, const label *l, uint32_t node)
{
    for (;; l = &s->labels[l->parent]) {
        if (l->node == node)
            return true;
        if (l->parent == KH_NO_INDEX)
            return false;
    }
}

static bool may_leave(const search *s, const label *l)
{
    return l->parent == KH_NO_INDEX || s->graph->relays == NULL || s->graph->relays[l->node];
}

static void lengthen(search *s, uint32_t parent)
{
    const label *l = &s->labels[parent];
    if (!may_leave(s, l))
        return;
    for (size_t i = s->at.first[l->node]; i < s->at.first[l->node + 1] && s->n < KH_ROUTES_LABELS_MAX; i++) {
        uint32_t link = s->at.item[i], next = kh_graph_far_end(s->graph->ends[link], l->node);
        double length = l->length + s->length[link], bound = length + (next == s->to ? 0 : kh_tree_distance(s->tree, next));
        if (isfinite(bound) && !has_passed(s, l, next))
            s->labels[s->n++] = (label){next, link, parent, l->hops + 1, length, bound, false};
    }
}

/* KH_NO_INDEX when all are done. There are few: a look at all costs less than keeping them in order. */
static uint32_t nearest_open(const search *s)
{
    uint32_t best = KH_NO_INDEX;
    for (uint32_t i = 0; i < s->n; i++)
        if (!s->labels[i].done && (best == KH_NO_INDEX || s->labels[i].bound < s->labels[best].bound))
            best = i;
    return best;
}

static kh_status keep_route(const search *s, const label *end, kh_routes *routes, kh_error *err)
{
    uint32_t *links = KH_NEW(s->arena, uint32_t, end->hops);
    if (links == NULL)
        return kh_fail(err, KH_ENOMEM, "routes between two nodes");
    for (const label *l = end; l->parent != KH_NO_INDEX; l = &s->labels[l->parent])
        links[l->hops - 1] = l->link;
    routes->routes[routes->n++] = (kh_routes_one){links, end->hops, end->length};
    return KH_OK;
}

static kh_status take_in_order(search *s, size_t most, kh_routes *routes, kh_error *err)
{
    while (routes->n < most) {
        uint32_t i = nearest_open(s);
        if (i == KH_NO_INDEX) {
            routes->complete = s->n < KH_ROUTES_LABELS_MAX;
            return KH_OK;
        }
        s->labels[i].done = true;
        if (s->labels[i].node == s->to)
            KH_TRY(keep_route(s, &s->labels[i], routes, err));
        else
            lengthen(s, i);
    }
    return KH_OK;
}

static kh_status check(const kh_graph *graph, const double *length, uint32_t from, uint32_t to, kh_error *err)
{
    KH_TRY(kh_graph_check(graph, err));
    if (from >= graph->n_nodes || to >= graph->n_nodes || from == to)
        return kh_fail(err, KH_ERANGE, "routes from node %u to %u, must be two of %zu nodes", from, to, graph->n_nodes);
    for (size_t i = 0; i < graph->n_links; i++)
        if (!(length[i] > 0))
            return kh_fail(err, KH_ERANGE, "length of link %zu is %g, must be > 0", i, length[i]);
    return KH_OK;
}

kh_status kh_routes_find(const kh_graph *graph, const double *length, uint32_t from, uint32_t to, size_t most, kh_arena *arena,
                         kh_routes *routes, kh_error *err)
{
    KH_TRY(check(graph, length, from, to, err));
    search s = {.graph = graph, .length = length, .to = to, .arena = arena};
    kh_routes found = {.routes = KH_NEW(arena, kh_routes_one, most)};
    bool *use = KH_NEW(arena, bool, graph->n_links);
    s.labels = KH_NEW(arena, label, KH_ROUTES_LABELS_MAX);
    s.at =
        kh_incidence_build(graph->n_nodes, graph->n_links, graph->n_links > 0 ? graph->ends[0] : NULL, sizeof *graph->ends, arena);
    if (found.routes == NULL || use == NULL || s.labels == NULL || s.at.item == NULL)
        return kh_fail(err, KH_ENOMEM, "routes between two nodes");
    for (size_t i = 0; i < graph->n_links; i++)
        use[i] = isfinite(length[i]);
    kh_tree *tree = kh_tree_create(graph, use, arena);
    if (tree == NULL)
        return kh_fail(err, KH_ENOMEM, "routes between two nodes");
    kh_tree_grow(tree, length, to, NULL, 0);
    s.tree = tree;
    s.labels[s.n++] = (label){from, KH_NO_INDEX, KH_NO_INDEX, 0, 0, kh_tree_distance(tree, from), false};
    KH_TRY(take_in_order(&s, most, &found, err));
    *routes = found;
    return KH_OK;
}

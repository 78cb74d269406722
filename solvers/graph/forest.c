/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/forest.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

static const size_t MOST_KEPT = (size_t)256 << 20; /* bytes */

typedef struct arc {
    uint32_t head, link;
} arc;

/* A node of a kept tree and how it is reached. */
typedef struct twig {
    uint32_t node, from, link;
} twig;

typedef struct way {
    uint32_t from, link;
} way;

typedef struct waiting {
    double distance;
    uint32_t node;
} waiting;

struct kh_forest {
    const kh_graph *graph;
    const uint32_t *source; /* [n_trees] */
    uint32_t *first;        /* [n_nodes + 1] into arcs */
    arc *arcs;              /* those on which the tail may pass key on, and those of nodes that do not relay: see relax_all */
    uint32_t *both, n_both; /* links whose two ends relay */
    twig *one;              /* arcs into a node that does not relay, out of one that does */
    uint32_t n_one;
    bool kept;
    twig *twigs;      /* [n_trees or 1][n_nodes] parents before children; the source is not among them */
    uint32_t *n_kept; /* [n_trees] how many of them */
    /* the present tree */
    double *distance; /* [n_nodes] */
    way *via;         /* [n_nodes] */
    uint32_t *moved;  /* [n_nodes] number of the growth in which the node last went through the heap */
    uint32_t *queued; /* [n_nodes] the same for being put into the heap */
    uint32_t turn;
    waiting *heap; /* [2 n_links + n_nodes] 4-ary; a node may wait several times, its nearest place counts */
    size_t n_heap;
    twig *settled; /* [n_nodes] in the order of their distance */
    size_t n_settled;
};

static bool relays(const kh_graph *graph, uint32_t node)
{
    return graph->relays == NULL || graph->relays[node];
}

static void lay_out_arcs(kh_forest *f, const bool *use)
{
    const kh_graph *graph = f->graph;
    for (size_t e = 0; e < graph->n_links; e++)
        for (int i = 0; i < 2 && use[e]; i++)
            f->first[graph->ends[e][i] + 1]++;
    for (size_t v = 0; v < graph->n_nodes; v++)
        f->first[v + 1] += f->first[v];
    uint32_t *next = f->moved; /* scratch until the first tree grows */
    memcpy(next, f->first, graph->n_nodes * sizeof *next);
    for (uint32_t e = 0; e < graph->n_links; e++)
        for (int i = 0; i < 2 && use[e]; i++)
            f->arcs[next[graph->ends[e][i]]++] = (arc){graph->ends[e][1 - i], e};
    memset(next, 0, graph->n_nodes * sizeof *next);
}

static void lay_out_checks(kh_forest *f, const bool *use)
{
    const kh_graph *graph = f->graph;
    for (uint32_t e = 0; e < graph->n_links; e++) {
        uint32_t a = graph->ends[e][0], b = graph->ends[e][1];
        if (!use[e] || a == b)
            continue;
        if (relays(graph, a) && relays(graph, b))
            f->both[f->n_both++] = e;
        else if (relays(graph, a))
            f->one[f->n_one++] = (twig){b, a, e};
        else if (relays(graph, b))
            f->one[f->n_one++] = (twig){a, b, e};
    }
}

kh_forest *kh_forest_create(const kh_graph *graph, const bool *use, const uint32_t *source, size_t n_trees, kh_arena *arena)
{
    size_t n = graph->n_nodes, m = graph->n_links;
    kh_forest *f = KH_NEW(arena, kh_forest, 1);
    if (f == NULL)
        return NULL;
    bool kept = n_trees <= MOST_KEPT / sizeof(twig) / (n > 0 ? n : 1);
    *f = (kh_forest){.graph = graph,
                     .source = source,
                     .first = KH_NEW(arena, uint32_t, n + 1),
                     .arcs = KH_NEW(arena, arc, 2 * m),
                     .both = KH_NEW(arena, uint32_t, m),
                     .one = KH_NEW(arena, twig, m),
                     .kept = kept,
                     .twigs = KH_NEW(arena, twig, kept ? n_trees * n : n),
                     .n_kept = KH_NEW(arena, uint32_t, n_trees),
                     .distance = KH_NEW(arena, double, n),
                     .via = KH_NEW(arena, way, n),
                     .moved = KH_NEW(arena, uint32_t, n),
                     .queued = KH_NEW(arena, uint32_t, n),
                     .heap = KH_NEW(arena, waiting, 4 * m + n),
                     .settled = KH_NEW(arena, twig, n)};
    if (f->first == NULL || f->arcs == NULL || f->both == NULL || f->one == NULL || f->twigs == NULL || f->n_kept == NULL ||
        f->distance == NULL || f->via == NULL || f->moved == NULL || f->queued == NULL || f->heap == NULL || f->settled == NULL)
        return NULL;
    lay_out_arcs(f, use);
    lay_out_checks(f, use);
    return f;
}

static void push(kh_forest *f, waiting item)
{
    size_t i = f->n_heap++;
    while (i > 0 && f->heap[(i - 1) / 4].distance > item.distance) {
        f->heap[i] = f->heap[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    f->heap[i] = item;
}

static waiting pop(kh_forest *f)
{
    waiting top = f->heap[0], last = f->heap[--f->n_heap];
    size_t i = 0;
    for (size_t child; (child = 4 * i + 1) < f->n_heap;) {
        size_t end = child + 4 < f->n_heap ? child + 4 : f->n_heap, least = child;
        for (size_t c = child + 1; c < end; c++)
            least = f->heap[c].distance < f->heap[least].distance ? c : least;
        if (f->heap[least].distance >= last.distance)
            break;
        f->heap[i] = f->heap[least];
        i = least;
    }
    f->heap[i] = last;
    return top;
}

/* A child goes the way of its parent even when rounding hides that it came nearer: parents stay before children. */
static bool follows(const kh_forest *f, uint32_t from, uint32_t to, uint32_t link)
{
    return f->moved[to] != f->turn && f->via[to].link == link && f->via[to].from == from;
}

static inline void relax(kh_forest *f, uint32_t from, uint32_t to, uint32_t link, double distance)
{
    if (distance > f->distance[to])
        return;
    if (distance >= f->distance[to] && !follows(f, from, to, link))
        return;
    f->distance[to] = distance;
    f->via[to] = (way){from, link};
    f->queued[to] = f->turn;
    push(f, (waiting){distance, to});
}

static void relax_from(kh_forest *f, uint32_t node, const double *weight)
{
    double distance = f->distance[node];
    for (uint32_t i = f->first[node], end = f->first[node + 1]; i < end; i++)
        relax(f, node, f->arcs[i].head, f->arcs[i].link, distance + weight[f->arcs[i].link]);
}

/* At equal distances a node may come up before its parent: it waits, the parent will queue it again. */
static bool waits_for_parent(const kh_forest *f, uint32_t node)
{
    uint32_t from = f->via[node].from;
    return f->queued[from] == f->turn && f->moved[from] != f->turn;
}

static void settle(kh_forest *f, const double *weight)
{
    f->n_settled = 0;
    while (f->n_heap > 0) {
        waiting nearest = pop(f);
        uint32_t node = nearest.node;
        if (nearest.distance > f->distance[node] || f->moved[node] == f->turn || waits_for_parent(f, node))
            continue;
        f->moved[node] = f->turn;
        f->settled[f->n_settled++] = (twig){node, f->via[node].from, f->via[node].link};
        if (relays(f->graph, node))
            relax_from(f, node, weight);
    }
}

static void measure(kh_forest *f, const twig *twigs, size_t n, const double *weight)
{
    for (size_t i = 0; i < n; i++) {
        f->distance[twigs[i].node] = f->distance[twigs[i].from] + weight[twigs[i].link];
        f->via[twigs[i].node] = (way){twigs[i].from, twigs[i].link};
    }
}

/* Queues the nodes that a link now reaches by a shorter way. */
static void check(kh_forest *f, uint32_t source, const double *weight)
{
    const uint32_t(*ends)[2] = f->graph->ends;
    for (uint32_t i = 0; i < f->n_both; i++) {
        uint32_t e = f->both[i], a = ends[e][0], b = ends[e][1];
        double at_a = f->distance[a], at_b = f->distance[b], w = weight[e];
        if ((at_a + w < at_b) | (at_b + w < at_a)) {
            bool forward = at_a < at_b;
            relax(f, forward ? a : b, forward ? b : a, e, (forward ? at_a : at_b) + w);
        }
    }
    for (uint32_t i = 0; i < f->n_one; i++) {
        double distance = f->distance[f->one[i].from] + weight[f->one[i].link];
        if (distance < f->distance[f->one[i].node])
            relax(f, f->one[i].from, f->one[i].node, f->one[i].link, distance);
    }
    for (uint32_t i = f->first[source]; i < f->first[source + 1]; i++)
        if (weight[f->arcs[i].link] < f->distance[f->arcs[i].head])
            relax(f, source, f->arcs[i].head, f->arcs[i].link, weight[f->arcs[i].link]);
}

/* The nodes that stayed keep their order, and so do their parents, which stayed too; the others follow as they were settled. */
static size_t keep(const kh_forest *f, twig *twigs, size_t n)
{
    size_t stayed = 0;
    for (size_t i = 0; i < n; i++)
        if (f->moved[twigs[i].node] != f->turn)
            twigs[stayed++] = twigs[i];
    memcpy(&twigs[stayed], f->settled, f->n_settled * sizeof *twigs);
    return stayed + f->n_settled;
}

/* Nothing is left of the tree before; with all nodes in @p n kept twigs that happens by measuring. */
static void forget(kh_forest *f, uint32_t source, size_t n)
{
    f->via[source] = (way){KH_NO_INDEX, KH_NO_INDEX};
    for (size_t v = 0; v < f->graph->n_nodes && n + 1 < f->graph->n_nodes; v++) {
        f->distance[v] = INFINITY;
        f->via[v] = (way){KH_NO_INDEX, KH_NO_INDEX};
    }
    f->distance[source] = 0;
}

void kh_forest_grow(kh_forest *f, size_t tree, const double *weight)
{
    uint32_t source = f->source[tree];
    twig *twigs = f->kept ? &f->twigs[tree * f->graph->n_nodes] : f->twigs;
    size_t n = f->kept ? f->n_kept[tree] : 0;
    forget(f, source, n);
    f->turn++;
    f->n_heap = 0;
    measure(f, twigs, n, weight);
    if (n > 0)
        check(f, source, weight);
    else
        relax_from(f, source, weight);
    settle(f, weight);
    if (f->n_settled > 0)
        f->n_kept[tree] = (uint32_t)keep(f, twigs, n);
}

double kh_forest_distance(const kh_forest *f, uint32_t node)
{
    return f->distance[node];
}

bool kh_forest_moved(const kh_forest *f, uint32_t node)
{
    return f->moved[node] == f->turn;
}

size_t kh_forest_path(const kh_forest *f, uint32_t node, uint32_t *links)
{
    size_t n = 0;
    for (; f->via[node].from != KH_NO_INDEX; node = f->via[node].from)
        links[n++] = f->via[node].link;
    return n;
}

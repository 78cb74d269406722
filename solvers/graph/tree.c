/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/tree.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

typedef struct arc {
    uint32_t head, link;
} arc;

typedef struct label {
    double distance;
    uint32_t hops, link, from; /* link and node it was reached from */
    uint32_t place;            /* in the heap; NOT_YET before, DONE after */
} label;

static const uint32_t NOT_YET = UINT32_MAX, DONE = UINT32_MAX - 1;

struct kh_tree {
    const kh_graph *graph;
    uint32_t *first; /* [n_nodes + 1] into arcs */
    arc *arcs;
    label *labels;    /* [n_nodes] */
    uint32_t *heap;   /* [n_nodes] binary heap of nodes */
    uint32_t *wanted; /* [n_nodes] number of the tree for which the node was asked */
    size_t n_heap;
    uint32_t turn; /* number of the present tree */
};

static bool joins(const kh_graph *graph, const bool *use, size_t e)
{
    return use[e] && graph->ends[e][0] != graph->ends[e][1];
}

static void lay_out(kh_tree *tree, const bool *use)
{
    const kh_graph *graph = tree->graph;
    for (size_t e = 0; e < graph->n_links; e++)
        if (joins(graph, use, e)) {
            tree->first[graph->ends[e][0] + 1]++;
            tree->first[graph->ends[e][1] + 1]++;
        }
    for (size_t v = 0; v < graph->n_nodes; v++)
        tree->first[v + 1] += tree->first[v];
    uint32_t *next = tree->heap; /* scratch until the first tree grows */
    memcpy(next, tree->first, graph->n_nodes * sizeof *next);
    for (size_t e = 0; e < graph->n_links; e++)
        for (int turn = 0; turn < 2 && joins(graph, use, e); turn++)
            tree->arcs[next[graph->ends[e][turn]]++] = (arc){graph->ends[e][1 - turn], (uint32_t)e};
}

kh_tree *kh_tree_create(const kh_graph *graph, const bool *use, kh_arena *arena)
{
    kh_tree *tree = KH_NEW(arena, kh_tree, 1);
    if (tree == NULL)
        return NULL;
    tree->graph = graph;
    tree->first = KH_NEW(arena, uint32_t, graph->n_nodes + 1);
    tree->arcs = KH_NEW(arena, arc, 2 * graph->n_links);
    tree->labels = KH_NEW(arena, label, graph->n_nodes);
    tree->heap = KH_NEW(arena, uint32_t, graph->n_nodes);
    tree->wanted = KH_NEW(arena, uint32_t, graph->n_nodes);
    if (tree->first == NULL || tree->arcs == NULL || tree->labels == NULL || tree->heap == NULL || tree->wanted == NULL)
        return NULL;
    lay_out(tree, use);
    return tree;
}

static bool nearer(const label *a, const label *b)
{
    return a->distance < b->distance || (a->distance <= b->distance && a->hops < b->hops);
}

static void rise(kh_tree *tree, uint32_t node)
{
    size_t i = tree->labels[node].place;
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        uint32_t above = tree->heap[parent];
        if (!nearer(&tree->labels[node], &tree->labels[above]))
            break;
        tree->heap[i] = above;
        tree->labels[above].place = (uint32_t)i;
        i = parent;
    }
    tree->heap[i] = node;
    tree->labels[node].place = (uint32_t)i;
}

static void sink(kh_tree *tree, uint32_t node)
{
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < tree->n_heap; i = child) {
        if (child + 1 < tree->n_heap && nearer(&tree->labels[tree->heap[child + 1]], &tree->labels[tree->heap[child]]))
            child++;
        uint32_t below = tree->heap[child];
        if (!nearer(&tree->labels[below], &tree->labels[node]))
            break;
        tree->heap[i] = below;
        tree->labels[below].place = (uint32_t)i;
    }
    tree->heap[i] = node;
    tree->labels[node].place = (uint32_t)i;
}

static uint32_t pop_nearest(kh_tree *tree)
{
    uint32_t node = tree->heap[0];
    uint32_t last = tree->heap[--tree->n_heap];
    if (tree->n_heap > 0)
        sink(tree, last);
    tree->labels[node].place = DONE;
    return node;
}

static void relax(kh_tree *tree, uint32_t tail, arc to, double weight)
{
    label *head = &tree->labels[to.head];
    const label *from = &tree->labels[tail];
    if (head->place == DONE)
        return;
    label found = {from->distance + weight, from->hops + 1, to.link, tail, head->place};
    if (head->place == NOT_YET)
        found.place = (uint32_t)tree->n_heap++;
    else if (!nearer(&found, head))
        return;
    *head = found;
    rise(tree, to.head);
}

static size_t mark_wanted(kh_tree *tree, const uint32_t *targets, size_t n_targets)
{
    size_t n = 0;
    for (size_t i = 0; i < n_targets; i++) {
        n += tree->wanted[targets[i]] != tree->turn;
        tree->wanted[targets[i]] = tree->turn;
    }
    return n;
}

void kh_tree_grow(kh_tree *tree, const double *weight, uint32_t source, const uint32_t *targets, size_t n_targets)
{
    const kh_graph *graph = tree->graph;
    for (size_t v = 0; v < graph->n_nodes; v++)
        tree->labels[v] = (label){INFINITY, 0, KH_NO_INDEX, KH_NO_INDEX, NOT_YET};
    tree->turn++;
    size_t missing = targets != NULL ? mark_wanted(tree, targets, n_targets) : SIZE_MAX;
    tree->labels[source] = (label){0, 0, KH_NO_INDEX, KH_NO_INDEX, 0};
    tree->heap[0] = source;
    tree->n_heap = 1;
    while (tree->n_heap > 0 && missing > 0) {
        uint32_t node = pop_nearest(tree);
        if (targets != NULL && tree->wanted[node] == tree->turn)
            missing--;
        if (graph->relays != NULL && !graph->relays[node] && node != source)
            continue;
        for (uint32_t i = tree->first[node]; i < tree->first[node + 1]; i++)
            relax(tree, node, tree->arcs[i], weight[tree->arcs[i].link]);
    }
}

double kh_tree_distance(const kh_tree *tree, uint32_t node)
{
    return tree->labels[node].distance;
}

uint32_t kh_tree_parent(const kh_tree *tree, uint32_t node, uint32_t *link)
{
    *link = tree->labels[node].link;
    return tree->labels[node].from;
}

size_t kh_tree_path(const kh_tree *tree, uint32_t node, uint32_t *links)
{
    size_t n = 0;
    for (; tree->labels[node].from != KH_NO_INDEX; node = tree->labels[node].from)
        links[n++] = tree->labels[node].link;
    return n;
}

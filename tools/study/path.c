/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/path.h"

#include <math.h>

static const uint32_t NO_EDGE = UINT32_MAX;

/* What has been reached so far. */
typedef struct mark {
    double cost;
    uint32_t hops, edge; /* edge: the one that leads here */
    bool settled;
} mark;

typedef struct entry {
    double cost;
    uint32_t hops, node;
} entry;

typedef struct search {
    const kh_path_graph *graph;
    uint32_t *first, *incident; /* edges at node n: incident[first[n]] ... incident[first[n + 1] - 1] */
    mark *marks;
    entry *heap;
    size_t n_heap;
} search;

static bool usable(const kh_path_edge *edge)
{
    return edge->weight >= 0;
}

static void list_incident_edges(search *s)
{
    const kh_path_graph *g = s->graph;
    for (size_t e = 0; e < g->n_edges; e++)
        for (int k = 0; k < 2; k++)
            s->first[g->edges[e].ends[k] + 2]++;
    for (uint32_t n = 1; n < g->n_nodes + 2; n++)
        s->first[n] += s->first[n - 1];
    for (size_t e = 0; e < g->n_edges; e++)
        for (int k = 0; k < 2; k++)
            s->incident[s->first[g->edges[e].ends[k] + 1]++] = (uint32_t)e;
}

static bool before(entry a, entry b)
{
    return a.cost < b.cost || (a.cost <= b.cost && a.hops < b.hops);
}

static void push(search *s, entry e)
{
    size_t i = s->n_heap++;
    for (; i > 0 && before(e, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = e;
}

static entry pop(search *s)
{
    entry top = s->heap[0], last = s->heap[--s->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= s->n_heap)
            break;
        if (child + 1 < s->n_heap && before(s->heap[child + 1], s->heap[child]))
            child++;
        if (!before(s->heap[child], last))
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return top;
}

static void relax(search *s, entry at, uint32_t e)
{
    const kh_path_edge *edge = &s->graph->edges[e];
    if (!usable(edge))
        return;
    uint32_t next = edge->ends[0] == at.node ? edge->ends[1] : edge->ends[0];
    entry reached = {at.cost + edge->weight, at.hops + 1, next};
    mark *m = &s->marks[next];
    if (m->settled || !before(reached, (entry){m->cost, m->hops, next}))
        return;
    m->cost = reached.cost;
    m->hops = reached.hops;
    m->edge = e;
    push(s, reached);
}

static void settle_all(search *s, uint32_t from, uint32_t to)
{
    for (uint32_t n = 0; n < s->graph->n_nodes; n++)
        s->marks[n] = (mark){(double)INFINITY, UINT32_MAX, NO_EDGE, false};
    s->marks[from].cost = 0;
    s->marks[from].hops = 0;
    push(s, (entry){s->marks[from].cost, 0, from});
    while (s->n_heap > 0) {
        entry at = pop(s);
        if (s->marks[at.node].settled)
            continue;
        s->marks[at.node].settled = true;
        if (at.node == to)
            return;
        if (at.node != from && s->graph->passes != NULL && !s->graph->passes[at.node])
            continue;
        for (uint32_t k = s->first[at.node]; k < s->first[at.node + 1]; k++)
            relax(s, at, s->incident[k]);
    }
}

static bool trace_back(const search *s, uint32_t to, kh_arena *arena, kh_path *path)
{
    const mark *end = &s->marks[to];
    kh_path traced = {.found = end->settled, .weight = (double)NAN};
    if (traced.found) {
        traced.n_edges = end->hops;
        traced.weight = end->cost;
    }
    traced.edges = KH_NEW(arena, uint32_t, traced.n_edges);
    traced.nodes = KH_NEW(arena, uint32_t, traced.n_edges + 1);
    if (traced.edges == NULL || traced.nodes == NULL)
        return false;
    uint32_t node = to;
    for (size_t i = traced.n_edges; i > 0; i--) {
        const kh_path_edge *edge = &s->graph->edges[s->marks[node].edge];
        traced.edges[i - 1] = s->marks[node].edge;
        traced.nodes[i] = node;
        node = edge->ends[0] == node ? edge->ends[1] : edge->ends[0];
    }
    traced.nodes[0] = node;
    *path = traced;
    return true;
}

bool kh_path_find(const kh_path_graph *graph, uint32_t from, uint32_t to, kh_arena *arena, kh_path *path)
{
    search s = {.graph = graph};
    s.first = KH_NEW(arena, uint32_t, (size_t)graph->n_nodes + 2);
    s.incident = KH_NEW(arena, uint32_t, 2 * graph->n_edges);
    s.marks = KH_NEW(arena, mark, graph->n_nodes);
    s.heap = KH_NEW(arena, entry, 2 * graph->n_edges + 1);
    if (s.first == NULL || s.incident == NULL || s.marks == NULL || s.heap == NULL)
        return false;
    list_incident_edges(&s);
    settle_all(&s, from, to);
    return trace_back(&s, to, arena, path);
}

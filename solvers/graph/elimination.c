/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/elimination.h"

#include "core/net/ids.h"
#include "solvers/graph/incidence.h"

#include <string.h>

/* The neighbours of a node, ascending. Some of them may have left. */
typedef struct circle {
    uint32_t *node;
    size_t n, room;
} circle;

typedef struct work {
    const kh_graph *graph;
    kh_arena *arena; /* of what is not in the answer */
    circle *circles; /* [n_nodes] */
    size_t *degree;  /* [n_nodes] neighbours that are left */
    bool *gone;      /* [n_nodes] */
    uint32_t *order; /* [n_nodes] those that are gone, by rank */
    size_t n_gone, n_arcs, most_arcs;
    uint32_t *merged; /* [n_nodes] scratch */
} work;

static bool relays(const kh_graph *graph, uint32_t node)
{
    return graph->relays == NULL || graph->relays[node];
}

/* Going through the nodes in order and adding each to the circles of its neighbours makes circles ascend and repetitions meet. */
static bool draw_circles(work *w, const bool *use)
{
    const kh_graph *graph = w->graph;
    kh_incidence at = kh_incidence_build(graph->n_nodes, graph->n_links, graph->ends != NULL ? *graph->ends : NULL,
                                         sizeof *graph->ends, w->arena);
    if (at.item == NULL)
        return false;
    for (uint32_t v = 0; v < graph->n_nodes; v++) {
        circle *c = &w->circles[v];
        c->room = at.first[v + 1] - at.first[v];
        c->node = KH_NEW(w->arena, uint32_t, c->room);
        if (c->node == NULL)
            return false;
    }
    for (uint32_t v = 0; v < graph->n_nodes; v++)
        for (size_t i = at.first[v]; i < at.first[v + 1]; i++) {
            uint32_t u = kh_graph_far_end(graph->ends[at.item[i]], v);
            circle *c = &w->circles[u];
            if (!use[at.item[i]] || u == v || (c->n > 0 && c->node[c->n - 1] == v))
                continue;
            c->node[c->n++] = v;
            w->degree[u]++;
        }
    return true;
}

static void forget_gone(const work *w, circle *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!w->gone[c->node[i]])
            c->node[n++] = c->node[i];
    c->n = n;
}

/* The circle of a node takes in that of one that has left. */
static bool join(work *w, uint32_t node, const circle *left)
{
    circle *c = &w->circles[node];
    size_t n = 0;
    for (size_t i = 0, j = 0; i < c->n || j < left->n;) {
        uint32_t a = i < c->n ? c->node[i] : KH_NO_INDEX, b = j < left->n ? left->node[j] : KH_NO_INDEX;
        uint32_t next = a < b ? a : b;
        i += a == next;
        j += b == next;
        if (next != node && !w->gone[next])
            w->merged[n++] = next;
    }
    if (n > c->room) {
        c->room = 2 * n;
        c->node = KH_NEW(w->arena, uint32_t, c->room);
        if (c->node == NULL)
            return false;
    }
    memcpy(c->node, w->merged, n * sizeof *c->node);
    w->degree[node] = c->n = n;
    return true;
}

static bool leave(work *w, uint32_t node)
{
    circle *c = &w->circles[node];
    forget_gone(w, c);
    w->gone[node] = true;
    w->order[w->n_gone++] = node;
    w->n_arcs += c->n;
    bool joins = relays(w->graph, node) && c->n > 1;
    for (size_t i = 0; i < c->n; i++) {
        w->degree[c->node[i]]--;
        if (joins && !join(w, c->node[i], c))
            return false;
    }
    return true;
}

/* Whoever has no more neighbours than the least when a walk over those that are left begins leaves on that walk. */
static bool leave_all(work *w, uint32_t *left, size_t n_left)
{
    while (n_left > 0 && w->n_arcs <= w->most_arcs) {
        size_t least = w->degree[left[0]], n = 0;
        for (size_t i = 1; i < n_left; i++)
            least = w->degree[left[i]] < least ? w->degree[left[i]] : least;
        for (size_t i = 0; i < n_left; i++)
            if (w->degree[left[i]] > least)
                left[n++] = left[i];
            else if (!leave(w, left[i]))
                return false;
        n_left = n;
    }
    return true;
}

static bool run(work *w, const bool *use, uint32_t *n_ends)
{
    size_t n = w->graph->n_nodes, n_left = 0;
    w->circles = KH_NEW(w->arena, circle, n);
    w->degree = KH_NEW(w->arena, size_t, n);
    w->gone = KH_NEW(w->arena, bool, n);
    w->order = KH_NEW(w->arena, uint32_t, n);
    w->merged = KH_NEW(w->arena, uint32_t, n);
    uint32_t *left = KH_NEW(w->arena, uint32_t, n);
    if (w->circles == NULL || w->degree == NULL || w->gone == NULL || w->order == NULL || w->merged == NULL || left == NULL ||
        !draw_circles(w, use))
        return false;
    for (uint32_t v = 0; v < n; v++)
        if (relays(w->graph, v))
            left[n_left++] = v;
        else if (!leave(w, v))
            return false;
    *n_ends = (uint32_t)w->n_gone;
    return leave_all(w, left, n_left);
}

/* Going through the heads in order makes the arcs of each tail ascend. @return false when memory is out */
static bool write_arcs(const work *w, kh_elimination *done)
{
    size_t n = w->graph->n_nodes;
    size_t *begin = KH_NEW(w->arena, size_t, n + 2); /* of the tails of each head */
    uint32_t *tails = KH_NEW(w->arena, uint32_t, w->n_arcs), *next = KH_NEW(w->arena, uint32_t, n);
    if (begin == NULL || tails == NULL || next == NULL)
        return false;
    for (uint32_t r = 0; r < n; r++) {
        const circle *c = &w->circles[w->order[r]];
        done->rank[w->order[r]] = r;
        done->first[r + 1] = (next[r] = done->first[r]) + (uint32_t)c->n;
    }
    for (size_t v = 0; v < n; v++)
        for (size_t i = 0; i < w->circles[v].n; i++)
            begin[done->rank[w->circles[v].node[i]] + 2]++;
    for (size_t r = 0; r < n; r++)
        begin[r + 2] += begin[r + 1];
    for (uint32_t r = 0; r < n; r++)
        for (size_t i = 0; i < w->circles[w->order[r]].n; i++)
            tails[begin[done->rank[w->circles[w->order[r]].node[i]] + 1]++] = r;
    for (uint32_t r = 0; r < n; r++)
        for (size_t i = begin[r]; i < begin[r + 1]; i++) {
            uint32_t arc = next[tails[i]]++;
            done->head[arc] = r;
            done->tail[arc] = tails[i];
        }
    return true;
}

static bool write(const work *w, kh_arena *arena, kh_elimination *done)
{
    size_t n = w->graph->n_nodes;
    done->n_arcs = w->n_arcs;
    done->rank = KH_NEW(arena, uint32_t, n);
    done->first = KH_NEW(arena, uint32_t, n + 1);
    done->head = KH_NEW(arena, uint32_t, w->n_arcs);
    done->tail = KH_NEW(arena, uint32_t, w->n_arcs);
    return done->rank != NULL && done->first != NULL && done->head != NULL && done->tail != NULL && write_arcs(w, done);
}

kh_status kh_elimination_run(const kh_graph *graph, const bool *use, size_t most_arcs, kh_arena *arena, kh_elimination *done,
                             kh_error *err)
{
    work w = {.graph = graph, .arena = kh_arena_create(0), .most_arcs = most_arcs};
    *done = (kh_elimination){0};
    bool well = w.arena != NULL && run(&w, use, &done->n_ends);
    done->within = well && w.n_gone == graph->n_nodes && w.n_arcs <= most_arcs;
    if (done->within)
        well = write(&w, arena, done);
    kh_arena_destroy(w.arena);
    return well ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for the shortest paths of %zu nodes", graph->n_nodes);
}

uint32_t kh_elimination_arc(const kh_elimination *elimination, uint32_t a, uint32_t b)
{
    uint32_t tail = a < b ? a : b, head = a < b ? b : a;
    uint32_t low = elimination->first[tail], high = elimination->first[tail + 1] - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (elimination->head[middle] < head)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/hierarchy.h"

#include "core/net/ids.h"
#include "solvers/graph/elimination.h"

#include <math.h>
#include <string.h>

/* What an arc stands for: a link, or two arcs that meet at a node below both its ends. */
typedef struct way {
    uint32_t to_tail; /* KH_NO_INDEX: a link */
    uint32_t to_head; /* or the link */
} way;

/* An arc to be walked, from its tail or from its head. */
typedef struct leg {
    uint32_t arc;
    bool from_tail;
} leg;

struct kh_hierarchy {
    const kh_graph *graph;
    kh_elimination order;
    uint32_t *arc_of;      /* [n_links] KH_NO_INDEX: not in use */
    uint32_t *below_first; /* [n_nodes + 1] */
    uint32_t *below;       /* [n_arcs] arcs into each rank whose tails relay, by tail */
    double n_triangles;
    double *weight; /* [n_arcs] */
    way *ways;      /* [n_arcs] */
    uint32_t *at;   /* [n_nodes] scratch: arc to each head of one rank */
    /* the present source; all by rank */
    uint32_t source;
    uint64_t *marks;       /* [n_nodes / 64 + 1] scratch: 0 */
    uint32_t *climbed;     /* [n_nodes] ranks above the source, itself included */
    uint32_t *above;       /* [n_nodes] ranks above the targets */
    double *climb;         /* [n_nodes] distance on ways that only climb; INFINITY except within kh_hierarchy_look() */
    uint32_t *climb_via;   /* [n_nodes] last arc of that way */
    double *distance;      /* [n_nodes] */
    double *onward;        /* [n_nodes] the same; INFINITY at nodes that do not relay */
    uint32_t *descend_via; /* [n_nodes] last arc of the shortest way; KH_NO_INDEX: it only climbs */
    leg *legs;             /* [n_nodes + 1] scratch */
    uint32_t *visited;     /* [n_nodes + 1] scratch: nodes of the path */
    uint32_t *place;       /* [n_nodes] scratch: their places in visited, where that agrees */
};

/* The arcs into each rank, in the order of their tails. */
static void list_below(kh_hierarchy *h)
{
    const kh_elimination *o = &h->order;
    size_t n = h->graph->n_nodes, start = o->first[o->n_ends];
    for (size_t a = start; a < o->n_arcs; a++)
        h->below_first[o->head[a] + 1]++;
    for (size_t r = 0; r < n; r++) {
        h->below_first[r + 1] += h->below_first[r];
        h->at[r] = h->below_first[r];
        double degree = r < o->n_ends ? 0 : o->first[r + 1] - o->first[r];
        h->n_triangles += degree * (degree - 1) / 2;
    }
    for (uint32_t a = (uint32_t)start; a < o->n_arcs; a++)
        h->below[h->at[o->head[a]]++] = a;
}

kh_status kh_hierarchy_create(const kh_graph *graph, const bool *use, kh_arena *arena, kh_hierarchy **created, kh_error *err)
{
    size_t n = graph->n_nodes;
    size_t most_arcs = KH_HIERARCHY_ARCS * graph->n_links;
    kh_elimination order;
    *created = NULL;
    KH_TRY(kh_elimination_run(graph, use, most_arcs < KH_NO_INDEX ? most_arcs : KH_NO_INDEX - 1, arena, &order, err));
    if (!order.within)
        return KH_OK;
    kh_hierarchy *h = KH_NEW(arena, kh_hierarchy, 1);
    if (h == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the shortest paths of %zu nodes", n);
    *h = (kh_hierarchy){.graph = graph,
                        .order = order,
                        .arc_of = KH_NEW(arena, uint32_t, graph->n_links),
                        .below_first = KH_NEW(arena, uint32_t, n + 1),
                        .below = KH_NEW(arena, uint32_t, order.n_arcs),
                        .weight = KH_NEW(arena, double, order.n_arcs),
                        .ways = KH_NEW(arena, way, order.n_arcs),
                        .at = KH_NEW(arena, uint32_t, n),
                        .marks = KH_NEW(arena, uint64_t, n / 64 + 1),
                        .climbed = KH_NEW(arena, uint32_t, n),
                        .above = KH_NEW(arena, uint32_t, n),
                        .climb = KH_NEW(arena, double, n),
                        .climb_via = KH_NEW(arena, uint32_t, n),
                        .distance = KH_NEW(arena, double, n),
                        .onward = KH_NEW(arena, double, n),
                        .descend_via = KH_NEW(arena, uint32_t, n),
                        .legs = KH_NEW(arena, leg, n + 1),
                        .visited = KH_NEW(arena, uint32_t, n + 1),
                        .place = KH_NEW(arena, uint32_t, n)};
    if (h->arc_of == NULL || h->below_first == NULL || h->below == NULL || h->weight == NULL || h->ways == NULL || h->at == NULL ||
        h->marks == NULL || h->climbed == NULL || h->above == NULL || h->climb == NULL || h->climb_via == NULL ||
        h->distance == NULL || h->onward == NULL || h->descend_via == NULL || h->legs == NULL || h->visited == NULL ||
        h->place == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the shortest paths of %zu nodes", n);
    for (size_t v = 0; v < n; v++)
        h->climb[v] = INFINITY;
    for (size_t e = 0; e < graph->n_links; e++) {
        uint32_t a = order.rank[graph->ends[e][0]], b = order.rank[graph->ends[e][1]];
        h->arc_of[e] = use[e] && a != b ? kh_elimination_arc(&h->order, a, b) : KH_NO_INDEX;
    }
    list_below(h);
    *created = h;
    return KH_OK;
}

double kh_hierarchy_effort(const kh_hierarchy *h)
{
    return h->order.n_arcs > 0 ? 1 + h->n_triangles / (double)h->order.n_arcs : 1;
}

static void weigh_links(kh_hierarchy *h, const double *weight)
{
    for (size_t a = 0; a < h->order.n_arcs; a++)
        h->weight[a] = INFINITY;
    for (uint32_t e = 0; e < h->graph->n_links; e++) {
        uint32_t a = h->arc_of[e];
        if (a == KH_NO_INDEX || weight[e] >= h->weight[a])
            continue;
        h->weight[a] = weight[e];
        h->ways[a] = (way){KH_NO_INDEX, e};
    }
}

void kh_hierarchy_weigh(kh_hierarchy *h, const double *weight)
{
    const kh_elimination *o = &h->order;
    weigh_links(h, weight);
    for (uint32_t r = o->n_ends; r < h->graph->n_nodes; r++) {
        for (uint32_t a = o->first[r]; a < o->first[r + 1]; a++)
            h->at[o->head[a]] = a;
        for (uint32_t i = h->below_first[r]; i < h->below_first[r + 1]; i++) {
            uint32_t to_tail = h->below[i], end = o->first[o->tail[to_tail] + 1];
            double first = h->weight[to_tail];
            for (uint32_t to_head = to_tail + 1; to_head < end; to_head++) {
                uint32_t a = h->at[o->head[to_head]];
                if (first + h->weight[to_head] >= h->weight[a])
                    continue;
                h->weight[a] = first + h->weight[to_head];
                h->ways[a] = (way){to_tail, to_head};
            }
        }
    }
}

static void mark(kh_hierarchy *h, uint32_t rank)
{
    h->marks[rank / 64] |= (uint64_t)1 << rank % 64;
}

/* Takes the lowest mark from this word on; n_nodes when there is none. */
static uint32_t take_mark(kh_hierarchy *h, size_t *word)
{
    for (size_t n_words = h->graph->n_nodes / 64 + 1; *word < n_words; (*word)++)
        if (h->marks[*word] != 0) {
            uint32_t rank = (uint32_t)(*word * 64 + (size_t)__builtin_ctzll(h->marks[*word]));
            h->marks[*word] &= h->marks[*word] - 1;
            return rank;
        }
    return (uint32_t)h->graph->n_nodes;
}

/* @return how many ranks the source reaches on ways that only climb */
static size_t climb(kh_hierarchy *h)
{
    const kh_elimination *o = &h->order;
    size_t n = 0, word = h->source / 64;
    h->climb[h->source] = 0;
    mark(h, h->source);
    for (uint32_t r; (r = take_mark(h, &word)) < h->graph->n_nodes;) {
        h->climbed[n++] = r;
        for (uint32_t a = o->first[r]; a < o->first[r + 1] && (r >= o->n_ends || r == h->source); a++) {
            uint32_t head = o->head[a];
            mark(h, head);
            if (h->climb[r] + h->weight[a] >= h->climb[head])
                continue;
            h->climb[head] = h->climb[r] + h->weight[a];
            h->climb_via[head] = a;
        }
    }
    return n;
}

static size_t list_above(kh_hierarchy *h, const uint32_t *targets, size_t n_targets)
{
    const kh_elimination *o = &h->order;
    size_t n = 0, word = 0;
    for (size_t i = 0; i < n_targets; i++)
        mark(h, o->rank[targets[i]]);
    for (uint32_t r; (r = take_mark(h, &word)) < h->graph->n_nodes;) {
        h->above[n++] = r;
        for (uint32_t a = o->first[r]; a < o->first[r + 1]; a++)
            mark(h, o->head[a]);
    }
    return n;
}

static void descend(kh_hierarchy *h, uint32_t rank)
{
    const kh_elimination *o = &h->order;
    double best = h->climb[rank];
    uint32_t via = KH_NO_INDEX;
    for (uint32_t a = o->first[rank]; a < o->first[rank + 1]; a++) {
        double found = h->onward[o->head[a]] + h->weight[a];
        via = found < best ? a : via;
        best = found < best ? found : best;
    }
    h->descend_via[rank] = via;
    h->distance[rank] = best;
    h->onward[rank] = rank >= o->n_ends || rank == h->source ? best : (double)INFINITY;
}

void kh_hierarchy_look(kh_hierarchy *h, uint32_t source, const uint32_t *targets, size_t n_targets)
{
    h->source = h->order.rank[source];
    size_t n_climbed = climb(h), n_above = list_above(h, targets, n_targets);
    for (size_t i = n_above; i-- > 0;)
        descend(h, h->above[i]);
    for (size_t i = 0; i < n_climbed; i++)
        h->climb[h->climbed[i]] = INFINITY;
}

double kh_hierarchy_distance(const kh_hierarchy *h, uint32_t target)
{
    return h->distance[h->order.rank[target]];
}

/* Where weights many orders apart make ways equal by rounding, a path may come back to a node: it goes on from there. */
static size_t step_to(kh_hierarchy *h, uint32_t node, size_t n)
{
    uint32_t place = h->place[node];
    if (place <= n && h->visited[place] == node)
        return place;
    h->visited[n + 1] = node;
    h->place[node] = (uint32_t)n + 1;
    return n + 1;
}

/* The links of one arc. */
static size_t walk(kh_hierarchy *h, leg whole, uint32_t *links, size_t n)
{
    size_t n_legs = 0;
    h->legs[n_legs++] = whole;
    while (n_legs > 0) {
        leg next = h->legs[--n_legs];
        way via = h->ways[next.arc];
        if (via.to_tail == KH_NO_INDEX) {
            links[n] = via.to_head;
            n = step_to(h, kh_graph_far_end(h->graph->ends[via.to_head], h->visited[n]), n);
            continue;
        }
        h->legs[n_legs++] = (leg){next.from_tail ? via.to_head : via.to_tail, true};
        h->legs[n_legs++] = (leg){next.from_tail ? via.to_tail : via.to_head, false};
    }
    return n;
}

size_t kh_hierarchy_path(kh_hierarchy *h, uint32_t target, uint32_t *links)
{
    const kh_elimination *o = &h->order;
    uint32_t r = o->rank[target];
    size_t n = 0;
    if (isinf(h->distance[r]))
        return 0;
    h->visited[0] = target;
    h->place[target] = 0;
    for (; h->descend_via[r] != KH_NO_INDEX; r = o->head[h->descend_via[r]])
        n = walk(h, (leg){h->descend_via[r], true}, links, n);
    for (; r != h->source; r = o->tail[h->climb_via[r]])
        n = walk(h, (leg){h->climb_via[r], false}, links, n);
    return n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/disjoint.h"

#include "core/net/ids.h"
#include "solvers/graph/incidence.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <string.h>

/* A state of the split graph: 2 v is node v where ways arrive, 2 v + 1 where they leave. */
typedef struct state {
    double potential; /* minus the distance from the source, until a search moves it */
    double distance;  /* to the target, of the search at hand, under lengths made >= 0 */
    uint32_t search;  /* number of the search that set distance */
    uint32_t next;    /* state towards the target */
    uint32_t over;    /* link to it, KH_NO_INDEX inside a node */
    bool settled, moved;
} state;

typedef struct entry {
    double distance;
    uint32_t state;
} entry;

enum { NO_FLOW, FORWARD, BACKWARD }; /* over a link: from ends[0] to ends[1], or the other way */

struct kh_disjoint_ways {
    const kh_graph *graph;
    const bool *use;
    const double *length;
    kh_tree *tree;
    kh_incidence at;
    uint32_t source, target, search;
    kh_disjoint_by by;
    double *start;     /* [n_nodes] distance from the source; INFINITY: nothing leads there */
    uint32_t *branch;  /* [n_nodes] first link of the node's path in the tree, KH_NO_INDEX: the source, or nothing leads there */
    state *states;     /* [2 n_nodes] */
    uint32_t *settled; /* [2 n_nodes] states settled by the search at hand, in order */
    uint32_t *moved;   /* [2 n_nodes] states whose potential is not the tree's */
    uint8_t *flow;     /* [n_links] */
    bool *leaves;      /* [n_links] a way leaves the source by it */
    uint32_t *passed;  /* [n_nodes] by how many ways; the ends are not counted */
    bool *is_touched;  /* [n_links] had flow since the last target */
    uint32_t *touched; /* [n_links] those links */
    entry *heap;       /* [4 n_links + 2 n_nodes + 2] with entries that are out of date */
    uint32_t *path;    /* [n_nodes] of the tree, from a node back */
    uint32_t *links;   /* [n_links] of the ways found */
    kh_disjoint_way *ways; /* [n_links] */
    size_t n_settled, n_moved, n_touched, n_heap, n_ways;
    double total;
};

static uint32_t arriving(uint32_t node)
{
    return 2 * node;
}

static uint32_t leaving(uint32_t node)
{
    return 2 * node + 1;
}

static bool allocate(kh_disjoint_ways *w, kh_arena *arena)
{
    size_t n = w->graph->n_nodes, m = w->graph->n_links;
    w->tree = kh_tree_create(w->graph, w->use, arena);
    w->at = kh_incidence_build(n, m, m > 0 ? w->graph->ends[0] : NULL, sizeof *w->graph->ends, arena);
    w->start = KH_NEW(arena, double, n);
    w->branch = KH_NEW(arena, uint32_t, n);
    w->states = KH_NEW(arena, state, 2 * n);
    w->settled = KH_NEW(arena, uint32_t, 2 * n);
    w->moved = KH_NEW(arena, uint32_t, 2 * n);
    w->flow = KH_NEW(arena, uint8_t, m);
    w->leaves = KH_NEW(arena, bool, m);
    w->passed = KH_NEW(arena, uint32_t, n);
    w->is_touched = KH_NEW(arena, bool, m);
    w->touched = KH_NEW(arena, uint32_t, m);
    w->heap = KH_NEW(arena, entry, 4 * m + 2 * n + 2);
    w->path = KH_NEW(arena, uint32_t, n);
    w->links = KH_NEW(arena, uint32_t, m);
    w->ways = KH_NEW(arena, kh_disjoint_way, m);
    return w->tree != NULL && w->at.item != NULL && w->start != NULL && w->branch != NULL && w->states != NULL &&
           w->settled != NULL && w->moved != NULL && w->flow != NULL && w->leaves != NULL && w->passed != NULL &&
           w->is_touched != NULL && w->touched != NULL && w->heap != NULL && w->path != NULL && w->links != NULL && w->ways != NULL;
}

kh_disjoint_ways *kh_disjoint_ways_create(const kh_graph *graph, const bool *use, kh_arena *arena)
{
    kh_disjoint_ways *w = KH_NEW(arena, kh_disjoint_ways, 1);
    if (w == NULL)
        return NULL;
    w->graph = graph;
    w->use = use;
    return allocate(w, arena) ? w : NULL;
}

/* --- between targets -------------------------------------------------------------------------------------------------------- */

static void forget_flow(kh_disjoint_ways *w)
{
    for (size_t i = 0; i < w->n_touched; i++) {
        uint32_t e = w->touched[i];
        w->flow[e] = NO_FLOW;
        w->leaves[e] = w->is_touched[e] = false;
        w->passed[w->graph->ends[e][0]] = w->passed[w->graph->ends[e][1]] = 0;
    }
    for (size_t i = 0; i < w->n_moved; i++) {
        state *s = &w->states[w->moved[i]];
        s->potential = -w->start[w->moved[i] / 2];
        s->moved = false;
    }
    w->n_touched = w->n_moved = w->n_ways = 0;
    w->total = 0;
}

/* The first link of every path of the tree: nodes on a path share it. */
static void name_branches(kh_disjoint_ways *w)
{
    for (uint32_t v = 0; v < w->graph->n_nodes; v++)
        w->branch[v] = KH_NO_INDEX;
    for (uint32_t v = 0; v < w->graph->n_nodes; v++) {
        uint32_t node = v, link, above, branch = KH_NO_INDEX;
        for (; branch == KH_NO_INDEX && (above = kh_tree_parent(w->tree, node, &link)) != KH_NO_INDEX; node = above)
            branch = above == w->source ? link : w->branch[above];
        for (node = v; branch != KH_NO_INDEX && node != w->source && w->branch[node] == KH_NO_INDEX;
             node = kh_tree_parent(w->tree, node, &link))
            w->branch[node] = branch;
    }
}

void kh_disjoint_ways_root(kh_disjoint_ways *w, const double *length, uint32_t source)
{
    forget_flow(w);
    w->length = length;
    w->source = source;
    kh_tree_grow(w->tree, length, source, NULL, 0);
    for (uint32_t v = 0; v < w->graph->n_nodes; v++) {
        w->start[v] = kh_tree_distance(w->tree, v);
        w->states[arriving(v)].potential = w->states[leaving(v)].potential = -w->start[v];
    }
    name_branches(w);
}

/* --- one search ------------------------------------------------------------------------------------------------------------- */

static void push(kh_disjoint_ways *w, double distance, uint32_t s)
{
    size_t i = w->n_heap++;
    for (; i > 0 && w->heap[(i - 1) / 2].distance > distance; i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = (entry){distance, s};
}

static uint32_t pop(kh_disjoint_ways *w)
{
    uint32_t nearest = w->heap[0].state;
    entry last = w->heap[--w->n_heap];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < w->n_heap; i = child) {
        child += child + 1 < w->n_heap && w->heap[child + 1].distance < w->heap[child].distance;
        if (w->heap[child].distance >= last.distance)
            break;
        w->heap[i] = w->heap[child];
    }
    w->heap[i] = last;
    return nearest;
}

static void reach(kh_disjoint_ways *w, uint32_t from, uint32_t to, uint32_t over, double length)
{
    state *tail = &w->states[from];
    const state *head = &w->states[to];
    double distance = head->distance + fmax(length + head->potential - tail->potential, 0); /* below 0 by rounding only */
    if (tail->search == w->search && (tail->settled || tail->distance <= distance))
        return;
    tail->search = w->search;
    tail->settled = false;
    tail->distance = distance;
    tail->next = to;
    tail->over = over;
    push(w, distance, from);
}

static bool flows_from(const kh_disjoint_ways *w, uint32_t link, uint32_t node)
{
    return w->flow[link] == (w->graph->ends[link][0] == node ? FORWARD : BACKWARD);
}

static bool leads_here(const kh_disjoint_ways *w, uint32_t link, uint32_t node)
{
    uint32_t from = kh_graph_far_end(w->graph->ends[link], node);
    bool passes = from == w->source || w->graph->relays == NULL || w->graph->relays[from];
    return w->use[link] && from != node && from != w->target && passes && !isinf(w->start[from]);
}

/* The states before 2 v: those whose links lead here, and the inside of the node against the flow. */
static void look_behind_arriving(kh_disjoint_ways *w, uint32_t node)
{
    for (size_t i = w->at.first[node]; i < w->at.first[node + 1]; i++) {
        uint32_t e = w->at.item[i];
        if (w->flow[e] == NO_FLOW && leads_here(w, e, node))
            reach(w, leaving(kh_graph_far_end(w->graph->ends[e], node)), arriving(node), e, w->length[e]);
    }
    if (w->passed[node] > 0)
        reach(w, leaving(node), arriving(node), KH_NO_INDEX, 0);
}

/* The states before 2 v + 1: the inside of the node, and links on which flow leaves it, against the flow. */
static void look_behind_leaving(kh_disjoint_ways *w, uint32_t node)
{
    if (w->passed[node] == 0 || w->by == KH_DISJOINT_LINKS)
        reach(w, arriving(node), leaving(node), KH_NO_INDEX, 0);
    for (size_t i = w->at.first[node]; i < w->at.first[node + 1] && w->passed[node] > 0; i++) {
        uint32_t e = w->at.item[i], to = kh_graph_far_end(w->graph->ends[e], node);
        if (flows_from(w, e, node) && to != w->target)
            reach(w, arriving(to), leaving(node), e, -w->length[e]);
    }
}

/* A way can start with the node's path in the tree. */
static bool is_clean(const kh_disjoint_ways *w, uint32_t node)
{
    return node == w->source || !w->leaves[w->branch[node]];
}

/* @return the node from which the tree completes the way, KH_NO_INDEX: there is none that is shorter than the limit */
static uint32_t search(kh_disjoint_ways *w, double limit)
{
    w->search++;
    w->n_heap = w->n_settled = 0;
    w->states[arriving(w->target)] = (state){.potential = w->states[arriving(w->target)].potential,
                                             .moved = w->states[arriving(w->target)].moved,
                                             .search = w->search,
                                             .next = KH_NO_INDEX,
                                             .over = KH_NO_INDEX};
    push(w, 0, arriving(w->target));
    limit += w->states[arriving(w->target)].potential; /* minus the length of the way before */
    while (w->n_heap > 0 && w->heap[0].distance < limit) {
        uint32_t s = pop(w), node = s / 2;
        if (w->states[s].settled)
            continue;
        w->states[s].settled = true;
        w->settled[w->n_settled++] = s;
        if (s == arriving(node))
            look_behind_arriving(w, node);
        else if (is_clean(w, node))
            return node;
        else
            look_behind_leaving(w, node);
    }
    return KH_NO_INDEX;
}

/* --- one more way ----------------------------------------------------------------------------------------------------------- */

static void touch(kh_disjoint_ways *w, uint32_t link)
{
    if (!w->is_touched[link])
        w->touched[w->n_touched++] = link;
    w->is_touched[link] = true;
}

static void count_passing(kh_disjoint_ways *w, uint32_t node, int change)
{
    if (node != w->source && node != w->target)
        w->passed[node] += (uint32_t)change;
}

/* The tree's path from the source to the node. */
static void take_tree(kh_disjoint_ways *w, uint32_t node)
{
    size_t n = kh_tree_path(w->tree, node, w->path);
    for (size_t i = 0; i < n; i++) {
        uint32_t e = w->path[i], before = kh_graph_far_end(w->graph->ends[e], node);
        touch(w, e);
        w->flow[e] = w->graph->ends[e][0] == before ? FORWARD : BACKWARD;
        w->leaves[e] = before == w->source;
        count_passing(w, before, 1);
        node = before;
    }
}

/* The search's way from 2 v + 1 on; v itself is counted here, with the flow that comes to it by the tree. */
static void take_search(kh_disjoint_ways *w, uint32_t node)
{
    for (uint32_t s = leaving(node); s != arriving(w->target); s = w->states[s].next) {
        uint32_t e = w->states[s].over, from = s / 2;
        bool against = s == arriving(from);
        if (e == KH_NO_INDEX)
            continue;
        touch(w, e);
        w->flow[e] = against ? NO_FLOW : w->graph->ends[e][0] == from ? FORWARD : BACKWARD;
        w->leaves[e] = !against && from == w->source;
        count_passing(w, against ? w->states[s].next / 2 : from, against ? -1 : 1);
    }
}

/* Potentials for the next search: the distance that was found, at most that of the whole way; only differences matter. */
static void move_potentials(kh_disjoint_ways *w, uint32_t node)
{
    double whole = w->states[leaving(node)].distance;
    for (size_t i = 0; i < w->n_settled; i++) {
        state *s = &w->states[w->settled[i]];
        if (s->distance >= whole)
            continue;
        s->potential += s->distance - whole;
        if (!s->moved)
            w->moved[w->n_moved++] = w->settled[i];
        s->moved = true;
    }
}

static void add_way(kh_disjoint_ways *w, uint32_t node)
{
    take_search(w, node);
    take_tree(w, node);
    move_potentials(w, node);
}

/* --- the ways of the flow --------------------------------------------------------------------------------------------------- */

static uint32_t follow(kh_disjoint_ways *w, uint32_t node, uint32_t *link)
{
    for (size_t i = w->at.first[node]; i < w->at.first[node + 1]; i++) {
        uint32_t e = w->at.item[i];
        if (!flows_from(w, e, node))
            continue;
        w->flow[e] = NO_FLOW;
        *link = e;
        return kh_graph_far_end(w->graph->ends[e], node);
    }
    return w->target; /* not met: what flows in flows out */
}

static void keep_way(kh_disjoint_ways *w, kh_disjoint_way way)
{
    size_t i = w->n_ways++;
    for (; i > 0 && way.length < w->ways[i - 1].length; i--)
        w->ways[i] = w->ways[i - 1];
    w->ways[i] = way;
    w->total += way.length;
}

static void part_ways(kh_disjoint_ways *w, size_t n_ways)
{
    uint32_t *links = w->links;
    for (size_t i = 0; i < n_ways; i++) {
        kh_disjoint_way way = {.links = links};
        for (uint32_t node = w->source; node != w->target; way.n_links++) {
            node = follow(w, node, &links[way.n_links]);
            way.length += w->length[links[way.n_links]];
        }
        links += way.n_links;
        keep_way(w, way);
    }
}

/* @return whether there is a first one, the shortest path */
static bool begin(kh_disjoint_ways *w, uint32_t target, kh_disjoint_by by)
{
    forget_flow(w);
    w->target = target;
    w->by = by;
    if (target == w->source || isinf(w->start[target]))
        return false;
    take_tree(w, target);
    return true;
}

/* Up to k of them, @p n are there. */
static size_t go_on(kh_disjoint_ways *w, size_t n, size_t k)
{
    for (uint32_t node; n < k && (node = search(w, HUGE_VAL)) != KH_NO_INDEX; n++)
        add_way(w, node);
    return n;
}

size_t kh_disjoint_ways_find(kh_disjoint_ways *w, uint32_t target, size_t k, kh_disjoint_by by)
{
    if (k == 0 || !begin(w, target, by))
        return 0;
    size_t n = go_on(w, 1, k);
    part_ways(w, n);
    return n;
}

/* Sum of the lengths on which flow is, each way once. */
static double sum_lengths(const kh_disjoint_ways *w)
{
    double sum = 0;
    for (size_t i = 0; i < w->n_touched; i++)
        sum += w->flow[w->touched[i]] != NO_FLOW ? w->length[w->touched[i]] : 0;
    return sum;
}

size_t kh_disjoint_ways_find_best(kh_disjoint_ways *w, uint32_t target, size_t lost)
{
    if (!begin(w, target, KH_DISJOINT_NODES))
        return 0;
    size_t n = go_on(w, 1, lost + 1);
    for (uint32_t node; n > lost && (node = search(w, sum_lengths(w) / (double)(n - lost))) != KH_NO_INDEX; n++)
        add_way(w, node);
    part_ways(w, n);
    return n;
}

double kh_disjoint_ways_length(const kh_disjoint_ways *w)
{
    return w->total;
}

kh_disjoint_way kh_disjoint_ways_get(const kh_disjoint_ways *w, size_t i)
{
    return w->ways[i];
}

static bool is_reached(const kh_disjoint_ways *w, uint32_t s)
{
    return w->states[s].search == w->search && w->states[s].settled;
}

/* A way crosses the border of what the last search reached inside a node, or on a link: then its node before is as good. */
size_t kh_disjoint_ways_separator(const kh_disjoint_ways *w, uint32_t *nodes)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_ways; i++) {
        uint32_t node = w->source, before;
        for (size_t h = 0; h < w->ways[i].n_links; h++) {
            before = node;
            node = kh_graph_far_end(w->graph->ends[w->ways[i].links[h]], node);
            bool on_link = is_reached(w, arriving(node)), inside = is_reached(w, leaving(node));
            if (!on_link && !inside)
                continue;
            uint32_t at = !on_link || before == w->source ? node : before;
            if (at != w->target)
                nodes[n++] = at;
            break;
        }
    }
    return n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/forest.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

enum { MOST_LOOKS = 6 }; /* at a node, on average: a tree from nothing costs as much */

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
    arc *arcs;
    size_t n_trees_kept; /* the first ones */
    twig *twigs; /* [n_trees_kept + 1][n_nodes] the last for the trees that are not kept; parents before children; the source is not
                    among them */
    uint32_t *n_kept; /* [n_trees_kept + 1] how many of them */
    /* the present tree */
    double *distance; /* [n_nodes] */
    way *via;         /* [n_nodes] */
    bool *moved;      /* [n_nodes] */
    uint32_t *rank;   /* [n_nodes] place among the twigs */
    uint64_t *waits;  /* [n_nodes / 64 + 1] bit of each place: came nearer since its arcs were looked at */
    uint32_t *placed; /* [n_nodes] number of the growth in which it got its place among the twigs */
    uint32_t turn;
    waiting *heap; /* [2 n_links + n_nodes] 4-ary; a node may wait several times, its nearest place counts */
    size_t n_heap;
    twig *order;     /* [n_nodes] scratch */
    uint32_t *climb; /* [n_nodes] scratch */
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
    uint32_t *next = f->climb;
    memcpy(next, f->first, graph->n_nodes * sizeof *next);
    for (uint32_t e = 0; e < graph->n_links; e++)
        for (int i = 0; i < 2 && use[e]; i++)
            f->arcs[next[graph->ends[e][i]]++] = (arc){graph->ends[e][1 - i], e};
}

kh_forest *kh_forest_create(const kh_graph *graph, const bool *use, const uint32_t *source, size_t n_trees, size_t most_bytes,
                            kh_arena *arena)
{
    size_t n = graph->n_nodes, m = graph->n_links;
    kh_forest *f = KH_NEW(arena, kh_forest, 1);
    if (f == NULL)
        return NULL;
    size_t fit = (most_bytes > 0 ? most_bytes : KH_FOREST_BYTES) / sizeof(twig) / (n > 0 ? n : 1);
    size_t n_kept = fit < n_trees ? fit : n_trees;
    *f = (kh_forest){.graph = graph,
                     .source = source,
                     .first = KH_NEW(arena, uint32_t, n + 1),
                     .arcs = KH_NEW(arena, arc, 2 * m),
                     .n_trees_kept = n_kept,
                     .twigs = KH_NEW(arena, twig, (n_kept + (n_kept < n_trees)) * n),
                     .n_kept = KH_NEW(arena, uint32_t, n_kept + 1),
                     .distance = KH_NEW(arena, double, n),
                     .via = KH_NEW(arena, way, n),
                     .moved = KH_NEW(arena, bool, n),
                     .rank = KH_NEW(arena, uint32_t, n),
                     .waits = KH_NEW(arena, uint64_t, n / 64 + 1),
                     .placed = KH_NEW(arena, uint32_t, n),
                     .heap = KH_NEW(arena, waiting, 2 * m + n),
                     .order = KH_NEW(arena, twig, n),
                     .climb = KH_NEW(arena, uint32_t, n)};
    if (f->first == NULL || f->arcs == NULL || f->twigs == NULL || f->n_kept == NULL || f->distance == NULL || f->via == NULL ||
        f->moved == NULL || f->rank == NULL || f->waits == NULL || f->placed == NULL || f->heap == NULL || f->order == NULL ||
        f->climb == NULL)
        return NULL;
    lay_out_arcs(f, use);
    return f;
}

/* --- from nothing: Dijkstra ------------------------------------------------------------------------------------------------ */

static void push(kh_forest *f, waiting item)
{
    size_t i = f->n_heap++;
    while (i > 0 && f->heap[(i - 1) / 4].distance > item.distance) {
        f->heap[i] = f->heap[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    f->heap[i] = item;
}

/* The nearest of up to four children, without a branch that nobody can foresee. */
static inline size_t nearest_child(const waiting *heap, size_t first, size_t n)
{
    if (first + 4 <= n) {
        size_t a = first + (heap[first + 1].distance < heap[first].distance);
        size_t b = first + 2 + (heap[first + 3].distance < heap[first + 2].distance);
        return a + (b - a) * (heap[b].distance < heap[a].distance);
    }
    size_t least = first;
    for (size_t c = first + 1; c < n; c++)
        least = heap[c].distance < heap[least].distance ? c : least;
    return least;
}

static waiting pop(kh_forest *f)
{
    waiting top = f->heap[0], last = f->heap[--f->n_heap];
    size_t i = 0;
    for (size_t child; (child = 4 * i + 1) < f->n_heap;) {
        size_t least = nearest_child(f->heap, child, f->n_heap);
        if (f->heap[least].distance >= last.distance)
            break;
        f->heap[i] = f->heap[least];
        i = least;
    }
    f->heap[i] = last;
    return top;
}

static void queue_heads(kh_forest *f, uint32_t node, const double *weight)
{
    double distance = f->distance[node];
    for (uint32_t i = f->first[node], end = f->first[node + 1]; i < end; i++) {
        arc to = f->arcs[i];
        double found = distance + weight[to.link];
        if (found >= f->distance[to.head])
            continue;
        f->distance[to.head] = found;
        f->via[to.head] = (way){node, to.link};
        push(f, (waiting){found, to.head});
    }
}

static size_t grow_anew(kh_forest *f, uint32_t source, twig *twigs, const double *weight)
{
    size_t n = 0;
    for (size_t v = 0; v < f->graph->n_nodes; v++) {
        f->distance[v] = INFINITY;
        f->via[v] = (way){KH_NO_INDEX, KH_NO_INDEX};
    }
    f->distance[source] = 0;
    f->n_heap = 0;
    queue_heads(f, source, weight);
    while (f->n_heap > 0) {
        uint32_t node = pop(f).node;
        if (f->placed[node] == f->turn)
            continue;
        f->placed[node] = f->turn;
        f->moved[node] = true;
        twigs[n++] = (twig){node, f->via[node].from, f->via[node].link};
        if (relays(f->graph, node))
            queue_heads(f, node, weight);
    }
    return n;
}

/* --- from the tree before: labels are corrected in its order, which is nearly the right one ------------------------------------
 */

static void measure(kh_forest *f, const twig *twigs, size_t n, const double *weight)
{
    for (uint32_t i = 0; i < n; i++) {
        twig t = twigs[i];
        f->distance[t.node] = f->distance[t.from] + weight[t.link];
        f->via[t.node] = (way){t.from, t.link};
        f->rank[t.node] = i;
    }
    memset(f->waits, 0xff, n / 64 * sizeof *f->waits);
    f->waits[n / 64] = ((uint64_t)1 << n % 64) - 1;
}

/* Its neighbours that it now reaches by a shorter way wait. @return the first of their words, or @p word when that comes before */
static size_t pull_heads(kh_forest *f, uint32_t node, const double *restrict weight, size_t word)
{
    double *restrict label = f->distance;
    double distance = label[node];
    const arc *end = &f->arcs[f->first[node + 1]];
    for (const arc *to = &f->arcs[f->first[node]]; to < end; to++) {
        double found = distance + weight[to->link];
        if (found >= label[to->head])
            continue;
        uint32_t head = to->head, rank = f->rank[head];
        label[head] = found;
        f->via[head] = (way){node, to->link};
        f->moved[head] = true;
        f->waits[rank / 64] |= (uint64_t)1 << rank % 64;
        word = rank / 64 < word ? rank / 64 : word;
    }
    return word;
}

/* Whoever waits is looked at in the order of the tree before. @return false when it took too long: the labels are of no use then */
static bool correct(kh_forest *f, uint32_t source, const twig *twigs, size_t n, const double *weight)
{
    size_t n_words = n / 64 + 1, n_looks = 0;
    (void)pull_heads(f, source, weight, 0);
    for (size_t word = 0; word < n_words;) {
        if (f->waits[word] == 0) {
            word++;
            continue;
        }
        uint32_t node = twigs[word * 64 + (size_t)__builtin_ctzll(f->waits[word])].node;
        f->waits[word] &= f->waits[word] - 1;
        if (relays(f->graph, node))
            word = pull_heads(f, node, weight, word);
        if (++n_looks > MOST_LOOKS * n)
            return false;
    }
    return true;
}

/* Parents before children again, otherwise as before; whoever's parent moved has moved. */
static void reorder(kh_forest *f, uint32_t source, twig *twigs, size_t n)
{
    size_t n_placed = 0;
    f->placed[source] = f->turn;
    for (size_t i = 0; i < n; i++) {
        size_t height = 0;
        for (uint32_t v = twigs[i].node; f->placed[v] != f->turn; v = f->via[v].from) {
            f->placed[v] = f->turn;
            f->climb[height++] = v;
        }
        while (height > 0) {
            uint32_t v = f->climb[--height];
            f->moved[v] = f->moved[v] || f->moved[f->via[v].from];
            f->order[n_placed++] = (twig){v, f->via[v].from, f->via[v].link};
        }
    }
    memcpy(twigs, f->order, n * sizeof *twigs);
}

static bool repair(kh_forest *f, uint32_t source, twig *twigs, size_t n, const double *weight)
{
    for (size_t v = 0; v < f->graph->n_nodes && n + 1 < f->graph->n_nodes; v++) {
        f->distance[v] = INFINITY; /* nodes out of reach; the others are measured */
        f->via[v] = (way){KH_NO_INDEX, KH_NO_INDEX};
    }
    f->via[source] = (way){KH_NO_INDEX, KH_NO_INDEX};
    f->distance[source] = 0;
    measure(f, twigs, n, weight);
    if (!correct(f, source, twigs, n, weight))
        return false;
    reorder(f, source, twigs, n);
    return true;
}

void kh_forest_grow(kh_forest *f, size_t tree, const double *weight)
{
    uint32_t source = f->source[tree];
    size_t place = tree < f->n_trees_kept ? tree : f->n_trees_kept;
    twig *twigs = &f->twigs[place * f->graph->n_nodes];
    size_t n = tree < f->n_trees_kept ? f->n_kept[tree] : 0;
    f->turn++;
    memset(f->moved, 0, f->graph->n_nodes * sizeof *f->moved);
    if (n > 0 && repair(f, source, twigs, n, weight))
        return;
    f->n_kept[place] = (uint32_t)grow_anew(f, source, twigs, weight);
}

double kh_forest_distance(const kh_forest *f, uint32_t node)
{
    return f->distance[node];
}

bool kh_forest_moved(const kh_forest *f, uint32_t node)
{
    return f->moved[node];
}

size_t kh_forest_path(const kh_forest *f, uint32_t node, uint32_t *links)
{
    size_t n = 0;
    for (; f->via[node].from != KH_NO_INDEX; node = f->via[node].from)
        links[n++] = f->via[node].link;
    return n;
}

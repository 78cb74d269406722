/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/canon.h"

#include "core/net/ids.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 64 };

typedef struct merged {
    uint32_t ends[2]; /* lower first */
    double capacity_bps;
    uint32_t link; /* of the part */
} merged;

typedef struct coloured {
    uint64_t colour;
    uint32_t node;
} coloured;

typedef struct maker {
    const kh_part *part;
    kh_arena *arena;
    merged *parallel; /* [n_links] by ends, then rate */
    merged *link;     /* [n] one for each pair of ends */
    size_t n;
    uint32_t *link_of; /* [n_links] into link */
    bool *is_end;      /* [n_nodes] a border, or the end of a demand */
    bool *gone;
    uint64_t *colour, *next;
    coloured *order;
} maker;

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U; /* splitmix64, G. Steele and others, 2014 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static int by_ends(const void *a, const void *b)
{
    const merged *x = a, *y = b;
    for (int side = 0; side < 2; side++)
        if (x->ends[side] != y->ends[side])
            return x->ends[side] < y->ends[side] ? -1 : 1;
    return x->capacity_bps < y->capacity_bps ? -1 : x->capacity_bps > y->capacity_bps;
}

static bool is_same_pair(const merged *a, const merged *b)
{
    return a->ends[0] == b->ends[0] && a->ends[1] == b->ends[1];
}

static void merge(maker *m)
{
    const kh_graph *graph = &m->part->graph;
    size_t n = 0;
    for (uint32_t e = 0; e < graph->n_links; e++) {
        const uint32_t *at = graph->ends[e];
        m->link_of[e] = KH_NO_INDEX;
        if (at[0] != at[1] && m->part->capacity_bps[e] > 0)
            m->parallel[n++] = (merged){{at[at[0] > at[1]], at[at[0] < at[1]]}, m->part->capacity_bps[e], e};
    }
    qsort(m->parallel, n, sizeof *m->parallel, by_ends);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && is_same_pair(&m->parallel[i - 1], &m->parallel[i]))
            m->link[m->n - 1].capacity_bps += m->parallel[i].capacity_bps;
        else
            m->link[m->n++] = m->parallel[i];
        m->link_of[m->parallel[i].link] = (uint32_t)m->n - 1;
    }
}

static void colour_ends(maker *m)
{
    const kh_part *part = m->part;
    for (size_t v = 0; v < part->graph.n_nodes; v++)
        m->colour[v] = part->graph.relays == NULL || part->graph.relays[v];
    for (size_t b = 0; b < part->n_borders; b++) {
        m->colour[part->border[b]] += mix(3 * b + 1000);
        m->is_end[part->border[b]] = true;
    }
    for (size_t i = 0; i < part->n_ends; i++) {
        m->colour[part->ends[i].node] += mix(mix(part->ends[i].key) + part->ends[i].asker);
        m->is_end[part->ends[i].node] = true;
    }
    for (size_t k = 0; k < part->n_demands; k++) {
        const kh_part_demand *d = &part->demands[k];
        m->colour[d->here] += mix(mix(k) + 1);
        m->is_end[d->here] = true;
        if (d->there != part->self)
            continue;
        m->colour[d->end] += mix(mix(k) + 2);
        m->is_end[d->end] = true;
    }
}

/* A node with fewer than two neighbours, or one that does not relay, is passed by nobody. */
static bool drop_dead(maker *m, uint32_t *degree)
{
    bool dropped = false;
    memset(degree, 0, m->part->graph.n_nodes * sizeof *degree);
    for (size_t e = 0; e < m->n; e++)
        if (!m->gone[m->link[e].ends[0]] && !m->gone[m->link[e].ends[1]])
            for (int side = 0; side < 2; side++)
                degree[m->link[e].ends[side]]++;
    for (size_t v = 0; v < m->part->graph.n_nodes; v++) {
        bool relays = m->part->graph.relays == NULL || m->part->graph.relays[v];
        if (!m->gone[v] && !m->is_end[v] && (degree[v] < 2 || !relays))
            m->gone[v] = dropped = true;
    }
    return dropped;
}

static bool is_link_gone(const maker *m, size_t e)
{
    return m->gone[m->link[e].ends[0]] || m->gone[m->link[e].ends[1]];
}

static int by_colour(const void *a, const void *b)
{
    const coloured *x = a, *y = b;
    if (x->colour != y->colour)
        return x->colour < y->colour ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static size_t count_colours(maker *m)
{
    size_t n = m->part->graph.n_nodes, colours = 0;
    for (uint32_t v = 0; v < n; v++)
        m->order[v] = (coloured){m->colour[v], v};
    qsort(m->order, n, sizeof *m->order, by_colour);
    for (size_t i = 0; i < n; i++)
        colours += i == 0 || m->order[i].colour != m->order[i - 1].colour;
    return colours;
}

static void refine(maker *m)
{
    size_t n = m->part->graph.n_nodes, before = 0, now = count_colours(m);
    for (int round = 0; round < MOST_ROUNDS && now > before; round++, before = now, now = count_colours(m)) {
        for (size_t v = 0; v < n; v++)
            m->next[v] = mix(m->colour[v]);
        for (size_t e = 0; e < m->n; e++)
            for (int side = 0; side < 2 && !is_link_gone(m, e); side++)
                m->next[m->link[e].ends[side]] += mix(m->colour[m->link[e].ends[!side]] + mix(bits_of(m->link[e].capacity_bps)));
        memcpy(m->colour, m->next, n * sizeof *m->colour);
    }
}

static kh_status write(maker *m, kh_canon *canon, kh_error *err)
{
    size_t n_nodes = m->part->graph.n_nodes, n_links = m->part->graph.n_links;
    bool *relays = KH_NEW(m->arena, bool, n_nodes);
    uint32_t(*ends)[2] = kh_arena_alloc(m->arena, m->n, sizeof *ends), *place = KH_NEW(m->arena, uint32_t, m->n);
    *canon = (kh_canon){.capacity_bps = KH_NEW(m->arena, double, m->n),
                        .node_at = KH_NEW(m->arena, uint32_t, n_nodes),
                        .link_at = KH_NEW(m->arena, uint32_t, n_links)};
    if (relays == NULL || ends == NULL || place == NULL || canon->capacity_bps == NULL || canon->node_at == NULL ||
        canon->link_at == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain of %zu links", n_links);
    for (size_t i = 0; i < n_nodes; i++) {
        uint32_t v = m->order[i].node;
        canon->node_at[v] = m->gone[v] ? KH_NO_INDEX : (uint32_t)canon->graph.n_nodes;
        relays[canon->graph.n_nodes] = m->part->graph.relays == NULL || m->part->graph.relays[v];
        canon->graph.n_nodes += !m->gone[v];
    }
    size_t n = 0;
    for (size_t e = 0; e < m->n; e++) {
        if (is_link_gone(m, e))
            continue;
        uint32_t a = canon->node_at[m->link[e].ends[0]], b = canon->node_at[m->link[e].ends[1]];
        m->parallel[n++] = (merged){{a < b ? a : b, a < b ? b : a}, m->link[e].capacity_bps, (uint32_t)e};
    }
    qsort(m->parallel, n, sizeof *m->parallel, by_ends);
    memset(place, 0xff, m->n * sizeof *place);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(ends[i], m->parallel[i].ends, sizeof ends[i]);
        canon->capacity_bps[i] = m->parallel[i].capacity_bps;
        place[m->parallel[i].link] = i;
    }
    for (size_t e = 0; e < n_links; e++)
        canon->link_at[e] = m->link_of[e] == KH_NO_INDEX ? KH_NO_INDEX : place[m->link_of[e]];
    canon->graph.ends = (const uint32_t(*)[2])ends;
    canon->graph.n_links = n;
    canon->graph.relays = relays;
    return KH_OK;
}

kh_status kh_canon_make(const kh_part *part, kh_arena *arena, kh_canon *canon, kh_error *err)
{
    size_t n = part->graph.n_nodes, m = part->graph.n_links;
    maker made = {.part = part,
                  .arena = arena,
                  .parallel = KH_NEW(arena, merged, m),
                  .link = KH_NEW(arena, merged, m),
                  .link_of = KH_NEW(arena, uint32_t, m),
                  .is_end = KH_NEW(arena, bool, n),
                  .gone = KH_NEW(arena, bool, n),
                  .colour = KH_NEW(arena, uint64_t, n),
                  .next = KH_NEW(arena, uint64_t, n),
                  .order = KH_NEW(arena, coloured, n)};
    uint32_t *degree = KH_NEW(arena, uint32_t, n);
    if (made.parallel == NULL || made.link == NULL || made.link_of == NULL || made.is_end == NULL || made.gone == NULL ||
        made.colour == NULL || made.next == NULL || made.order == NULL || degree == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a domain of %zu nodes and %zu links", n, m);
    merge(&made);
    colour_ends(&made);
    while (drop_dead(&made, degree))
        continue;
    refine(&made);
    return write(&made, canon, err);
}

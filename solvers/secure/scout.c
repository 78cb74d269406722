/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/scout.h"

#include "core/net/ids.h"
#include "solvers/graph/incidence.h"

#include <math.h>
#include <string.h>

enum { MOST_PAID = 64 };

typedef struct label {
    double cost;
    uint64_t paid;             /* coalitions of several members that it has paid, by their bits */
    uint32_t node, link, from; /* from: the label before */
    uint32_t other;            /* the label at the same node made before */
    bool beaten;
} label;

typedef struct entry {
    double cost;
    uint32_t label;
} entry;

struct kh_scout {
    const kh_watch *watch;
    const bool *use;
    kh_incidence at;
    kh_arena *arena;
    label *labels;
    entry *heap;
    size_t n_labels, label_room, n_heap, heap_room;
    uint32_t *newest; /* [n_nodes] label */
    double *charge;   /* [n_coalitions] of the call */
    uint8_t *bit;     /* [n_coalitions] of the call; MOST_PAID: has one member, need not be remembered */
    double price_of[MOST_PAID];
    int n_bits;
    bool failed;
};

kh_scout *kh_scout_create(const kh_watch *watch, const bool *use, kh_arena *arena)
{
    const kh_graph *graph = watch->graph;
    kh_scout *s = KH_NEW(arena, kh_scout, 1);
    if (s == NULL)
        return NULL;
    *s = (kh_scout){.watch = watch, .use = use, .arena = arena};
    s->at =
        kh_incidence_build(graph->n_nodes, graph->n_links, graph->n_links > 0 ? graph->ends[0] : NULL, sizeof *graph->ends, arena);
    s->newest = KH_NEW(arena, uint32_t, graph->n_nodes);
    s->charge = KH_NEW(arena, double, watch->n_coalitions);
    s->bit = KH_NEW(arena, uint8_t, watch->n_coalitions);
    return s->at.item != NULL && s->newest != NULL && s->charge != NULL && s->bit != NULL ? s : NULL;
}

/* --- labels and heap -------------------------------------------------------------------------------------------------------- */

static void push(kh_scout *s, double cost, uint32_t at)
{
    if (s->n_heap == s->heap_room) {
        entry *heap = kh_arena_grow(s->arena, s->heap, s->n_heap, &s->heap_room, sizeof *heap);
        s->failed = s->failed || heap == NULL;
        if (heap == NULL)
            return;
        s->heap = heap;
    }
    size_t i = s->n_heap++;
    for (; i > 0 && s->heap[(i - 1) / 2].cost > cost; i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = (entry){cost, at};
}

static uint32_t pop(kh_scout *s)
{
    uint32_t cheapest = s->heap[0].label;
    entry last = s->heap[--s->n_heap];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < s->n_heap; i = child) {
        child += child + 1 < s->n_heap && s->heap[child + 1].cost < s->heap[child].cost;
        if (s->heap[child].cost >= last.cost)
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = last;
    return cheapest;
}

/* Whether a is no dearer than b whatever follows. */
static bool beats(const kh_scout *s, const label *a, const label *b)
{
    double cost = a->cost;
    uint64_t owed = b->paid & ~a->paid;
    for (int i = 0; owed != 0 && i < s->n_bits; i++)
        cost += owed >> i & 1 ? s->price_of[i] : 0;
    return cost <= b->cost;
}

static void add_label(kh_scout *s, label made)
{
    for (uint32_t i = s->newest[made.node]; i != KH_NO_INDEX; i = s->labels[i].other)
        if (!s->labels[i].beaten && beats(s, &s->labels[i], &made))
            return;
    for (uint32_t i = s->newest[made.node]; i != KH_NO_INDEX; i = s->labels[i].other)
        s->labels[i].beaten = s->labels[i].beaten || beats(s, &made, &s->labels[i]);
    if (s->n_labels == s->label_room) {
        label *labels = kh_arena_grow(s->arena, s->labels, s->n_labels, &s->label_room, sizeof *labels);
        s->failed = s->failed || labels == NULL;
        if (labels == NULL)
            return;
        s->labels = labels;
    }
    made.other = s->newest[made.node];
    s->newest[made.node] = (uint32_t)s->n_labels;
    s->labels[s->n_labels] = made;
    push(s, made.cost, (uint32_t)s->n_labels++);
}

/* --- charges ---------------------------------------------------------------------------------------------------------------- */

/* Charges with several members get a bit, the dearest first when there are too many. */
static void set_charges(kh_scout *s, const kh_charge *charges, size_t n)
{
    s->n_bits = 0;
    for (size_t i = 0; i < n; i++) {
        s->charge[charges[i].coalition] = charges[i].price;
        s->bit[charges[i].coalition] = MOST_PAID;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t j = charges[i].coalition;
        size_t dearer = 0;
        for (size_t o = 0; s->watch->size[j] > 1 && o < n; o++)
            dearer += s->watch->size[charges[o].coalition] > 1 &&
                      (charges[o].price > charges[i].price || (charges[o].price >= charges[i].price && o < i));
        if (s->watch->size[j] <= 1 || charges[i].price <= 0)
            continue;
        if (dearer >= MOST_PAID) {
            s->charge[j] = 0;
            continue;
        }
        s->price_of[s->n_bits] = charges[i].price;
        s->bit[j] = (uint8_t)s->n_bits++;
    }
}

static void drop_charges(kh_scout *s, const kh_charge *charges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s->charge[charges[i].coalition] = 0;
}

static void pay(const kh_scout *s, label *l, const size_t *first, const uint32_t *item, uint32_t at)
{
    for (size_t i = first[at]; i < first[at + 1]; i++) {
        uint32_t j = item[i];
        if (s->charge[j] <= 0)
            continue;
        uint64_t bit = s->bit[j] < MOST_PAID ? (uint64_t)1 << s->bit[j] : 0;
        if ((l->paid & bit) == 0)
            l->cost += s->charge[j];
        l->paid |= bit;
    }
}

/* --- the search ------------------------------------------------------------------------------------------------------------- */

static void go_on(kh_scout *s, uint32_t at, const double *price, const uint32_t ends[2])
{
    const kh_watch *watch = s->watch;
    const kh_graph *graph = watch->graph;
    label here = s->labels[at];
    if (here.node != ends[0]) {
        if (graph->relays != NULL && !graph->relays[here.node])
            return;
        pay(s, &here, watch->node_first, watch->node_item, here.node);
    }
    for (size_t i = s->at.first[here.node]; i < s->at.first[here.node + 1]; i++) {
        uint32_t e = s->at.item[i], to = kh_graph_far_end(graph->ends[e], here.node);
        if (!s->use[e] || to == here.node || to == ends[0])
            continue;
        label made = {.cost = here.cost + price[e], .paid = here.paid, .node = to, .link = e, .from = at};
        pay(s, &made, watch->link_first, watch->link_item, e);
        if (!isinf(made.cost))
            add_label(s, made);
    }
}

static uint32_t search(kh_scout *s, const double *price, const uint32_t ends[2])
{
    memset(s->newest, 0xff, s->watch->graph->n_nodes * sizeof *s->newest); /* KH_NO_INDEX */
    s->n_labels = s->n_heap = 0;
    add_label(s, (label){.node = ends[0], .link = KH_NO_INDEX, .from = KH_NO_INDEX});
    while (s->n_heap > 0 && !s->failed) {
        uint32_t at = pop(s);
        if (s->labels[at].beaten)
            continue;
        if (s->labels[at].node == ends[1])
            return at;
        go_on(s, at, price, ends);
    }
    return KH_NO_INDEX;
}

kh_status kh_scout_find(kh_scout *s, const double *price, const uint32_t ends[2], const kh_charge *charges, size_t n_charges,
                        double *cost, uint32_t *links, size_t *n_links, kh_error *err)
{
    set_charges(s, charges, n_charges);
    uint32_t at = search(s, price, ends);
    drop_charges(s, charges, n_charges);
    if (s->failed)
        return kh_fail(err, KH_ENOMEM, "no memory for a path through %zu nodes", s->watch->graph->n_nodes);
    *cost = at != KH_NO_INDEX ? s->labels[at].cost : HUGE_VAL;
    *n_links = 0;
    for (; at != KH_NO_INDEX && s->labels[at].link != KH_NO_INDEX; at = s->labels[at].from)
        links[(*n_links)++] = s->labels[at].link;
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/partition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LEVELS = 40 }; /* partitions on the way from nodes to the network */

typedef struct entry {
    double key;
    uint32_t link;
} entry;

typedef struct parts {
    const kh_cutset_space *space;
    kh_relax *relax;
    entry *order;    /* [n_links] */
    uint32_t *part;  /* [n_nodes] towards the first node of its part */
    uint32_t *joint; /* [n_nodes] of parts that requests join */
    kh_cutset_row row;
} parts;

static int by_key(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key) : (x->link > y->link) - (x->link < y->link);
}

static uint32_t find(uint32_t *of, uint32_t v)
{
    for (; of[v] != v; v = of[v])
        of[v] = of[of[v]];
    return v;
}

static bool unite(uint32_t *of, uint32_t a, uint32_t b)
{
    a = find(of, a);
    b = find(of, b);
    of[a > b ? a : b] = a < b ? a : b;
    return a != b;
}

/* How many links requests want at least between the parts. */
static size_t count_needed(parts *p)
{
    const kh_modules_problem *problem = p->space->problem;
    size_t needed = 0;
    memcpy(p->joint, p->part, problem->graph.n_nodes * sizeof *p->joint);
    for (size_t k = 0; k < problem->n_demands; k++)
        needed += unite(p->joint, problem->demands[k].ends[0], problem->demands[k].ends[1]);
    return needed;
}

static kh_status add(parts *p, size_t needed, kh_error *err)
{
    const kh_cutset_space *space = p->space;
    const kh_graph *graph = &space->problem->graph;
    bool added;
    double *weight = KH_NEW(p->relax->arena, double, graph->n_links);
    if (weight == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for parts of %zu links", graph->n_links);
    p->row.n = 0;
    p->row.least = (double)needed;
    for (size_t e = 0; e < graph->n_links; e++) {
        weight[e] = space->use[0][e] && find(p->part, graph->ends[e][0]) != find(p->part, graph->ends[e][1]);
        for (size_t i = space->first[e]; weight[e] > 0 && i < space->first[e + 1]; i++) {
            p->row.value[p->row.n] = 1;
            p->row.column[p->row.n++] = space->choice[i];
        }
    }
    return kh_relax_add(p->relax, &p->row, (kh_modules_reason){.weight = weight, .joins = true}, &added, err);
}

/* Kruskal's way; parts are looked at before links of the next key come, and when many have joined. */
static kh_status grow(parts *p, size_t n_links, kh_error *err)
{
    size_t n = p->space->problem->graph.n_nodes, step = 1 + n / MOST_LEVELS, n_parts = n, next = n;
    for (size_t i = 0; i < n_links; i++) {
        const uint32_t *ends = p->space->problem->graph.ends[p->order[i].link];
        if (n_parts <= next && (i == 0 || p->order[i].key > p->order[i - 1].key)) {
            size_t needed = count_needed(p);
            if (needed < 2) /* a cut */
                break;
            KH_TRY(add(p, needed, err));
            next = n_parts > step ? n_parts - step : 0;
        }
        n_parts -= unite(p->part, ends[0], ends[1]);
    }
    return KH_OK;
}

static double cheapest(const kh_cutset_space *space, const double *cost, uint32_t link)
{
    double least = HUGE_VAL;
    for (size_t i = space->first[link]; i < space->first[link + 1]; i++)
        least = fmin(least, cost[space->choice[i]]);
    return least;
}

kh_status kh_partition_add(const kh_cutset_space *space, const double *cost, kh_relax *relax, kh_error *err)
{
    const kh_graph *graph = &space->problem->graph;
    kh_arena *scratch = kh_arena_create(0);
    kh_status status = KH_ENOMEM;
    size_t n = 0;
    parts p = {.space = space, .relax = relax};
    if (scratch != NULL) {
        p.order = KH_NEW(scratch, entry, graph->n_links);
        p.part = KH_NEW(scratch, uint32_t, graph->n_nodes);
        p.joint = KH_NEW(scratch, uint32_t, graph->n_nodes);
    }
    if (p.order != NULL && p.part != NULL && p.joint != NULL)
        status = kh_cutset_row_init(&p.row, space->problem->n_choices, scratch, err);
    for (uint32_t v = 0; status == KH_OK && v < graph->n_nodes; v++)
        p.part[v] = v;
    for (uint32_t e = 0; status == KH_OK && e < graph->n_links; e++)
        if (space->use[0][e])
            p.order[n++] = (entry){cheapest(space, cost, e), e};
    if (status == KH_OK) {
        qsort(p.order, n, sizeof *p.order, by_key);
        status = grow(&p, n, err);
    }
    kh_arena_destroy(scratch);
    return status == KH_ENOMEM ? kh_fail(err, KH_ENOMEM, "no memory for parts of %zu nodes", graph->n_nodes) : status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/part.h"

#include "core/net/ids.h"

#include <math.h>
#include <stdlib.h>

typedef struct cutter {
    const kh_keyflow_problem *problem;
    const uint32_t *domain_of;
    uint32_t self;
    kh_arena *arena;
    uint32_t *local;     /* [n_nodes] own nodes' place in the part, KH_NO_INDEX: another domain's */
    uint32_t *border_at; /* [n_nodes] place among the borders */
} cutter;

static bool is_own(const cutter *c, uint32_t node)
{
    return c->domain_of[node] == c->self;
}

static bool is_usable(const cutter *c, size_t link)
{
    return c->problem->capacity_bps[link] > 0 && c->problem->graph.ends[link][0] != c->problem->graph.ends[link][1];
}

static kh_status take_nodes(cutter *c, kh_part *part, kh_error *err)
{
    size_t n = c->problem->graph.n_nodes;
    uint32_t *node_of = KH_NEW(c->arena, uint32_t, n);
    bool *relays = KH_NEW(c->arena, bool, n);
    if (node_of == NULL || relays == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the nodes of a domain");
    for (uint32_t v = 0; v < n; v++) {
        c->local[v] = c->border_at[v] = KH_NO_INDEX;
        if (!is_own(c, v))
            continue;
        c->local[v] = (uint32_t)part->graph.n_nodes;
        node_of[part->graph.n_nodes] = v;
        relays[part->graph.n_nodes++] = c->problem->graph.relays == NULL || c->problem->graph.relays[v];
    }
    part->node_of = node_of;
    part->graph.relays = relays;
    return KH_OK;
}

static kh_status take_links(cutter *c, kh_part *part, kh_error *err)
{
    const kh_graph *graph = &c->problem->graph;
    size_t m = graph->n_links;
    uint32_t(*ends)[2] = kh_arena_alloc(c->arena, m, sizeof *ends);
    double *capacity_bps = KH_NEW(c->arena, double, m);
    uint32_t *link_of = KH_NEW(c->arena, uint32_t, m);
    if (ends == NULL || capacity_bps == NULL || link_of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the links of a domain");
    size_t n = 0;
    for (uint32_t e = 0; e < m; e++) {
        const uint32_t *at = graph->ends[e];
        if (!is_usable(c, e) || !is_own(c, at[0]) || !is_own(c, at[1]))
            continue;
        ends[n][0] = c->local[at[0]];
        ends[n][1] = c->local[at[1]];
        capacity_bps[n] = c->problem->capacity_bps[e];
        link_of[n++] = e;
    }
    part->graph.ends = (const uint32_t(*)[2])ends;
    part->graph.n_links = n;
    part->capacity_bps = capacity_bps;
    part->link_of = link_of;
    return KH_OK;
}

static kh_status take_borders(cutter *c, kh_part *part, kh_error *err)
{
    const kh_graph *graph = &c->problem->graph;
    uint32_t *border = KH_NEW(c->arena, uint32_t, part->graph.n_nodes);
    kh_part_crossing *crossings = KH_NEW(c->arena, kh_part_crossing, graph->n_links);
    if (border == NULL || crossings == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the borders of a domain");
    for (size_t e = 0; e < graph->n_links; e++)
        for (int side = 0; side < 2; side++)
            if (is_usable(c, e) && is_own(c, graph->ends[e][side]) && !is_own(c, graph->ends[e][!side]))
                c->border_at[graph->ends[e][side]] = 0;
    for (uint32_t v = 0; v < graph->n_nodes; v++)
        if (c->border_at[v] != KH_NO_INDEX) {
            c->border_at[v] = (uint32_t)part->n_borders;
            border[part->n_borders++] = c->local[v];
        }
    for (size_t e = 0; e < graph->n_links; e++)
        for (int side = 0; side < 2; side++) {
            uint32_t near = graph->ends[e][side], far = graph->ends[e][!side];
            if (is_usable(c, e) && is_own(c, near) && !is_own(c, far))
                crossings[part->n_crossings++] =
                    (kh_part_crossing){e, c->border_at[near], c->domain_of[far], c->problem->capacity_bps[e]};
        }
    part->border = border;
    part->crossings = crossings;
    return KH_OK;
}

int kh_part_end_order(const void *a, const void *b)
{
    const kh_part_end *x = a, *y = b;
    if (x->asker != y->asker)
        return x->asker < y->asker ? -1 : 1;
    return x->key == y->key ? 0 : x->key < y->key ? -1 : 1;
}

static kh_status take_demands(cutter *c, kh_part *part, kh_error *err)
{
    size_t n = c->problem->n_demands, n_ends = 0;
    kh_part_demand *demands = KH_NEW(c->arena, kh_part_demand, n);
    kh_part_end *ends = KH_NEW(c->arena, kh_part_end, n);
    uint32_t *demand_of = KH_NEW(c->arena, uint32_t, n);
    if (demands == NULL || ends == NULL || demand_of == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the demands of a domain");
    for (uint32_t k = 0; k < n; k++) {
        const kh_keyflow_demand *d = &c->problem->demands[k];
        uint32_t from = c->domain_of[d->ends[0]], to = c->domain_of[d->ends[1]];
        if (from == c->self) {
            demand_of[part->n_demands] = k;
            uint64_t end = to == c->self ? c->local[d->ends[1]] : d->ends[1];
            demands[part->n_demands++] = (kh_part_demand){c->local[d->ends[0]], to, end, d->requested_bps};
        } else if (to == c->self)
            ends[n_ends++] = (kh_part_end){from, c->local[d->ends[1]], d->ends[1]};
    }
    qsort(ends, n_ends, sizeof *ends, kh_part_end_order);
    for (size_t i = 0; i < n_ends; i++)
        if (i == 0 || kh_part_end_order(&ends[i - 1], &ends[i]) != 0)
            ends[part->n_ends++] = ends[i];
    part->demands = demands;
    part->ends = ends;
    part->demand_of = demand_of;
    return KH_OK;
}

kh_status kh_part_cut(const kh_keyflow_problem *problem, const uint32_t *domain_of, const uint32_t of[2], kh_arena *arena,
                      kh_part *part, kh_error *err)
{
    size_t n = problem->graph.n_nodes;
    for (size_t v = 0; v < n; v++)
        if (domain_of[v] >= of[1])
            return kh_fail(err, KH_ERANGE, "node %zu is in domain %u of %u", v, domain_of[v], of[1]);
    cutter c = {.problem = problem,
                .domain_of = domain_of,
                .self = of[0],
                .arena = arena,
                .local = KH_NEW(arena, uint32_t, n),
                .border_at = KH_NEW(arena, uint32_t, n)};
    if (c.local == NULL || c.border_at == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes", n);
    kh_part cut = {.self = of[0], .n_domains = of[1], .transit_bps = HUGE_VAL};
    KH_TRY(take_nodes(&c, &cut, err));
    KH_TRY(take_links(&c, &cut, err));
    KH_TRY(take_borders(&c, &cut, err));
    KH_TRY(take_demands(&c, &cut, err));
    *part = cut;
    return KH_OK;
}

typedef struct placed {
    double along;
    uint32_t node;
} placed;

static int by_place(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    if (x->along != y->along)
        return x->along < y->along ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

kh_status kh_part_bands(const double *along, size_t n_nodes, uint32_t n_domains, uint32_t *domain_of, kh_error *err)
{
    placed *order = calloc(n_nodes + 1, sizeof *order);
    if (order == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes", n_nodes);
    for (uint32_t v = 0; v < n_nodes; v++)
        order[v] = (placed){along[v], v};
    qsort(order, n_nodes, sizeof *order, by_place);
    for (size_t i = 0; i < n_nodes; i++)
        domain_of[order[i].node] = (uint32_t)(i * n_domains / n_nodes);
    free(order);
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/bundle.h"

#include "core/net/ids.h"
#include "solvers/graph/incidence.h"

#include <math.h>

/* --- links between the two ends --------------------------------------------------------------------------------------------- */

static bool joins(const kh_keyflow_problem *flow, uint32_t link, const uint32_t ends[2])
{
    return kh_graph_far_end(flow->graph.ends[link], ends[0]) == ends[1] && flow->capacity_bps[link] > 0;
}

static size_t walk_direct(const kh_keyflow_problem *flow, const kh_incidence *at, size_t *first, uint32_t *link)
{
    size_t n = 0;
    for (size_t k = 0; k < flow->n_demands; k++) {
        const uint32_t *ends = flow->demands[k].ends;
        if (first != NULL)
            first[k] = n;
        for (size_t i = at->first[ends[0]]; i < at->first[ends[0] + 1]; i++) {
            if (!joins(flow, at->item[i], ends))
                continue;
            if (link != NULL)
                link[n] = at->item[i];
            n++;
        }
    }
    return n;
}

static kh_status list_direct(kh_bundler *b, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *flow = &b->problem->flow;
    const kh_graph *graph = &flow->graph;
    kh_incidence at =
        kh_incidence_build(graph->n_nodes, graph->n_links, graph->n_links > 0 ? graph->ends[0] : NULL, sizeof *graph->ends, arena);
    size_t n = at.item != NULL && b->problem->secrecy == KH_SECRECY_RAMP ? walk_direct(flow, &at, NULL, NULL) : 0;
    b->direct_first = KH_NEW(arena, size_t, flow->n_demands + 1);
    b->direct_link = KH_NEW(arena, uint32_t, n);
    if (at.item == NULL || b->direct_first == NULL || b->direct_link == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", graph->n_links);
    if (n > 0)
        b->direct_first[flow->n_demands] = walk_direct(flow, &at, b->direct_first, b->direct_link);
    return KH_OK;
}

/* A link of its own is a bundle where it is cheaper than what was found. */
static void prefer_direct(kh_bundler *b, uint32_t demand, kh_oracle_way *way)
{
    for (size_t i = b->direct_first[demand]; i < b->direct_first[demand + 1]; i++) {
        uint32_t e = b->direct_link[i];
        if (b->price[e] >= way->price)
            continue;
        b->links[0] = e;
        *way = (kh_oracle_way){b->price[e], b->links, 1, 1};
    }
}

uint32_t kh_bundle_keys(const kh_secure_problem *problem, uint32_t demand, const uint32_t *links, size_t n_links)
{
    const uint32_t *ends = problem->flow.demands[demand].ends;
    uint32_t n_ways = 0; /* each leaves the first end once */
    for (size_t i = 0; i < n_links; i++)
        n_ways += problem->flow.graph.ends[links[i]][0] == ends[0] || problem->flow.graph.ends[links[i]][1] == ends[0];
    bool ramp = problem->secrecy == KH_SECRECY_RAMP;
    return ramp && n_ways > problem->colluders ? n_ways - problem->colluders : 1;
}

/* --- the cheapest bundle ---------------------------------------------------------------------------------------------------- */

/* From the target to the source, as the pricer's paths. */
static size_t append(uint32_t *links, size_t n, kh_disjoint_way way)
{
    for (size_t h = 0; h < way.n_links; h++)
        links[n + h] = way.links[way.n_links - 1 - h];
    return n + way.n_links;
}

/* The same ways always stand in the same order: each has a first link of its own. */
static size_t write_ways(kh_bundler *b, size_t n_ways)
{
    size_t n = 0;
    for (uint32_t above = 0;;) {
        size_t next = n_ways;
        for (size_t i = 0; i < n_ways; i++) {
            uint32_t first = kh_disjoint_ways_get(b->ways, i).links[0];
            if (first >= above && (next == n_ways || first < kh_disjoint_ways_get(b->ways, next).links[0]))
                next = i;
        }
        if (next == n_ways)
            return n;
        kh_disjoint_way way = kh_disjoint_ways_get(b->ways, next);
        n = append(b->links, n, way);
        above = way.links[0] + 1;
    }
}

static void look(void *self, size_t group, const double *price)
{
    kh_bundler *b = self;
    b->price = price;
    kh_disjoint_ways_root(b->ways, price, b->pricer->source[group]);
}

static kh_oracle_way find(void *self, size_t at)
{
    kh_bundler *b = self;
    uint32_t target = b->pricer->target[at], demand = b->pricer->demand[at];
    bool ramp = b->problem->secrecy == KH_SECRECY_RAMP;
    size_t lost = b->problem->colluders;
    kh_oracle_way way = {.price = HUGE_VAL, .links = b->links};
    if (b->exposed[demand])
        return way;
    size_t n = ramp ? kh_disjoint_ways_find_best(b->ways, target, lost)
                    : kh_disjoint_ways_find(b->ways, target, lost + 1, KH_DISJOINT_NODES);
    if (n > lost) {
        way.keys = ramp ? (uint32_t)(n - lost) : 1;
        way.price = kh_disjoint_ways_length(b->ways) / way.keys;
        way.n_links = write_ways(b, n);
    }
    if (ramp)
        prefer_direct(b, demand, &way);
    b->exposed[demand] = isinf(way.price);
    return way;
}

kh_oracle kh_bundler_oracle(kh_bundler *bundler)
{
    return (kh_oracle){bundler, look, find};
}

/* --- all demands ------------------------------------------------------------------------------------------------------------ */

kh_status kh_bundler_init(kh_bundler *b, const kh_secure_problem *problem, const kh_pricer *pricer, kh_arena *arena, kh_error *err)
{
    const kh_keyflow_problem *flow = &problem->flow;
    size_t m = flow->graph.n_links;
    bool *use = KH_NEW(arena, bool, m);
    *b = (kh_bundler){
        .problem = problem, .pricer = pricer, .exposed = KH_NEW(arena, bool, flow->n_demands), .links = KH_NEW(arena, uint32_t, m)};
    for (size_t e = 0; use != NULL && e < m; e++)
        use[e] = flow->capacity_bps[e] > 0;
    b->ways = use != NULL ? kh_disjoint_ways_create(&flow->graph, use, arena) : NULL;
    if (b->ways == NULL || b->exposed == NULL || b->links == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for paths through %zu links", m);
    return list_direct(b, arena, err);
}

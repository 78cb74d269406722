/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_TRACE_H
#define KH_SOLVERS_DOMAINS_TRACE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "solvers/graph/graph.h"

/** The routes inside one domain, node by node: its own secret, and what its word on its busiest link can be checked by. */
typedef struct kh_trace_route {
    double rate_bps;
    size_t first, n_nodes; /**< into kh_trace.nodes */
} kh_trace_route;

typedef struct kh_trace {
    kh_arena *arena; /**< holds nothing else */
    kh_trace_route *routes;
    uint32_t *nodes;
    size_t n_routes, route_room, n_nodes, node_room;
} kh_trace;

/** An empty one that kh_trace_clear() gives back. @return KH_OK, KH_ENOMEM */
kh_status kh_trace_init(kh_trace *trace, kh_error *err);
void kh_trace_clear(kh_trace *trace);
/** Forgets its routes. */
void kh_trace_reset(kh_trace *trace);

typedef struct kh_trace_path {
    const uint32_t *ends;  /**< [2] */
    const uint32_t *links; /**< [n_links] from the one end to the other, whichever comes first */
    size_t n_links;
    double rate_bps;
} kh_trace_path;

/** Adds a path of a graph. @param names  [n_nodes of the graph] what its nodes are called here
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_trace_add(kh_trace *trace, const kh_graph *graph, const uint32_t *names, const kh_trace_path *path, kh_error *err);

#endif

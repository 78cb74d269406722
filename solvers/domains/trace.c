/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/trace.h"

kh_status kh_trace_init(kh_trace *trace, kh_error *err)
{
    *trace = (kh_trace){.arena = kh_arena_create(0)};
    return trace->arena != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for the routes of a domain");
}

void kh_trace_clear(kh_trace *trace)
{
    kh_arena_destroy(trace->arena);
    *trace = (kh_trace){0};
}

void kh_trace_reset(kh_trace *trace)
{
    kh_arena_reset(trace->arena);
    *trace = (kh_trace){.arena = trace->arena};
}

static kh_status make_room(kh_trace *t, size_t n_nodes, kh_error *err)
{
    if (t->n_routes == t->route_room)
        t->routes = kh_arena_grow(t->arena, t->routes, t->n_routes, &t->route_room, sizeof *t->routes);
    while (t->routes != NULL && t->n_nodes + n_nodes > t->node_room) {
        t->nodes = kh_arena_grow(t->arena, t->nodes, t->n_nodes, &t->node_room, sizeof *t->nodes);
        if (t->nodes == NULL)
            break;
    }
    return t->routes != NULL && t->nodes != NULL ? KH_OK : kh_fail(err, KH_ENOMEM, "no memory for the routes of a domain");
}

kh_status kh_trace_add(kh_trace *trace, const kh_graph *graph, const uint32_t *names, const kh_trace_path *path, kh_error *err)
{
    KH_TRY(make_room(trace, path->n_links + 1, err));
    const uint32_t *head = path->n_links > 0 ? graph->ends[path->links[0]] : path->ends;
    uint32_t at = head[0] == path->ends[0] || head[1] == path->ends[0] ? path->ends[0] : path->ends[1];
    trace->routes[trace->n_routes++] = (kh_trace_route){path->rate_bps, trace->n_nodes, path->n_links + 1};
    trace->nodes[trace->n_nodes++] = names[at];
    for (size_t i = 0; i < path->n_links; i++) {
        at = kh_graph_far_end(graph->ends[path->links[i]], at);
        trace->nodes[trace->n_nodes++] = names[at];
    }
    return KH_OK;
}

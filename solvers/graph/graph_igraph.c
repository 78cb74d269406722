/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/graph/graph.h"

#include "core/net/ids.h"

#include <igraph/igraph.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* igraph's handlers have no argument of the caller's, so the text of the last error of this thread must wait somewhere
   until the failing call returns. It is read in the same function that made the call, and never lives longer. */
static _Thread_local char last_reason[200];

static void keep_reason(const char *reason, const char *file, int line, igraph_error_t code)
{
    (void)file;
    (void)line;
    (void)code;
    (void)snprintf(last_reason, sizeof last_reason, "%s", reason != NULL ? reason : "");
    IGRAPH_FINALLY_FREE();
}

static void drop_warning(const char *reason, const char *file, int line)
{
    (void)reason;
    (void)file;
    (void)line;
}

/* The default handler ends the process: every entry of this file comes here first. */
static void take_over(igraph_error_handler_t **error_handler, igraph_warning_handler_t **warning_handler)
{
    *error_handler = igraph_set_error_handler(keep_reason);
    *warning_handler = igraph_set_warning_handler(drop_warning);
}

static kh_status translate(igraph_error_t code, kh_error *err)
{
    if (code == IGRAPH_SUCCESS)
        return KH_OK;
    if (code == IGRAPH_ENOMEM)
        return kh_fail(err, KH_ENOMEM, "igraph: out of memory");
    return kh_fail(err, KH_EINTERNAL, "igraph: %s (%s)", last_reason, igraph_strerror(code));
}

/* What one call needs of igraph; lives inside that call. */
typedef struct call {
    igraph_t graph;
    igraph_vector_int_t arcs; /* tail, head, tail, head... */
    igraph_vector_int_t link; /* of each arc */
    igraph_vector_t weight;   /* of each arc */
    igraph_error_handler_t *error_handler;
    igraph_warning_handler_t *warning_handler;
    bool has_graph;
} call;

static igraph_error_t call_open(call *c)
{
    memset(c, 0, sizeof *c);
    take_over(&c->error_handler, &c->warning_handler);
    igraph_error_t code = igraph_vector_int_init(&c->arcs, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_init(&c->link, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_init(&c->weight, 0);
    return code;
}

/* igraph's destructors accept zeroed objects, which is what a failed init leaves. */
static void call_close(call *c)
{
    if (c->has_graph)
        igraph_destroy(&c->graph);
    igraph_vector_int_destroy(&c->arcs);
    igraph_vector_int_destroy(&c->link);
    igraph_vector_destroy(&c->weight);
    igraph_set_error_handler(c->error_handler);
    igraph_set_warning_handler(c->warning_handler);
}

static igraph_error_t add_arc(call *c, uint32_t tail, uint32_t head, size_t link, double weight)
{
    igraph_error_t code = igraph_vector_int_push_back(&c->arcs, (igraph_integer_t)tail);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_push_back(&c->arcs, (igraph_integer_t)head);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_push_back(&c->link, (igraph_integer_t)link);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_push_back(&c->weight, weight);
    return code;
}

/* Two arcs per link; no arc leaves a node that does not relay, unless it is the source. Weight INFINITY: no arc. */
static igraph_error_t call_build(call *c, const kh_graph *graph, const double *weight, uint32_t source)
{
    igraph_error_t code = IGRAPH_SUCCESS;
    for (size_t e = 0; e < graph->n_links && code == IGRAPH_SUCCESS; e++) {
        const uint32_t *ends = graph->ends[e];
        if (isinf(weight[e]) || ends[0] == ends[1])
            continue;
        for (int turn = 0; turn < 2 && code == IGRAPH_SUCCESS; turn++) {
            uint32_t tail = ends[turn];
            if (graph->relays == NULL || graph->relays[tail] || tail == source)
                code = add_arc(c, tail, ends[1 - turn], e, weight[e]);
        }
    }
    if (code == IGRAPH_SUCCESS)
        code = igraph_create(&c->graph, &c->arcs, (igraph_integer_t)graph->n_nodes, IGRAPH_DIRECTED);
    c->has_graph = code == IGRAPH_SUCCESS;
    return code;
}

kh_status kh_graph_check(const kh_graph *graph, kh_error *err)
{
    if (graph->n_nodes > INT32_MAX || graph->n_links > INT32_MAX)
        return kh_fail(err, KH_ERANGE, "graph of %zu nodes and %zu links is too large", graph->n_nodes, graph->n_links);
    for (size_t e = 0; e < graph->n_links; e++)
        if (graph->ends[e][0] >= graph->n_nodes || graph->ends[e][1] >= graph->n_nodes)
            return kh_fail(err, KH_ERANGE, "link %zu joins nodes %u and %u of %zu", e, graph->ends[e][0], graph->ends[e][1],
                           graph->n_nodes);
    return KH_OK;
}

static kh_status check_weights(const kh_graph *graph, const double *weight, bool finite, kh_error *err)
{
    for (size_t e = 0; e < graph->n_links; e++)
        if (!(weight[e] >= 0) || (finite && isinf(weight[e])))
            return kh_fail(err, KH_ERANGE, "link %zu has weight %g, must be >= 0", e, weight[e]);
    return KH_OK;
}

static kh_status check_node(const kh_graph *graph, uint32_t node, kh_error *err)
{
    if (node >= graph->n_nodes)
        return kh_fail(err, KH_ERANGE, "node %u of a graph of %zu", node, graph->n_nodes);
    return KH_OK;
}

/* igraph gives the tree; distances follow from it, from the source outwards. */
static void measure_tree(const kh_graph *graph, const double *weight, uint32_t source, double *distance, const uint32_t *via)
{
    for (size_t v = 0; v < graph->n_nodes; v++)
        distance[v] = via[v] == KH_NO_INDEX ? HUGE_VAL : -1; /* -1: not yet known */
    distance[source] = 0;
    for (uint32_t v = 0; v < graph->n_nodes; v++)
        while (distance[v] < 0) { /* the node nearest to the source on the way that is not known: known after this round */
            uint32_t node = v, parent = kh_graph_far_end(graph->ends[via[node]], node);
            for (; distance[parent] < 0; parent = kh_graph_far_end(graph->ends[via[node]], node))
                node = parent;
            distance[node] = distance[parent] + weight[via[node]];
        }
}

kh_status kh_graph_tree(const kh_graph *graph, const double *weight, uint32_t source, double *distance, uint32_t *via,
                        kh_error *err)
{
    KH_TRY(kh_graph_check(graph, err));
    KH_TRY(check_node(graph, source, err));
    KH_TRY(check_weights(graph, weight, false, err));
    call c;
    igraph_vector_int_t inbound = {0};
    igraph_error_t code = call_open(&c);
    if (code == IGRAPH_SUCCESS)
        code = call_build(&c, graph, weight, source);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_init(&inbound, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_get_shortest_paths_dijkstra(&c.graph, NULL, NULL, (igraph_integer_t)source, igraph_vss_all(), &c.weight,
                                                  IGRAPH_OUT, NULL, &inbound);
    kh_status status = translate(code, err);
    for (size_t v = 0; status == KH_OK && v < graph->n_nodes; v++)
        via[v] = VECTOR(inbound)[v] < 0 ? KH_NO_INDEX : (uint32_t)VECTOR(c.link)[VECTOR(inbound)[v]];
    if (status == KH_OK)
        measure_tree(graph, weight, source, distance, via);
    igraph_vector_int_destroy(&inbound);
    call_close(&c);
    return status;
}

kh_status kh_graph_min_cut(const kh_graph *graph, const double *capacity, uint32_t source, uint32_t target, double *value,
                           bool *side, kh_error *err)
{
    KH_TRY(kh_graph_check(graph, err));
    KH_TRY(check_node(graph, source, err));
    KH_TRY(check_node(graph, target, err));
    KH_TRY(check_weights(graph, capacity, true, err));
    if (source == target)
        return kh_fail(err, KH_ERANGE, "a cut between node %u and itself", source);
    call c;
    igraph_vector_int_t part = {0};
    igraph_real_t flow = 0;
    igraph_error_t code = call_open(&c);
    if (code == IGRAPH_SUCCESS)
        code = call_build(&c, graph, capacity, source);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_init(&part, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_maxflow(&c.graph, &flow, NULL, NULL, &part, NULL, (igraph_integer_t)source, (igraph_integer_t)target,
                              &c.weight, NULL);
    kh_status status = translate(code, err);
    if (status == KH_OK) {
        memset(side, 0, graph->n_nodes * sizeof *side);
        for (igraph_integer_t i = 0; i < igraph_vector_int_size(&part); i++)
            side[VECTOR(part)[i]] = true;
        *value = flow;
    }
    igraph_vector_int_destroy(&part);
    call_close(&c);
    return status;
}

static igraph_error_t build_undirected(call *c, const kh_graph *graph, const bool *use)
{
    igraph_error_t code = IGRAPH_SUCCESS;
    for (size_t e = 0; e < graph->n_links && code == IGRAPH_SUCCESS; e++)
        if (use[e])
            code = add_arc(c, graph->ends[e][0], graph->ends[e][1], e, 1);
    if (code == IGRAPH_SUCCESS)
        code = igraph_create(&c->graph, &c->arcs, (igraph_integer_t)graph->n_nodes, IGRAPH_UNDIRECTED);
    c->has_graph = code == IGRAPH_SUCCESS;
    return code;
}

kh_status kh_graph_components(const kh_graph *graph, const bool *use, uint32_t *component, kh_error *err)
{
    KH_TRY(kh_graph_check(graph, err));
    call c;
    igraph_vector_int_t member = {0};
    igraph_error_t code = call_open(&c);
    if (code == IGRAPH_SUCCESS)
        code = build_undirected(&c, graph, use);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_init(&member, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_connected_components(&c.graph, &member, NULL, NULL, IGRAPH_WEAK);
    kh_status status = translate(code, err);
    for (size_t v = 0; status == KH_OK && v < graph->n_nodes; v++)
        component[v] = (uint32_t)VECTOR(member)[v];
    igraph_vector_int_destroy(&member);
    call_close(&c);
    return status;
}

static igraph_error_t count_pair(const call *c, const uint32_t pair[2], uint32_t *count)
{
    igraph_integer_t n = 0;
    igraph_error_t code = igraph_vertex_disjoint_paths(&c->graph, &n, (igraph_integer_t)pair[0], (igraph_integer_t)pair[1]);
    *count = (uint32_t)n;
    return code;
}

kh_status kh_graph_count_disjoint(const kh_graph *graph, const uint32_t *pairs, size_t stride, size_t n_pairs, uint32_t *count,
                                  kh_error *err)
{
    KH_TRY(kh_graph_check(graph, err));
    call c;
    igraph_error_t code = call_open(&c);
    for (size_t e = 0; e < graph->n_links && code == IGRAPH_SUCCESS; e++)
        if (graph->ends[e][0] != graph->ends[e][1])
            code = add_arc(&c, graph->ends[e][0], graph->ends[e][1], e, 1);
    if (code == IGRAPH_SUCCESS)
        code = igraph_create(&c.graph, &c.arcs, (igraph_integer_t)graph->n_nodes, IGRAPH_UNDIRECTED);
    c.has_graph = code == IGRAPH_SUCCESS;
    kh_status status = translate(code, err);
    for (size_t i = 0; status == KH_OK && i < n_pairs; i++) {
        uint32_t pair[2];
        memcpy(pair, (const char *)pairs + i * stride, sizeof pair);
        for (int turn = 0; turn < 2 && status == KH_OK; turn++)
            status = check_node(graph, pair[turn], err);
        if (status == KH_OK)
            status = translate(count_pair(&c, pair, &count[i]), err);
    }
    call_close(&c);
    return status;
}

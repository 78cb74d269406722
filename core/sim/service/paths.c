/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/paths.h"

static const uint64_t FAR = UINT64_MAX;

/* --- setting up --- */

static bool holds_key(const kh_node *node)
{
    return node->kind != KH_NODE_SWITCH && node->kind != KH_NODE_AMPLIFIER;
}

static bool is_arc(const kh_net *net, const bool *usable, size_t link)
{
    const kh_node_id *ends = net->qkd_links[link].ends;
    return usable[link] && ends[0].i != ends[1].i && holds_key(&net->nodes[ends[0].i]) && holds_key(&net->nodes[ends[1].i]);
}

/* Counts, then starts, then fills: the links of a node come in their own order. */
static void sort_arcs(kh_paths *paths, const kh_net *net, const bool *usable)
{
    for (size_t i = 0; i < paths->n_links; i++)
        for (int end = 0; end < 2 && is_arc(net, usable, i); end++)
            paths->first[net->qkd_links[i].ends[end].i + 1]++;
    for (size_t v = 0; v < paths->n_nodes; v++)
        paths->first[v + 1] += paths->first[v];
    uint32_t n_arcs = paths->first[paths->n_nodes];
    for (size_t i = paths->n_links; i-- > 0;)
        for (int end = 0; end < 2 && is_arc(net, usable, i); end++) {
            const kh_node_id *ends = net->qkd_links[i].ends;
            paths->arcs[--paths->first[ends[end].i + 1]] = (kh_paths_arc){(uint32_t)i, ends[1 - end].i};
        }
    for (size_t v = 0; v < paths->n_nodes; v++) /* first[v + 1] has become where v starts */
        paths->first[v] = paths->first[v + 1];
    paths->first[paths->n_nodes] = n_arcs;
}

kh_status kh_paths_init(kh_paths *paths, const kh_net *net, const bool *usable, kh_arena *arena, kh_error *err)
{
    size_t n = net->n_nodes, m = net->n_qkd_links;
    *paths = (kh_paths){.n_nodes = n, .n_links = m};
    paths->relays = KH_NEW(arena, bool, n);
    paths->first = KH_NEW(arena, uint32_t, n + 1);
    paths->arcs = KH_NEW(arena, kh_paths_arc, 2 * m);
    paths->cost = KH_NEW(arena, uint32_t, m);
    paths->found = KH_NEW(arena, kh_qkd_link_id, n);
    paths->distance = KH_NEW(arena, uint64_t, n);
    paths->heap = KH_NEW(arena, kh_paths_mark, 2 * m + 1);
    if (paths->relays == NULL || paths->first == NULL || paths->arcs == NULL || paths->cost == NULL || paths->found == NULL ||
        paths->distance == NULL || paths->heap == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for paths through %zu links", m);
    for (size_t v = 0; v < n; v++)
        paths->relays[v] = holds_key(&net->nodes[v]) && net->nodes[v].trusted;
    for (size_t i = 0; i < m; i++)
        paths->cost[i] = 1;
    sort_arcs(paths, net, usable);
    return KH_OK;
}

/* --- Dijkstra from the target, with a binary heap in which outdated marks stay until they surface --- */

static void push(kh_paths *paths, kh_paths_mark mark)
{
    size_t i = paths->n_heap++;
    for (; i > 0 && mark.distance < paths->heap[(i - 1) / 2].distance; i = (i - 1) / 2)
        paths->heap[i] = paths->heap[(i - 1) / 2];
    paths->heap[i] = mark;
}

static kh_paths_mark pop(kh_paths *paths)
{
    kh_paths_mark top = paths->heap[0], last = paths->heap[--paths->n_heap];
    size_t i = 0;
    for (size_t child = 1; child < paths->n_heap; child = 2 * i + 1) {
        if (child + 1 < paths->n_heap && paths->heap[child + 1].distance < paths->heap[child].distance)
            child++;
        if (last.distance <= paths->heap[child].distance)
            break;
        paths->heap[i] = paths->heap[child];
        i = child;
    }
    paths->heap[i] = last;
    return top;
}

static void relax(kh_paths *paths, uint32_t node)
{
    for (uint32_t a = paths->first[node]; a < paths->first[node + 1]; a++) {
        kh_paths_arc arc = paths->arcs[a];
        uint64_t distance = paths->distance[node] + paths->cost[arc.link];
        if (paths->cost[arc.link] == 0 || distance >= paths->distance[arc.to])
            continue;
        paths->distance[arc.to] = distance;
        push(paths, (kh_paths_mark){distance, arc.to});
    }
}

/* Distances to the target, of all nodes that are not farther than the source. */
static void measure(kh_paths *paths, uint32_t from, uint32_t to)
{
    for (size_t v = 0; v < paths->n_nodes; v++)
        paths->distance[v] = FAR;
    paths->distance[to] = 0;
    paths->n_heap = 0;
    push(paths, (kh_paths_mark){0, to});
    while (paths->n_heap > 0) {
        kh_paths_mark mark = pop(paths);
        if (mark.node == from)
            return;
        if (mark.distance == paths->distance[mark.node] && (mark.node == to || paths->relays[mark.node]))
            relax(paths, mark.node);
    }
}

/* The lowest link on a cheapest path from here. */
static kh_paths_arc next_arc(const kh_paths *paths, uint32_t node, uint32_t to)
{
    for (uint32_t a = paths->first[node]; a < paths->first[node + 1]; a++) {
        kh_paths_arc arc = paths->arcs[a];
        uint64_t rest = paths->distance[arc.to];
        bool passes = arc.to == to || paths->relays[arc.to];
        if (paths->cost[arc.link] > 0 && passes && rest != FAR && rest + paths->cost[arc.link] == paths->distance[node])
            return arc;
    }
    return (kh_paths_arc){KH_NO_INDEX, to};
}

size_t kh_paths_find(kh_paths *paths, uint32_t from, uint32_t to)
{
    if (from == to)
        return 0;
    measure(paths, from, to);
    if (paths->distance[from] == FAR)
        return 0;
    size_t n = 0;
    for (uint32_t node = from; node != to;) {
        kh_paths_arc arc = next_arc(paths, node, to);
        paths->found[n++].i = arc.link;
        node = arc.to;
    }
    return n;
}

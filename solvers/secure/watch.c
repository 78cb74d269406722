/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/secure/watch.h"

static kh_status check(const kh_graph *graph, const kh_coalition *c, size_t number, kh_error *err)
{
    for (size_t i = 0; i < c->n_nodes; i++)
        if (c->nodes[i] >= graph->n_nodes)
            return kh_fail(err, KH_ERANGE, "coalition %zu has node %u of %zu", number, c->nodes[i], graph->n_nodes);
    for (size_t i = 0; i < c->n_links; i++)
        if (c->links[i] >= graph->n_links)
            return kh_fail(err, KH_ERANGE, "coalition %zu has link %u of %zu", number, c->links[i], graph->n_links);
    return KH_OK;
}

/* Members by coalition become coalitions by member; first is counted two places up, so that filling leaves the starts. */
static void turn_round(const kh_coalition *coalitions, size_t n, bool of_links, size_t n_items, size_t *first, uint32_t *item)
{
    for (size_t j = 0; j < n; j++) {
        const uint32_t *members = of_links ? coalitions[j].links : coalitions[j].nodes;
        for (size_t i = 0; i < (of_links ? coalitions[j].n_links : coalitions[j].n_nodes); i++)
            first[members[i] + 2]++;
    }
    for (size_t v = 0; v < n_items; v++)
        first[v + 2] += first[v + 1];
    for (uint32_t j = 0; j < n; j++) {
        const uint32_t *members = of_links ? coalitions[j].links : coalitions[j].nodes;
        for (size_t i = 0; i < (of_links ? coalitions[j].n_links : coalitions[j].n_nodes); i++)
            item[first[members[i] + 1]++] = j;
    }
}

static void watch_each_node(kh_watch *watch)
{
    for (uint32_t v = 0; v < watch->graph->n_nodes; v++) {
        watch->node_first[v + 1] = v + 1;
        watch->node_item[v] = v;
        watch->size[v] = 1;
    }
}

kh_status kh_watch_init(kh_watch *watch, const kh_graph *graph, const kh_coalition *coalitions, size_t n_coalitions,
                        kh_arena *arena, kh_error *err)
{
    size_t n = coalitions != NULL ? n_coalitions : graph->n_nodes, members = 0, links = 0;
    for (size_t j = 0; coalitions != NULL && j < n; j++) {
        KH_TRY(check(graph, &coalitions[j], j, err));
        members += coalitions[j].n_nodes;
        links += coalitions[j].n_links;
    }
    *watch = (kh_watch){.graph = graph,
                        .n_coalitions = n,
                        .node_first = KH_NEW(arena, size_t, graph->n_nodes + 2),
                        .node_item = KH_NEW(arena, uint32_t, coalitions != NULL ? members : n),
                        .link_first = KH_NEW(arena, size_t, graph->n_links + 2),
                        .link_item = KH_NEW(arena, uint32_t, links),
                        .size = KH_NEW(arena, size_t, n),
                        .seen = KH_NEW(arena, uint32_t, n)};
    if (watch->node_first == NULL || watch->node_item == NULL || watch->link_first == NULL || watch->link_item == NULL ||
        watch->size == NULL || watch->seen == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu coalitions", n);
    if (coalitions == NULL) {
        watch_each_node(watch);
        return KH_OK;
    }
    turn_round(coalitions, n, false, graph->n_nodes, watch->node_first, watch->node_item);
    turn_round(coalitions, n, true, graph->n_links, watch->link_first, watch->link_item);
    for (size_t j = 0; j < n; j++)
        watch->size[j] = coalitions[j].n_nodes + coalitions[j].n_links;
    return KH_OK;
}

bool kh_watch_owns_end(const kh_watch *watch, uint32_t coalition, const uint32_t ends[2])
{
    for (int i = 0; i < 2; i++)
        for (size_t at = watch->node_first[ends[i]]; at < watch->node_first[ends[i] + 1]; at++)
            if (watch->node_item[at] == coalition)
                return true;
    return false;
}

static size_t see(kh_watch *watch, const uint32_t ends[2], const uint32_t *item, size_t n_items, uint32_t *touched)
{
    size_t n = 0;
    for (size_t i = 0; i < n_items; i++) {
        if (watch->seen[item[i]] == watch->turn || kh_watch_owns_end(watch, item[i], ends))
            continue;
        watch->seen[item[i]] = watch->turn;
        touched[n++] = item[i];
    }
    return n;
}

size_t kh_watch_touched(kh_watch *watch, const uint32_t ends[2], uint32_t start, const uint32_t *links, size_t n_links,
                        uint32_t *touched)
{
    size_t n = 0;
    uint32_t node = start;
    watch->turn++;
    for (size_t i = 0; i < n_links; i++) {
        const size_t *of_link = &watch->link_first[links[i]], *of_node = &watch->node_first[node];
        if (i > 0)
            n += see(watch, ends, &watch->node_item[of_node[0]], of_node[1] - of_node[0], &touched[n]);
        n += see(watch, ends, &watch->link_item[of_link[0]], of_link[1] - of_link[0], &touched[n]);
        node = kh_graph_far_end(watch->graph->ends[links[i]], node);
    }
    return n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/disjoint.h"

#include <string.h>

static const int64_t FAR = INT64_MAX;

kh_status kh_disjoint_init(kh_disjoint *d, const kh_paths *paths, kh_arena *arena, kh_error *err)
{
    size_t n = paths->n_nodes, m = paths->n_links;
    *d = (kh_disjoint){.paths = paths};
    d->links = KH_NEW(arena, kh_qkd_link_id, m);
    d->flow_from = KH_NEW(arena, uint32_t, m);
    d->passed = KH_NEW(arena, bool, n);
    d->distance = KH_NEW(arena, int64_t, 2 * n);
    d->came_from = KH_NEW(arena, uint32_t, 2 * n);
    d->came_over = KH_NEW(arena, uint32_t, 2 * n);
    d->queue = KH_NEW(arena, uint32_t, 2 * n);
    d->queued = KH_NEW(arena, bool, 2 * n);
    if (d->links == NULL || d->flow_from == NULL || d->passed == NULL || d->distance == NULL || d->came_from == NULL ||
        d->came_over == NULL || d->queue == NULL || d->queued == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for disjoint paths through %zu links", m);
    return KH_OK;
}

/* --- one more path: Bellman and Ford with a queue, since undoing earns its cost back --- */

static uint32_t arrived(uint32_t node)
{
    return 2 * node;
}

static uint32_t leaving(uint32_t node)
{
    return 2 * node + 1;
}

static void reach(kh_disjoint *d, uint32_t state, int64_t distance, uint32_t from, uint32_t over)
{
    if (distance >= d->distance[state])
        return;
    d->distance[state] = distance;
    d->came_from[state] = from;
    d->came_over[state] = over;
    if (d->queued[state])
        return;
    d->queued[state] = true;
    d->queue[(d->head + d->n_queued++) % (2 * d->paths->n_nodes)] = state;
}

/* Over links that no path uses. */
static void look_ahead(kh_disjoint *d, uint32_t node, uint32_t to)
{
    const kh_paths *paths = d->paths;
    uint32_t state = leaving(node);
    for (uint32_t a = paths->first[node]; a < paths->first[node + 1]; a++) {
        kh_paths_arc arc = paths->arcs[a];
        bool passes = arc.to == to || paths->relays[arc.to];
        if (paths->cost[arc.link] > 0 && passes && d->flow_from[arc.link] == KH_NO_INDEX)
            reach(d, arrived(arc.to), d->distance[state] + paths->cost[arc.link], state, arc.link);
    }
}

/* Back over links by which paths come here. */
static void look_back(kh_disjoint *d, uint32_t node)
{
    const kh_paths *paths = d->paths;
    uint32_t state = arrived(node);
    for (uint32_t a = paths->first[node]; a < paths->first[node + 1]; a++) {
        kh_paths_arc arc = paths->arcs[a];
        if (d->flow_from[arc.link] == arc.to)
            reach(d, leaving(arc.to), d->distance[state] - paths->cost[arc.link], state, arc.link);
    }
}

static void look_around(kh_disjoint *d, uint32_t state, uint32_t from, uint32_t to)
{
    uint32_t node = state / 2;
    bool is_end = node == from || node == to;
    if (state == leaving(node)) {
        look_ahead(d, node, to);
        if (!is_end && (!d->by_node || d->passed[node]))
            reach(d, arrived(node), d->distance[state], state, KH_NO_INDEX);
    } else if (!is_end) {
        look_back(d, node);
        if (!d->by_node || !d->passed[node])
            reach(d, leaving(node), d->distance[state], state, KH_NO_INDEX);
    }
}

static bool search(kh_disjoint *d, uint32_t from, uint32_t to)
{
    size_t n_states = 2 * d->paths->n_nodes;
    for (size_t s = 0; s < n_states; s++)
        d->distance[s] = FAR;
    d->head = d->n_queued = 0;
    reach(d, leaving(from), 0, KH_NO_INDEX, KH_NO_INDEX);
    while (d->n_queued > 0) {
        uint32_t state = d->queue[d->head];
        d->head = (d->head + 1) % n_states;
        d->n_queued--;
        d->queued[state] = false;
        look_around(d, state, from, to);
    }
    return d->distance[arrived(to)] != FAR;
}

static void take(kh_disjoint *d, uint32_t from, uint32_t to)
{
    for (uint32_t state = arrived(to); state != leaving(from); state = d->came_from[state]) {
        uint32_t before = d->came_from[state], link = d->came_over[state];
        bool forward = state == arrived(state / 2);
        if (link != KH_NO_INDEX)
            d->flow_from[link] = forward ? before / 2 : KH_NO_INDEX;
        else
            d->passed[state / 2] = !forward;
    }
}

/* --- the paths of the flow --- */

static uint32_t follow(kh_disjoint *d, uint32_t node, kh_qkd_link_id *link)
{
    for (uint32_t a = d->paths->first[node]; a < d->paths->first[node + 1]; a++) {
        kh_paths_arc arc = d->paths->arcs[a];
        if (d->flow_from[arc.link] != node)
            continue;
        d->flow_from[arc.link] = KH_NO_INDEX;
        link->i = arc.link;
        return arc.to;
    }
    return KH_NO_INDEX; /* not met: what flows in flows out */
}

static void add_found(kh_disjoint *d, const kh_qkd_link_id *links, size_t n)
{
    size_t i = d->n_found++;
    for (; i > 0 && n < d->n_links[i - 1]; i--) {
        d->found[i] = d->found[i - 1];
        d->n_links[i] = d->n_links[i - 1];
    }
    d->found[i] = links;
    d->n_links[i] = n;
}

static void part(kh_disjoint *d, uint32_t from, uint32_t to, size_t n_paths)
{
    kh_qkd_link_id *links = d->links;
    d->n_found = 0;
    for (size_t p = 0; p < n_paths; p++) {
        size_t n = 0;
        for (uint32_t node = from; node != to && node != KH_NO_INDEX;)
            node = follow(d, node, &links[n++]);
        add_found(d, links, n);
        links += n;
    }
}

static size_t find(kh_disjoint *d, uint32_t from, uint32_t to, size_t k)
{
    for (size_t i = 0; i < d->paths->n_links; i++)
        d->flow_from[i] = KH_NO_INDEX;
    memset(d->passed, 0, d->paths->n_nodes * sizeof d->passed[0]);
    size_t n = 0;
    for (; n < k && search(d, from, to); n++)
        take(d, from, to);
    return n;
}

size_t kh_disjoint_find(kh_disjoint *d, uint32_t from, uint32_t to, size_t k)
{
    d->n_found = 0;
    if (from == to || k == 0)
        return 0;
    d->by_node = true;
    size_t n = find(d, from, to, k);
    if (n < k) {
        d->by_node = false;
        size_t by_link = find(d, from, to, k);
        d->by_node = by_link == n;
        n = d->by_node ? find(d, from, to, k) : by_link;
    }
    part(d, from, to, n);
    return d->n_found;
}

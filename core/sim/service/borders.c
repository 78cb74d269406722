/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/borders.h"

#include <string.h>

/* KH_NO_INDEX: nobody's. */
static uint32_t domain_of(const kh_net *net, uint32_t node)
{
    uint32_t domain = net->nodes[node].domain.i;
    return domain < net->n_domains ? domain : KH_NO_INDEX;
}

static bool is_border(const kh_net *net, const kh_qkd_link *link)
{
    uint32_t a = domain_of(net, link->ends[0].i), b = domain_of(net, link->ends[1].i);
    return a != b && a != KH_NO_INDEX && b != KH_NO_INDEX;
}

kh_status kh_borders_init(kh_borders *borders, const kh_net *net, kh_arena *arena, kh_error *err)
{
    *borders = (kh_borders){.net = net, .arena = arena};
    kh_ns *handover = KH_NEW(arena, kh_ns, net->n_qkd_links);
    borders->transit = KH_NEW(arena, kh_borders_load, net->n_domains);
    borders->handed_over = KH_NEW(arena, kh_borders_load, net->n_qkd_links);
    if (handover == NULL || borders->transit == NULL || borders->handed_over == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the borders of %zu links", net->n_qkd_links);
    for (size_t i = 0; i < net->n_qkd_links; i++) {
        const kh_qkd_link *link = &net->qkd_links[i];
        if (!is_border(net, link))
            continue;
        for (int end = 0; end < 2; end++)
            handover[i] += kh_ns_from_s(net->domains[domain_of(net, link->ends[end].i)].handover_s);
        if (handover[i] > 0)
            borders->handover = handover;
    }
    return KH_OK;
}

/* --- counting, by route: what a route crosses is worked out when it is asked for --- */

static bool grow(kh_borders *borders, uint32_t route)
{
    while (route >= borders->routes_capacity) {
        kh_borders_load *bigger =
            kh_arena_grow(borders->arena, borders->routes, borders->n_routes, &borders->routes_capacity, sizeof *bigger);
        if (bigger == NULL)
            return false;
        borders->routes = bigger;
    }
    while (borders->n_routes <= route)
        borders->routes[borders->n_routes++] = (kh_borders_load){0};
    return true;
}

static void witness(void *self, const kh_relay_delivery *delivery)
{
    kh_borders *borders = self;
    for (uint32_t i = 0; delivery->counted && i < delivery->n_routes; i++) {
        uint32_t route = delivery->routes[i];
        if (route >= borders->n_routes && !grow(borders, route)) {
            borders->relay->kernel->queue.status = KH_ENOMEM;
            return;
        }
        borders->routes[route].keys += borders->relay->demands[delivery->demand].keys;
        borders->routes[route].bits += (double)delivery->bits;
    }
}

static void add(kh_borders_load *sum, const kh_borders_load *more)
{
    sum->keys += more->keys;
    sum->bits += more->bits;
}

static uint32_t other_end(const kh_qkd_link *link, uint32_t node)
{
    return link->ends[0].i == node ? link->ends[1].i : link->ends[0].i;
}

/* The end of the first link that the second does not share. */
static uint32_t first_node(const kh_net *net, const kh_routes_entry *route)
{
    const kh_node_id *ends = net->qkd_links[route->links[0].i].ends;
    if (route->n_links == 1)
        return ends[0].i;
    const kh_node_id *next = net->qkd_links[route->links[1].i].ends;
    return ends[0].i == next[0].i || ends[0].i == next[1].i ? ends[1].i : ends[0].i;
}

static uint32_t last_node(const kh_net *net, const kh_routes_entry *route, uint32_t from)
{
    for (uint32_t i = 0; i < route->n_links; i++)
        from = other_end(&net->qkd_links[route->links[i].i], from);
    return from;
}

static void sum_route(kh_borders *borders, const kh_routes_entry *route, const kh_borders_load *carried)
{
    const kh_net *net = borders->net;
    uint32_t at = first_node(net, route), from = domain_of(net, at), to = domain_of(net, last_node(net, route, at)), present = from;
    for (uint32_t i = 0; i < route->n_links; i++) {
        uint32_t link = route->links[i].i;
        at = other_end(&net->qkd_links[link], at);
        if (is_border(net, &net->qkd_links[link]))
            add(&borders->handed_over[link], carried);
        bool enters = domain_of(net, at) != present;
        present = domain_of(net, at);
        if (enters && present != KH_NO_INDEX && present != from && present != to)
            add(&borders->transit[present], carried);
    }
}

void kh_borders_sum(kh_borders *borders)
{
    const kh_net *net = borders->net;
    memset(borders->transit, 0, net->n_domains * sizeof borders->transit[0]);
    memset(borders->handed_over, 0, net->n_qkd_links * sizeof borders->handed_over[0]);
    for (size_t i = 0; i < borders->n_routes; i++)
        if (borders->routes[i].keys > 0)
            sum_route(borders, &borders->relay->routing->routes.entries[i], &borders->routes[i]);
}

/* --- as a part --- */

static void restart(void *self)
{
    kh_borders *borders = self;
    borders->n_routes = 0;
}

static void visit(void *self, kh_state *state)
{
    kh_borders *borders = self;
    borders->routes =
        kh_state_array(state, borders->routes, &borders->n_routes, &borders->routes_capacity, sizeof *borders->routes);
    if (state->status == KH_OK && borders->n_routes > borders->relay->routing->routes.n)
        state->status = KH_EDATA;
}

static const kh_part_ops ops = {.name = "borders", .restart = restart, .visit = visit};

kh_status kh_borders_watch(kh_borders *borders, kh_relay *relay, kh_error *err)
{
    borders->relay = relay;
    if (borders->net->n_domains < 2)
        return KH_OK;
    KH_TRY(kh_kernel_join(relay->kernel, &ops, borders, err));
    return kh_relay_watch(relay, witness, borders, err);
}

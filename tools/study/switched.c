/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/switched.h"

#include "solvers/light/routes.h"
#include "tools/study/site_rates.h"

#include <math.h>

static const double SHORTEST_DB = 1e-9; /* routes are ordered by lengths > 0 */

typedef struct search {
    const kh_net *net;
    const kh_switched_options *options;
    kh_arena *arena;
    kh_switched *made;
    kh_graph graph;
    double *loss_db; /* [n_fibres] half of each switch at its ends included */
    kh_site_rates rates;
} search;

static kh_status no_memory(const search *s, kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for the ways of %zu demands", s->net->n_demands);
}

static bool is_user(const kh_net *net, kh_node_id node)
{
    return net->nodes[node.i].kind == KH_NODE_SITE || net->nodes[node.i].kind == KH_NODE_OGS;
}

static kh_status start(search *s, kh_error *err)
{
    const kh_net *net = s->net;
    uint32_t(*ends)[2] = kh_arena_alloc(s->arena, net->n_fibres, sizeof *ends);
    bool *passes = KH_NEW(s->arena, bool, net->n_nodes);
    s->loss_db = KH_NEW(s->arena, double, net->n_fibres);
    s->made->sent = KH_NEW(s->arena, uint32_t, net->n_demands);
    s->made->left_out = KH_NEW(s->arena, uint32_t, net->n_demands);
    if (ends == NULL || passes == NULL || s->loss_db == NULL || s->made->sent == NULL || s->made->left_out == NULL)
        return no_memory(s, err);
    for (size_t v = 0; v < net->n_nodes; v++)
        passes[v] = net->nodes[v].kind == KH_NODE_SWITCH || net->nodes[v].kind == KH_NODE_AMPLIFIER;
    for (size_t e = 0; e < net->n_fibres; e++) {
        s->loss_db[e] = fmax(net->fibres[e].loss_db, SHORTEST_DB);
        for (size_t end = 0; end < 2; end++) {
            ends[e][end] = net->fibres[e].ends[end].i;
            if (net->nodes[ends[e][end]].kind == KH_NODE_SWITCH)
                s->loss_db[e] += s->options->switch_db / 2;
        }
    }
    s->graph = (kh_graph){net->n_nodes, net->n_fibres, (const uint32_t(*)[2])ends, passes};
    return KH_OK;
}

static double best_rate(const search *s, double loss_db, kh_device_id *device)
{
    double best = 0;
    for (size_t i = 0; i < s->rates.n; i++) {
        double rate_bps = kh_site_table_rate(&s->rates.tables[i], loss_db);
        if (kh_protocol_has_station(s->net->devices[s->rates.tables[i].device.i].protocol) || rate_bps <= best)
            continue;
        best = rate_bps;
        *device = s->rates.tables[i].device;
    }
    return best;
}

/* Rates fall with loss: behind a way without key none gives any. */
static kh_status find_ways(search *s, uint32_t demand, size_t *room, kh_error *err)
{
    const kh_demand *d = &s->net->demands[demand];
    kh_switched *made = s->made;
    kh_routes routes = {.complete = true};
    size_t before = made->n_ways;
    bool reached_end = false;
    if (is_user(s->net, d->between[0]) && is_user(s->net, d->between[1]) && d->between[0].i != d->between[1].i)
        KH_TRY(
            kh_routes_find(&s->graph, s->loss_db, d->between[0].i, d->between[1].i, s->options->most_ways, s->arena, &routes, err));
    for (size_t i = 0; i < routes.n && !reached_end; i++) {
        const kh_routes_one *route = &routes.routes[i];
        kh_switched_way way = {(uint32_t)made->n_sent, route->links, route->n_links, route->length, 0, {KH_NO_INDEX}};
        way.rate_bps = best_rate(s, way.loss_db, &way.device);
        reached_end = way.rate_bps <= 0;
        if (reached_end)
            continue;
        if (made->n_ways == *room)
            made->ways = kh_arena_grow(s->arena, made->ways, made->n_ways, room, sizeof *made->ways);
        if (made->ways == NULL)
            return no_memory(s, err);
        made->ways[made->n_ways++] = way;
    }
    made->complete = made->complete && (reached_end || routes.complete);
    if (made->n_ways > before)
        made->sent[made->n_sent++] = demand;
    else
        made->left_out[made->n_left_out++] = demand;
    return KH_OK;
}

kh_status kh_switched_find(const kh_net *net, const kh_switched_options *options, kh_arena *arena, kh_switched *switched,
                           kh_error *err)
{
    kh_switched made = {.complete = true};
    search s = {.net = net, .options = options, .arena = arena, .made = &made};
    const kh_site_rates_wish wish = {options->device, .alone = true, options->until_s};
    size_t room = 0;
    if (!(options->switch_db >= 0 && options->switch_db <= 100) || options->most_ways == 0)
        return kh_fail(err, KH_ERANGE, "%g dB a switch, must be 0 to 100; %zu ways, must be 1 at least", options->switch_db,
                       options->most_ways);
    KH_TRY(kh_site_rates_sample(net, &wish, arena, &s.rates, err));
    KH_TRY(start(&s, err));
    for (uint32_t k = 0; k < net->n_demands; k++)
        if (kh_demand_needs_qkd(&net->demands[k]) && net->demands[k].rate_bps > 0)
            KH_TRY(find_ways(&s, k, &room, err));
    *switched = made;
    return KH_OK;
}

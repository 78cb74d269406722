/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/light_path.h"

#include "solvers/light/routes.h"

#include <math.h>

enum { MOST_CANDIDATES = 64 }; /* ways to look at before giving up on lines of one direction */

static const double usual_baud_gbd = 32.0;

/* --- the way --- */

static bool has_amplifier(const kh_net *net, kh_line_id line, kh_direction direction)
{
    for (size_t i = 0; i < net->n_installed_amplifiers; i++)
        if (net->installed_amplifiers[i].line.i == line.i && net->installed_amplifiers[i].direction == direction)
            return true;
    return false;
}

static bool is_passable(const kh_net *net, const kh_optical_hop *hop)
{
    kh_direction wanted = hop->backward ? KH_DIRECTION_BACKWARD : KH_DIRECTION_FORWARD;
    kh_direction other = hop->backward ? KH_DIRECTION_FORWARD : KH_DIRECTION_BACKWARD;
    return !net->line_systems[hop->line.i].as_built || has_amplifier(net, hop->line, wanted) ||
           !has_amplifier(net, hop->line, other);
}

/* Hops of a route; false when one leads against the only direction of its line. */
static bool make_hops(const kh_net *net, const kh_routes_one *route, kh_node_id from, kh_optical_hop *hops)
{
    kh_node_id at = from;
    for (size_t i = 0; i < route->n_links; i++) {
        const kh_line_system *line = &net->line_systems[route->links[i]];
        hops[i] = (kh_optical_hop){.line = {route->links[i]}, .backward = line->ends[0].i != at.i};
        at = line->ends[hops[i].backward ? 0 : 1];
        if (!is_passable(net, &hops[i]))
            return false;
    }
    return true;
}

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory for a path of light");
}

static kh_status no_way(const kh_net *net, const kh_node_id ends[2], kh_error *err)
{
    return kh_fail(err, KH_INFEASIBLE, "no line systems lead from '%s' to '%s'", net->nodes[ends[0].i].id,
                   net->nodes[ends[1].i].id);
}

static kh_status find_routes(const kh_net *net, const kh_node_id ends[2], kh_arena *arena, kh_routes *routes, kh_error *err)
{
    size_t n = net->n_line_systems;
    uint32_t(*pairs)[2] = kh_arena_alloc(arena, n, sizeof *pairs);
    double *length_km = KH_NEW(arena, double, n);
    bool *passes = KH_NEW(arena, bool, net->n_nodes);
    if (pairs == NULL || length_km == NULL || passes == NULL)
        return no_memory(err);
    for (size_t i = 0; i < net->n_nodes; i++)
        passes[i] = true;
    for (size_t i = 0; i < n; i++) {
        const kh_line_system *line = &net->line_systems[i];
        for (size_t end = 0; end < 2; end++) {
            pairs[i][end] = line->ends[end].i;
            passes[line->ends[end].i] = passes[line->ends[end].i] && !line->bare_ends;
        }
        length_km[i] = kh_net_chain_length_km(net, line->via, line->n_via);
    }
    const kh_graph graph = {.n_nodes = net->n_nodes, .n_links = n, .ends = (const uint32_t(*)[2])pairs, .relays = passes};
    return kh_routes_find(&graph, length_km, ends[0].i, ends[1].i, MOST_CANDIDATES, arena, routes, err);
}

static kh_status find_way(const kh_net *net, const kh_node_id ends[2], kh_arena *arena, kh_light_path *out, kh_error *err)
{
    kh_routes routes = {0};
    KH_TRY(find_routes(net, ends, arena, &routes, err));
    for (size_t i = 0; i < routes.n; i++) {
        kh_optical_hop *hops = KH_NEW(arena, kh_optical_hop, routes.routes[i].n_links);
        if (hops == NULL)
            return no_memory(err);
        if (!make_hops(net, &routes.routes[i], ends[0], hops))
            continue;
        out->hops = hops;
        out->n_hops = routes.routes[i].n_links;
        return KH_OK;
    }
    return no_way(net, ends, err);
}

/* --- the light --- */

static kh_status light(const kh_net *net, double tx_osnr_db, kh_arena *arena, kh_light_path *out, kh_error *err)
{
    const kh_optical_route route = {.hops = out->hops, .n_hops = out->n_hops};
    KH_TRY(kh_optical_route_rate(net, &route, arena, &out->rate, err));
    const kh_mode *mode = out->rate.mode.i == KH_NO_INDEX ? NULL : &net->modes[out->rate.mode.i];
    KH_TRY(kh_optical_route_comb(net, out->hops[0].line, mode == NULL ? usual_baud_gbd : mode->baud_gbd, arena, &out->comb, err));
    KH_TRY(kh_optical_route_run(net, &route, &out->comb, arena, &out->path, err));
    out->tx_osnr_db = !isnan(tx_osnr_db) ? tx_osnr_db : mode == NULL ? (double)INFINITY : mode->tx_osnr_db;
    kh_optical_path_add_tx(&out->path, &out->comb, out->tx_osnr_db);
    return KH_OK;
}

kh_status kh_light_path_find(const kh_net *net, const kh_node_id ends[2], double tx_osnr_db, kh_arena *arena, kh_light_path *out,
                             kh_error *err)
{
    kh_light_path made = {0};
    if (ends[0].i == ends[1].i || net->n_line_systems == 0)
        return no_way(net, ends, err);
    KH_TRY(find_way(net, ends, arena, &made, err));
    KH_TRY(light(net, tx_osnr_db, arena, &made, err));
    *out = made;
    return KH_OK;
}

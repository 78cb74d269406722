/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/services/guard.h"

static kh_status no_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "what protects a service");
}

const char *kh_layer_name(kh_layer layer)
{
    static const char *const names[] = {"none", "psk", "pqc", "qkd", "hybrid"};
    return names[layer];
}

static kh_layer layer_of(kh_security security, bool has_key)
{
    switch (security) {
    case KH_SECURITY_PSK:
        return KH_LAYER_PSK;
    case KH_SECURITY_PQC:
        return KH_LAYER_PQC;
    case KH_SECURITY_QKD:
        return has_key ? KH_LAYER_QKD : KH_LAYER_NONE;
    case KH_SECURITY_HYBRID:
        return has_key ? KH_LAYER_HYBRID : KH_LAYER_PQC;
    }
    return KH_LAYER_NONE;
}

static void mark_relays(const kh_net *net, kh_node_id from, const kh_route *route, bool *relays)
{
    kh_node_id at = from;
    for (size_t i = 0; i + 1 < route->n_links; i++) {
        at = kh_node_far_end(net->qkd_links[route->links[i].i].ends, at);
        relays[at.i] = true;
    }
}

static kh_status list_trusted(const kh_net *net, const kh_plan_demand *planned, kh_node_id from, kh_arena *arena, kh_guard *guard,
                              kh_error *err)
{
    bool *relays = KH_NEW(arena, bool, net->n_nodes);
    if (relays == NULL)
        return no_memory(err);
    size_t n = 0;
    for (size_t i = 0; i < planned->n_routes; i++)
        mark_relays(net, from, &planned->routes[i], relays);
    for (size_t v = 0; v < net->n_nodes; v++)
        n += relays[v];
    guard->trusted = KH_NEW(arena, kh_node_id, n);
    if (guard->trusted == NULL)
        return no_memory(err);
    for (uint32_t v = 0; v < net->n_nodes; v++)
        if (relays[v])
            guard->trusted[guard->n_trusted++] = (kh_node_id){v};
    return KH_OK;
}

kh_status kh_guard_find(const kh_net *net, const kh_plan *plan, kh_demand_id demand, kh_arena *arena, kh_guard *guard,
                        kh_error *err)
{
    const kh_demand *d = &net->demands[demand.i];
    const kh_plan_demand *planned = &plan->demands[demand.i];
    bool needs_key = kh_demand_needs_qkd(d);
    kh_guard found = {.layer = layer_of(d->security, planned->rate_bps > 0),
                      .asked_bps = needs_key ? planned->requested_bps : 0,
                      .got_bps = needs_key ? planned->rate_bps : 0,
                      .n_routes = planned->n_routes};
    KH_TRY(list_trusted(net, planned, d->between[0], arena, &found, err));
    *guard = found;
    return KH_OK;
}

static bool is_covered(const kh_net *net, const kh_rates *rates, kh_fibre_id fibre)
{
    for (size_t q = 0; q < net->n_qkd_links; q++)
        for (size_t i = 0; rates->qkd[q].key_rate_bps > 0 && i < net->qkd_links[q].n_via; i++)
            if (net->qkd_links[q].via[i].i == fibre.i)
                return true;
    return false;
}

static kh_status follow_line(const kh_net *net, const kh_rates *rates, kh_line_id line, kh_arena *arena, kh_guard_line *out,
                             kh_error *err)
{
    const kh_line_system *system = &net->line_systems[line.i];
    kh_guard_line made = {.line = line, .bare = KH_NEW(arena, kh_fibre_id, system->n_via)};
    if (made.bare == NULL)
        return no_memory(err);
    for (size_t i = 0; i < system->n_via; i++) {
        double length_km = net->fibres[system->via[i].i].length_km;
        made.length_km += length_km;
        if (is_covered(net, rates, system->via[i]))
            made.covered_km += length_km;
        else
            made.bare[made.n_bare++] = system->via[i];
    }
    *out = made;
    return KH_OK;
}

kh_status kh_guard_follow(const kh_net *net, const kh_rates *rates, const kh_optical_route *way, kh_arena *arena, kh_guard *guard,
                          kh_error *err)
{
    kh_guard_line *lines = KH_NEW(arena, kh_guard_line, way->n_hops);
    if (lines == NULL)
        return no_memory(err);
    for (size_t i = 0; i < way->n_hops; i++)
        KH_TRY(follow_line(net, rates, way->hops[i].line, arena, &lines[i], err));
    guard->lines = lines;
    guard->n_lines = way->n_hops;
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/flow/given.h"

#include <math.h>

static bool holds_key(const kh_node *node)
{
    return node->kind == KH_NODE_SITE || node->kind == KH_NODE_OGS || node->kind == KH_NODE_SATELLITE;
}

static kh_status check_rates(const kh_net *net, const kh_rates *rates, kh_error *err)
{
    if (rates->n_qkd != net->n_qkd_links)
        return kh_fail(err, KH_ERANGE, "rates of %zu links for a network of %zu", rates->n_qkd, net->n_qkd_links);
    for (size_t e = 0; e < net->n_qkd_links; e++)
        if (!(rates->qkd[e].key_rate_bps >= 0) || isinf(rates->qkd[e].key_rate_bps))
            return kh_fail(err, KH_ERANGE, "link '%s': key_rate_bps is %g, must be finite and >= 0", net->qkd_links[e].id,
                           rates->qkd[e].key_rate_bps);
    return KH_OK;
}

static kh_status check_demands(const kh_net *net, kh_error *err)
{
    for (size_t k = 0; k < net->n_demands; k++) {
        const kh_demand *demand = &net->demands[k];
        if (!kh_demand_needs_qkd(demand))
            continue;
        if (!(demand->rate_bps >= 0) || isinf(demand->rate_bps))
            return kh_fail(err, KH_ERANGE, "demand '%s': rate_bps is %g, must be finite and >= 0", demand->id, demand->rate_bps);
        if (demand->between[0].i == demand->between[1].i)
            return kh_fail(err, KH_ERANGE, "demand '%s' is between a node and itself", demand->id);
    }
    return KH_OK;
}

static void translate_links(const kh_net *net, const kh_rates *rates, bool *relays, uint32_t (*ends)[2], double *capacity_bps)
{
    for (size_t v = 0; v < net->n_nodes; v++)
        relays[v] = holds_key(&net->nodes[v]) && net->nodes[v].trusted;
    for (size_t e = 0; e < net->n_qkd_links; e++) {
        const kh_node_id *at = net->qkd_links[e].ends;
        ends[e][0] = at[0].i;
        ends[e][1] = at[1].i;
        bool usable = at[0].i != at[1].i && holds_key(&net->nodes[at[0].i]) && holds_key(&net->nodes[at[1].i]);
        capacity_bps[e] = usable ? rates->qkd[e].key_rate_bps : 0;
    }
}

static size_t translate_demands(const kh_net *net, kh_keyflow_demand *demands, uint32_t *sent)
{
    size_t n = 0;
    for (uint32_t k = 0; k < net->n_demands; k++) {
        const kh_demand *demand = &net->demands[k];
        if (!kh_demand_needs_qkd(demand) || demand->rate_bps <= 0)
            continue;
        sent[n] = k;
        demands[n++] = (kh_keyflow_demand){{demand->between[0].i, demand->between[1].i}, demand->rate_bps};
    }
    return n;
}

kh_status kh_given_make(const kh_net *net, const kh_rates *rates, kh_arena *arena, kh_given *given, kh_error *err)
{
    KH_TRY(check_rates(net, rates, err));
    KH_TRY(check_demands(net, err));
    uint32_t(*ends)[2] = kh_arena_alloc(arena, net->n_qkd_links, sizeof *ends);
    double *capacity_bps = KH_NEW(arena, double, net->n_qkd_links);
    bool *relays = KH_NEW(arena, bool, net->n_nodes);
    kh_keyflow_demand *demands = KH_NEW(arena, kh_keyflow_demand, net->n_demands);
    uint32_t *sent = KH_NEW(arena, uint32_t, net->n_demands);
    if (ends == NULL || capacity_bps == NULL || relays == NULL || demands == NULL || sent == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a problem of %zu links and %zu demands", net->n_qkd_links, net->n_demands);
    translate_links(net, rates, relays, ends, capacity_bps);
    *given = (kh_given){.problem = {.graph = {net->n_nodes, net->n_qkd_links, (const uint32_t(*)[2])ends, relays},
                                    .capacity_bps = capacity_bps,
                                    .demands = demands,
                                    .n_demands = translate_demands(net, demands, sent),
                                    .level_cap = HUGE_VAL,
                                    .time_limit_s = HUGE_VAL},
                        .sent = sent};
    return KH_OK;
}

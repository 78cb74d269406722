/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/cost.h"

#include "core/base/arena.h"

#include <math.h>

static void add_modules(const kh_net *net, kh_plan_cost *cost)
{
    for (size_t e = 0; e < net->n_qkd_links; e++) {
        const kh_qkd_link *link = &net->qkd_links[e];
        if (!(link->modules > 0))
            continue;
        double price_eur = NAN;
        if (link->device.i < net->n_devices)
            price_eur = net->devices[link->device.i].cost_eur;
        cost->n_modules += (size_t)link->modules;
        cost->modules_eur += link->modules * price_eur;
    }
}

static void mark_inner_nodes(const kh_net *net, const kh_route *route, kh_node_id start, bool *marked)
{
    kh_node_id node = start;
    for (size_t i = 0; i + 1 < route->n_links; i++) {
        node = kh_node_far_end(net->qkd_links[route->links[i].i].ends, node);
        marked[node.i] = true;
    }
}

static void add_trusted_nodes(const kh_net *net, const kh_plan *plan, bool *marked, kh_plan_cost *cost)
{
    for (size_t k = 0; k < plan->n_demands; k++)
        for (size_t r = 0; r < plan->demands[k].n_routes; r++)
            mark_inner_nodes(net, &plan->demands[k].routes[r], net->demands[k].between[0], marked);
    for (size_t v = 0; v < net->n_nodes; v++) {
        if (!marked[v])
            continue;
        double fitout_eur = net->nodes[v].fitout_cost_eur;
        cost->n_trusted_nodes++;
        cost->trusted_nodes_eur += isnan(fitout_eur) ? net->costs.trusted_node_eur : fitout_eur;
    }
}

static void add_key_managers(const kh_net *net, bool *marked, kh_plan_cost *cost)
{
    for (size_t e = 0; e < net->n_qkd_links; e++)
        for (int end = 0; end < 2 && net->qkd_links[e].modules > 0; end++)
            marked[net->qkd_links[e].ends[end].i] = true;
    for (size_t v = 0; v < net->n_nodes; v++)
        if (marked[v])
            cost->kms_eur += net->costs.kms_node_eur;
}

static void add_fibres(const kh_net *net, bool *marked, kh_plan_cost *cost)
{
    for (size_t e = 0; e < net->n_qkd_links; e++)
        for (size_t i = 0; i < net->qkd_links[e].n_via && net->qkd_links[e].modules > 0; i++)
            marked[net->qkd_links[e].via[i].i] = true;
    for (size_t f = 0; f < net->n_fibres; f++)
        if (marked[f])
            cost->fibre_km += net->fibres[f].length_km;
    cost->fibre_eur = cost->fibre_km > 0 ? cost->fibre_km * net->costs.fibre_eur_per_km_year * net->costs.years : 0;
}

static void add_encryptors(const kh_net *net, kh_plan_cost *cost)
{
    double pairs = 0;
    for (size_t k = 0; k < net->n_demands; k++)
        if (net->demands[k].use == KH_USE_AES_256 && net->demands[k].encryptors > 0)
            pairs += net->demands[k].encryptors;
    cost->n_encryptor_pairs = (size_t)pairs;
    cost->encryptors_eur = pairs > 0 ? pairs * net->costs.encryptor_pair_eur : 0;
}

static kh_status sum_up(const kh_net *net, const kh_plan *plan, kh_arena *arena, kh_plan_cost *cost, kh_error *err)
{
    bool *relays = KH_NEW(arena, bool, net->n_nodes), *managers = KH_NEW(arena, bool, net->n_nodes);
    bool *leased = KH_NEW(arena, bool, net->n_fibres);
    if (relays == NULL || managers == NULL || leased == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the costs of %zu nodes", net->n_nodes);
    kh_plan_cost sum = {0};
    add_modules(net, &sum);
    add_trusted_nodes(net, plan, relays, &sum);
    add_key_managers(net, managers, &sum);
    add_encryptors(net, &sum);
    add_fibres(net, leased, &sum);
    double bought_eur = sum.modules_eur + sum.trusted_nodes_eur + sum.kms_eur + sum.encryptors_eur;
    sum.opex_eur = bought_eur > 0 || isnan(bought_eur) ? bought_eur * net->costs.opex_fraction_per_year * net->costs.years : 0;
    sum.total_eur = bought_eur + sum.fibre_eur + sum.opex_eur;
    *cost = sum;
    return KH_OK;
}

kh_status kh_cost_compute(const kh_net *net, const kh_plan *plan, kh_plan_cost *cost, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the costs");
    kh_status status = sum_up(net, plan, arena, cost, err);
    kh_arena_destroy(arena);
    return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/dimension.h"

#include "solvers/flow/given.h"
#include "solvers/graph/tree.h"

#include <math.h>
#include <string.h>

typedef struct work {
    const kh_net *net;
    const kh_dimension_options *options;
    kh_arena *arena;
    kh_dimension *out;
    bool *usable; /* [n_links] key can be held at both ends, and something is offered */
} work;

/* The network as if one pair of everything stood there. */
static kh_status read_network(work *w, const kh_dimension_offer *offers, size_t n_offers, kh_given *given, kh_error *err)
{
    kh_rates rates = {.qkd = KH_NEW(w->arena, kh_qkd_rate, w->net->n_qkd_links), .n_qkd = w->net->n_qkd_links};
    w->usable = KH_NEW(w->arena, bool, w->net->n_qkd_links);
    if (rates.qkd == NULL || w->usable == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu links", w->net->n_qkd_links);
    for (size_t i = 0; i < n_offers; i++)
        rates.qkd[offers[i].link.i].key_rate_bps += offers[i].rate_bps;
    KH_TRY(kh_given_make(w->net, &rates, w->arena, given, err));
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        w->usable[e] = given->problem.capacity_bps[e] > 0 && w->net->qkd_links[e].most_modules > 0;
    return KH_OK;
}

static double price_of(const work *w, const kh_dimension_offer *offer)
{
    return w->options->by_modules ? 1 : offer->device.i == KH_NO_INDEX ? (double)NAN : w->net->devices[offer->device.i].cost_eur;
}

static kh_status list_choices(work *w, const kh_dimension_offer *offers, size_t n_offers, kh_error *err)
{
    kh_modules_choice *choices = KH_NEW(w->arena, kh_modules_choice, n_offers);
    kh_dimension_offer *used = KH_NEW(w->arena, kh_dimension_offer, n_offers);
    uint32_t *ports = KH_NEW(w->arena, uint32_t, w->net->n_qkd_links);
    size_t n = 0;
    if (choices == NULL || used == NULL || ports == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu offers", n_offers);
    for (size_t e = 0; e < w->net->n_qkd_links; e++)
        ports[e] = (uint32_t)w->net->qkd_links[e].most_modules;
    for (size_t i = 0; i < n_offers; i++) {
        double price = price_of(w, &offers[i]);
        if (!w->usable[offers[i].link.i])
            continue;
        if (isnan(price))
            return kh_fail(err, KH_ERANGE,
                           "link '%s' names no device, so its pairs have no price: give it one, or count with --by modules",
                           w->net->qkd_links[offers[i].link.i].id);
        used[n] = offers[i];
        choices[n++] = (kh_modules_choice){offers[i].link.i, UINT32_MAX, offers[i].rate_bps, price};
    }
    w->out->offers = used;
    w->out->problem.choices = choices;
    w->out->problem.n_choices = n;
    w->out->problem.ports = ports;
    return KH_OK;
}

/* Demands whose ends no chain of offers joins are left out. */
static kh_status join_demands(work *w, const kh_given *given, kh_error *err)
{
    size_t m = w->net->n_qkd_links, n = 0;
    kh_keyflow_demand *demands = KH_NEW(w->arena, kh_keyflow_demand, given->problem.n_demands);
    double *weight = KH_NEW(w->arena, double, m);
    kh_tree *tree = kh_tree_create(&given->problem.graph, w->usable, w->arena);
    w->out->sent = KH_NEW(w->arena, uint32_t, given->problem.n_demands);
    w->out->cut_off = KH_NEW(w->arena, bool, w->net->n_demands);
    if (demands == NULL || weight == NULL || tree == NULL || w->out->sent == NULL || w->out->cut_off == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu demands", given->problem.n_demands);
    for (size_t k = 0; k < given->problem.n_demands; k++) {
        const kh_keyflow_demand *d = &given->problem.demands[k];
        kh_tree_grow(tree, weight, d->ends[0], &d->ends[1], 1);
        if (isinf(kh_tree_distance(tree, d->ends[1]))) {
            w->out->cut_off[given->sent[k]] = true;
            w->out->n_cut_off++;
            continue;
        }
        w->out->sent[n] = given->sent[k];
        demands[n++] = *d;
    }
    w->out->problem.demands = demands;
    w->out->problem.n_demands = n;
    return KH_OK;
}

static kh_status list_losses(work *w, const kh_given *given, kh_error *err)
{
    kh_modules_problem *problem = &w->out->problem;
    const char **vendor = KH_NEW(w->arena, const char *, problem->n_choices);
    if (vendor == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu offers", problem->n_choices);
    for (size_t j = 0; j < problem->n_choices; j++)
        if (w->out->offers[j].device.i != KH_NO_INDEX)
            vendor[j] = w->net->devices[w->out->offers[j].device.i].vendor;
    KH_TRY(kh_perils_list(w->net, &given->problem, w->options->against, problem, vendor, w->arena, &w->out->perils, err));
    problem->losses = w->out->perils.losses;
    problem->n_losses = w->out->perils.n;
    return KH_OK;
}

static double fitout_eur(const kh_net *net, size_t node)
{
    double own_eur = net->nodes[node].fitout_cost_eur;
    return isnan(own_eur) ? net->costs.trusted_node_eur : own_eur;
}

static void mark_ends(const work *w, bool *is_end)
{
    for (size_t k = 0; k < w->out->problem.n_demands; k++)
        is_end[w->out->problem.demands[k].ends[0]] = is_end[w->out->problem.demands[k].ends[1]] = true;
}

static kh_status price_nodes(work *w, bool *is_end, kh_error *err)
{
    double *cost = KH_NEW(w->arena, double, w->net->n_nodes);
    if (cost == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes", w->net->n_nodes);
    mark_ends(w, is_end);
    for (size_t v = 0; v < w->net->n_nodes && !w->options->by_modules; v++)
        cost[v] = w->net->costs.kms_node_eur + (is_end[v] ? 0 : fitout_eur(w->net, v));
    w->out->problem.node_cost = cost;
    return KH_OK;
}

static void split_cost(work *w, const bool *is_end)
{
    kh_dimension *out = w->out;
    const kh_costs *costs = &w->net->costs;
    for (size_t j = 0; j < out->problem.n_choices; j++) {
        out->n_modules += out->design.count[j];
        out->modules_eur += out->design.count[j] * out->problem.choices[j].cost;
    }
    for (size_t v = 0; v < w->net->n_nodes; v++) {
        if (!out->design.opened[v] || (w->options->by_modules && !is_end[v]))
            continue;
        out->n_opened++;
        out->n_fitted += !is_end[v];
        out->kms_eur += w->options->by_modules ? 0 : costs->kms_node_eur;
        out->fitout_eur += w->options->by_modules || is_end[v] ? 0 : fitout_eur(w->net, v);
    }
    for (size_t k = 0; k < w->net->n_demands; k++)
        if (w->net->demands[k].use == KH_USE_AES_256 && w->net->demands[k].encryptors > 0)
            out->encryptors_eur += w->net->demands[k].encryptors * costs->encryptor_pair_eur;
}

kh_status kh_dimension_solve(const kh_net *net, const kh_dimension_offer *offers, size_t n_offers,
                             const kh_dimension_options *options, kh_arena *arena, kh_dimension *dimension, kh_error *err)
{
    work w = {.net = net, .options = options, .arena = arena, .out = dimension};
    kh_given given;
    bool *is_end = KH_NEW(arena, bool, net->n_nodes);
    if (is_end == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu nodes", net->n_nodes);
    *dimension = (kh_dimension){.n_cut_off = 0};
    KH_TRY(read_network(&w, offers, n_offers, &given, err));
    KH_TRY(list_choices(&w, offers, n_offers, err));
    KH_TRY(join_demands(&w, &given, err));
    KH_TRY(price_nodes(&w, is_end, err));
    kh_modules_problem *problem = &dimension->problem;
    problem->graph = given.problem.graph;
    if (options->protect)
        KH_TRY(list_losses(&w, &given, err));
    problem->theta = options->theta;
    problem->gap = options->gap;
    problem->time_limit_s = options->time_limit_s;
    problem->lp_program = options->lp_program;
    problem->mps = options->mps;
    kh_status status = kh_modules_solve(problem, arena, &dimension->design, err);
    if ((status != KH_OK && status != KH_TIMELIMIT) || isinf(dimension->design.cost))
        return status;
    split_cost(&w, is_end);
    kh_error wrong = {0};
    if (kh_modules_verify(problem, &dimension->design, &wrong) != KH_OK)
        return kh_fail(err, KH_EINTERNAL, "the design is wrong: %s", wrong.message);
    return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

#include <string.h>

/* Own sums; cost.h says what each of them counts. */

static bool has_modules(const kh_check *c, size_t e)
{
    return c->net->qkd_links[e].modules > 0;
}

static void sum_modules(const kh_check *c, kh_plan_cost *sum)
{
    for (size_t e = 0; e < c->net->n_qkd_links; e++) {
        const kh_qkd_link *link = &c->net->qkd_links[e];
        if (!has_modules(c, e))
            continue;
        sum->n_modules += (size_t)link->modules;
        sum->modules_eur +=
            link->modules * (link->device.i < c->net->n_devices ? c->net->devices[link->device.i].cost_eur : (double)NAN);
    }
}

/* A broken route is reported elsewhere; here it only must not lead astray. */
static void mark_relays(const kh_check *c, const kh_route *route, uint32_t node)
{
    for (size_t i = 0; i + 1 < route->n_links; i++) {
        uint32_t e = route->links[i].i;
        if (e >= c->net->n_qkd_links)
            return;
        node = kh_check_end(c, e, kh_check_end(c, e, 0) == node ? 1 : 0);
        c->mark[node] = true;
    }
}

static void sum_trusted_nodes(const kh_check *c, kh_plan_cost *sum)
{
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    for (size_t k = 0; k < c->plan->n_demands; k++)
        for (size_t r = 0; r < c->plan->demands[k].n_routes; r++)
            mark_relays(c, &c->plan->demands[k].routes[r], c->net->demands[k].between[0].i);
    for (size_t v = 0; v < c->net->n_nodes; v++) {
        double own_eur = c->net->nodes[v].fitout_cost_eur;
        sum->n_trusted_nodes += c->mark[v];
        if (c->mark[v])
            sum->trusted_nodes_eur += isnan(own_eur) ? c->net->costs.trusted_node_eur : own_eur;
    }
}

static void sum_key_managers(const kh_check *c, kh_plan_cost *sum)
{
    memset(c->mark, 0, c->net->n_nodes * sizeof *c->mark);
    size_t n = 0;
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
        for (int end = 0; end < 2 && has_modules(c, e); end++) {
            n += !c->mark[kh_check_end(c, e, end)];
            c->mark[kh_check_end(c, e, end)] = true;
        }
    if (n > 0)
        sum->kms_eur = (double)n * c->net->costs.kms_node_eur;
}

static kh_status sum_fibres(const kh_check *c, kh_arena *arena, kh_plan_cost *sum, kh_error *err)
{
    bool *leased = KH_NEW(arena, bool, c->net->n_fibres);
    if (leased == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify the cost of %zu fibres", c->net->n_fibres);
    for (size_t e = 0; e < c->net->n_qkd_links; e++)
        for (size_t i = 0; i < c->net->qkd_links[e].n_via && has_modules(c, e); i++) {
            uint32_t f = c->net->qkd_links[e].via[i].i;
            sum->fibre_km += leased[f] ? 0 : c->net->fibres[f].length_km;
            leased[f] = true;
        }
    if (sum->fibre_km > 0)
        sum->fibre_eur = sum->fibre_km * c->net->costs.fibre_eur_per_km_year * c->net->costs.years;
    return KH_OK;
}

static void sum_encryptors(const kh_check *c, kh_plan_cost *sum)
{
    double pairs = 0;
    for (size_t k = 0; k < c->net->n_demands; k++)
        if (c->net->demands[k].use == KH_USE_AES_256)
            pairs += fmax(c->net->demands[k].encryptors, 0);
    sum->n_encryptor_pairs = (size_t)pairs;
    if (pairs > 0)
        sum->encryptors_eur = pairs * c->net->costs.encryptor_pair_eur;
}

static void sum_up(const kh_check *c, kh_plan_cost *sum)
{
    double bought_eur = sum->modules_eur + sum->trusted_nodes_eur + sum->kms_eur + sum->encryptors_eur;
    bool is_nothing = bought_eur <= 0;
    sum->opex_eur = is_nothing ? 0 : c->net->costs.years * c->net->costs.opex_fraction_per_year * bought_eur;
    sum->total_eur = bought_eur + sum->fibre_eur + sum->opex_eur;
}

static void compare(const kh_check *c, const char *what, double said, double found)
{
    if (!kh_check_same(said, found) && !(isnan(said) && isnan(found)))
        KH_WRONG_PLAN(c, "the cost names %.12g %s, it is %.12g", said, what, found);
}

kh_status kh_check_cost(const kh_check *c, kh_arena *arena, kh_error *err)
{
    const kh_plan_cost *said = &c->plan->cost;
    kh_plan_cost sum = {0};
    sum_modules(c, &sum);
    sum_trusted_nodes(c, &sum);
    sum_key_managers(c, &sum);
    sum_encryptors(c, &sum);
    KH_TRY(sum_fibres(c, arena, &sum, err));
    sum_up(c, &sum);
    compare(c, "modules", (double)said->n_modules, (double)sum.n_modules);
    compare(c, "trusted nodes", (double)said->n_trusted_nodes, (double)sum.n_trusted_nodes);
    compare(c, "pairs of encryptors", (double)said->n_encryptor_pairs, (double)sum.n_encryptor_pairs);
    compare(c, "km of fibre", said->fibre_km, sum.fibre_km);
    compare(c, "EUR for modules", said->modules_eur, sum.modules_eur);
    compare(c, "EUR for trusted nodes", said->trusted_nodes_eur, sum.trusted_nodes_eur);
    compare(c, "EUR for key managers", said->kms_eur, sum.kms_eur);
    compare(c, "EUR for encryptors", said->encryptors_eur, sum.encryptors_eur);
    compare(c, "EUR for fibre", said->fibre_eur, sum.fibre_eur);
    compare(c, "EUR for operation", said->opex_eur, sum.opex_eur);
    compare(c, "EUR in all", said->total_eur, sum.total_eur);
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/domains/operators.h"

#include <math.h>

static void sort_nodes(const kh_net *net, kh_operators *o)
{
    o->n_domains = (uint32_t)net->n_domains;
    for (size_t i = 0; i < net->n_domains; i++)
        o->name[i] = net->domains[i].id;
    for (size_t v = 0; v < net->n_nodes; v++) {
        o->domain_of[v] = net->nodes[v].domain.i;
        if (o->domain_of[v] < net->n_domains)
            continue;
        o->domain_of[v] = (uint32_t)net->n_domains;
        o->n_domains = (uint32_t)net->n_domains + 1;
        o->name[net->n_domains] = "(no domain)";
    }
}

static void set_policy(const kh_domain *domain, kh_part *part)
{
    part->policy = domain->discloses == KH_DISCLOSE_NOTHING ? KH_PART_NOTHING
                   : domain->discloses == KH_DISCLOSE_RATES ? KH_PART_RATES
                                                            : KH_PART_PRICES;
    part->transit_eur_per_mbit = domain->transit_price_per_mbit;
    if (domain->transit_max_rate_bps > 0)
        part->transit_bps = domain->transit_max_rate_bps;
}

kh_status kh_operators_make(const kh_net *net, const kh_rates *rates, kh_arena *arena, kh_operators *operators, kh_error *err)
{
    kh_operators o = {.domain_of = KH_NEW(arena, uint32_t, net->n_nodes),
                      .name = kh_arena_alloc(arena, net->n_domains + 1, sizeof *o.name),
                      .parts = KH_NEW(arena, kh_part, net->n_domains + 1)};
    if (o.domain_of == NULL || o.name == NULL || o.parts == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu domains", net->n_domains);
    KH_TRY(kh_given_make(net, rates, arena, &o.given, err));
    sort_nodes(net, &o);
    for (uint32_t i = 0; i < o.n_domains; i++) {
        KH_TRY(kh_part_cut(&o.given.problem, o.domain_of, (uint32_t[2]){i, o.n_domains}, arena, &o.parts[i], err));
        if (i < net->n_domains)
            set_policy(&net->domains[i], &o.parts[i]);
    }
    *operators = o;
    return KH_OK;
}

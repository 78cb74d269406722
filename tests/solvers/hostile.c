/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/hostile.h"

#include "core/base/rng.h"
#include "tests/solvers/near.h"

#include <math.h>

enum { MOST_NODES = 12, MOST_LINKS = 24, MOST_DEMANDS = 14, FIBRES = 4 };

typedef struct draft {
    kh_builder b;
    kh_rng rng;
    unsigned traits;
} draft;

static bool has(const draft *d, kh_hostile_trait trait)
{
    return (d->traits & (unsigned)trait) != 0;
}

static bool happens(draft *d, double chance)
{
    return kh_rng_uniform(&d->rng) < chance;
}

static uint32_t draw(draft *d, size_t n)
{
    return (uint32_t)kh_rng_below(&d->rng, n);
}

static void draw_nodes(draft *d)
{
    kh_builder_nodes(&d->b, happens(d, 0.03) ? 1 : 2 + draw(d, MOST_NODES - 1));
    for (size_t v = 0; v < d->b.net.n_nodes; v++) {
        kh_node *node = &d->b.net.nodes[v];
        node->trusted = !has(d, KH_HOSTILE_UNTRUSTED) || happens(d, 0.67);
        if (has(d, KH_HOSTILE_PASSIVE) && happens(d, 0.2))
            node->kind = happens(d, 0.5) ? KH_NODE_SWITCH : KH_NODE_AMPLIFIER;
        if (happens(d, 0.3))
            node->fitout_cost_eur = 1000.0 * draw(d, 100);
    }
}

static double draw_rate(draft *d)
{
    if (has(d, KH_HOSTILE_DEAD) && happens(d, 0.2))
        return 0;
    if (has(d, KH_HOSTILE_EQUAL))
        return 100;
    if (has(d, KH_HOSTILE_RANGE) && happens(d, 0.4))
        return happens(d, 0.5) ? 1e-12 : 1e12;
    return exp(6 * kh_rng_uniform(&d->rng));
}

/* Two nodes of one island when there are two, the even and the odd ones. */
static void draw_ends(draft *d, uint32_t ends[2])
{
    size_t n = d->b.net.n_nodes;
    ends[0] = draw(d, n);
    ends[1] = has(d, KH_HOSTILE_LOOPS) && happens(d, 0.15) ? ends[0] : draw(d, n);
    if (has(d, KH_HOSTILE_SPLIT) && ends[0] % 2 != ends[1] % 2)
        ends[1] = ends[1] > 0 ? ends[1] - 1 : ends[0];
}

static void draw_links(draft *d)
{
    for (size_t e = 0, m = draw(d, MOST_LINKS + 1); e < m; e++) {
        uint32_t ends[2];
        draw_ends(d, ends);
        if (has(d, KH_HOSTILE_PARALLEL) && e % 2 == 1)
            for (int i = 0; i < 2; i++)
                ends[i] = d->b.net.qkd_links[e - 1].ends[i].i;
        kh_builder_link(&d->b, ends[0], ends[1], draw_rate(d));
        kh_qkd_link *link = &d->b.net.qkd_links[e];
        link->modules = draw(d, 4);
        link->device = (kh_device_id){0};
        link->via = KH_NEW(d->b.arena, kh_fibre_id, 1);
        assert_non_null(link->via);
        link->via[0] = (kh_fibre_id){draw(d, FIBRES)};
        link->n_via = 1;
    }
}

static void draw_pair(draft *d, uint32_t ends[2])
{
    const kh_net *net = &d->b.net;
    ends[0] = draw(d, net->n_nodes);
    ends[1] = (ends[0] + 1 + draw(d, net->n_nodes - 1)) % (uint32_t)net->n_nodes;
    const kh_node_id *near = net->n_qkd_links > 0 ? net->qkd_links[draw(d, net->n_qkd_links)].ends : NULL;
    const kh_node_id *before = net->n_demands > 0 ? net->demands[net->n_demands - 1].between : NULL;
    const kh_node_id *from = has(d, KH_HOSTILE_TWINS) && happens(d, 0.4) ? before : NULL;
    if (from == NULL && has(d, KH_HOSTILE_NEIGHBOURS) && happens(d, 0.4))
        from = near;
    if (from == NULL || from[0].i == from[1].i)
        return;
    int turn = happens(d, 0.5);
    ends[0] = from[turn].i;
    ends[1] = from[1 - turn].i;
}

static void draw_demands(draft *d)
{
    size_t k = d->b.net.n_nodes < 2 || happens(d, 0.03) ? 0 : 1 + draw(d, MOST_DEMANDS);
    for (size_t i = 0; i < k; i++) {
        uint32_t ends[2];
        draw_pair(d, ends);
        double rate_bps = has(d, KH_HOSTILE_EQUAL) ? 10 : exp(5 * kh_rng_uniform(&d->rng));
        if (has(d, KH_HOSTILE_QUIET) && happens(d, 0.2))
            rate_bps = 0;
        kh_builder_demand(&d->b, ends[0], ends[1], rate_bps);
        kh_demand *demand = &d->b.net.demands[i];
        if (has(d, KH_HOSTILE_QUIET) && happens(d, 0.2))
            demand->security = KH_SECURITY_PQC;
        demand->use = happens(d, 0.3) ? KH_USE_AES_256 : KH_USE_KEY;
        demand->encryptors = draw(d, 3);
    }
}

static void set_costs(draft *d)
{
    kh_net *net = &d->b.net;
    net->devices = KH_NEW(d->b.arena, kh_device, 1);
    net->fibres = KH_NEW(d->b.arena, kh_fibre, FIBRES);
    assert_true(net->devices != NULL && net->fibres != NULL);
    net->n_devices = 1;
    net->n_fibres = FIBRES;
    net->devices[0].cost_eur = 50000;
    for (int f = 0; f < FIBRES; f++)
        net->fibres[f].length_km = 10 + f;
    net->costs.trusted_node_eur = 20000;
    net->costs.kms_node_eur = 3000;
    net->costs.encryptor_pair_eur = 7000;
    net->costs.fibre_eur_per_km_year = 400;
    net->costs.opex_fraction_per_year = 0.1;
    net->costs.years = 5;
}

kh_builder kh_hostile_draw(uint64_t seed, unsigned *traits)
{
    draft d = {.b = kh_builder_create(MOST_LINKS), .rng = kh_rng_stream(seed, "", "hostile")};
    for (unsigned i = 0; i < KH_HOSTILE_TRAITS; i++)
        d.traits |= happens(&d, 0.25) ? 1U << i : 0;
    draw_nodes(&d);
    draw_links(&d);
    draw_demands(&d);
    set_costs(&d);
    if (traits != NULL)
        *traits = d.traits;
    return d.b;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_DRAWN_ALL_H
#define KH_TESTS_CORE_SIM_DRAWN_ALL_H

#include "tests/core/sim/drawn.h"
#include "tests/core/sim/drawn_supply.h"

/* Networks with all that the block level plays at once. */

enum { DRAWN_DOMAINS = 3 };

static inline void drawn_domains(handmade *h, kh_rng *rng)
{
    h->net.domains = handmade_check(KH_NEW(h->arena, kh_domain, DRAWN_DOMAINS));
    h->net.n_domains = DRAWN_DOMAINS;
    for (uint32_t i = 0; i < DRAWN_DOMAINS; i++)
        h->net.domains[i] = (kh_domain){.id = handmade_id(h, "dom", i),
                                        .operator_name = i == 0 ? "first" : "second",
                                        .transit_price_per_mbit = kh_rng_uniform(rng),
                                        .handover_s = kh_rng_below(rng, 2) == 0 ? 0 : 0.1 * kh_rng_uniform(rng)};
    for (uint32_t i = 0; i < h->net.n_nodes; i++) /* the middle one is between the others */
        h->net.nodes[i].domain.i = i % DRAWN_COLUMNS < 2 ? 0 : i % DRAWN_COLUMNS < 4 ? 1 : 2;
}

/* The wind of the time slots cuts fibres that hang on poles. */
static inline void drawn_wind(handmade *h, kh_rng *rng)
{
    for (size_t i = 0; i < h->net.n_time_slots; i++)
        h->net.time_slots[i].wind_m_s = 10.0 * (double)i;
    for (size_t i = 0; i < h->net.n_fibres; i++)
        h->net.fibres[i].aerial_km = h->net.fibres[i].length_km * kh_rng_uniform(rng);
    for (size_t i = 0; i < h->net.n_faults; i++)
        if (h->net.faults[i].kind == KH_FAULT_FIBRE_CUT) {
            h->net.faults[i].wind_above_m_s = 5;
            h->net.faults[i].factor = 10;
        }
}

static inline void drawn_attacks(handmade *h)
{
    kh_fault *unheard = handmade_fault(h, KH_FAULT_EAVESDROPPING, "all-links", 0.3, 0.02);
    kh_fault *heard = handmade_fault(h, KH_FAULT_EAVESDROPPING, "q9", 0.05, 0.05);
    unheard->qber = 0.03;
    heard->qber = 0.2;
    heard->quarantine_h = 0.005;
    (void)handmade_fault(h, KH_FAULT_COMPROMISE, "n12", 0.05, 0.05);
    (void)handmade_fault(h, KH_FAULT_COMPROMISE, "dom2", 0.1, 0.02);
    handmade_fault(h, KH_FAULT_FLASH_DEMAND, "all-demands", 0.1, 0.01)->factor = 3;
    handmade_fault(h, KH_FAULT_FLASH_DEMAND, "d3", 0.05, 0.02)->factor = 0.5;
}

static inline void drawn_groups(handmade *h)
{
    kh_fault *duct = handmade_fault(h, KH_FAULT_SHARED_RISK, "duct", 0.1, 0.02);
    duct->fibres = handmade_check(KH_NEW(h->arena, kh_fibre_id, 3));
    duct->nodes = handmade_check(KH_NEW(h->arena, kh_node_id, 1));
    for (duct->n_fibres = 0; duct->n_fibres < 3; duct->n_fibres++)
        duct->fibres[duct->n_fibres].i = (uint32_t)(10 + duct->n_fibres);
    duct->nodes[0].i = 8;
    duct->n_nodes = 1;
    kh_fault *work = handmade_fault(h, KH_FAULT_MAINTENANCE, "n16", NOT_GIVEN, NOT_GIVEN);
    work->first_h = 0.02;
    work->every_h = 0.06;
    work->duration_h = 0.01;
    (void)handmade_fault(h, KH_FAULT_MAINTENANCE, "duct", 0.2, 0.01);
    (void)handmade_fault(h, KH_FAULT_LINK, "all-links", 0.3, 0.01);
}

/* Policies, classes and ways to count, by the seed: so that a few seeds have met all of them. */
static inline void drawn_options(handmade *h, kh_rng *rng, uint64_t seed)
{
    h->options.warm_up_s = 120;
    h->options.batches = seed % 3;
    h->options.hop_latency_s = seed % 4 == 0 ? 0 : 0.05 * kh_rng_uniform(rng);
    h->options.fetch_s = seed % 2 == 0 ? 0 : 20;
    h->options.routing.policy = (kh_routing_policy)(seed % 4);
    h->options.routing.restoration_s = 5 * kh_rng_uniform(rng);
    if (h->options.routing.policy != KH_ROUTING_RESTORE && seed % 8 < 4)
        h->options.routing.disjoint_paths = 2 + (uint32_t)kh_rng_below(rng, 3);
    if (h->options.routing.disjoint_paths > 2)
        h->options.routing.shares_needed = 2;
    h->options.classes =
        (kh_class_options){.n = 1 + (uint32_t)kh_rng_below(rng, 4), .admission = (kh_admission)(seed % 2), .admission_level = 0.2};
    if (seed % 5 == 0)
        h->options.seed |= KH_RNG_MIRRORED;
}

static inline handmade drawn_everything(uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "everything", "draw");
    handmade h = drawn_network(seed);
    drawn_supply(&h, &rng);
    drawn_users(&h, seed);
    drawn_domains(&h, &rng);
    drawn_wind(&h, &rng);
    drawn_attacks(&h);
    drawn_groups(&h);
    drawn_options(&h, &rng, seed);
    return h;
}

/* The same as far as the fluid level plays it. */
static inline handmade drawn_for_fluid(uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "everything", "draw");
    handmade h = drawn_network(seed);
    drawn_supply(&h, &rng);
    for (size_t i = 0; i < h.net.n_qkd_links; i++)
        h.net.qkd_links[i].key_store.lifetime_h = (double)INFINITY;
    drawn_domains(&h, &rng);
    drawn_wind(&h, &rng);
    drawn_groups(&h);
    h.options.warm_up_s = 120;
    h.options.batches = seed % 3;
    h.options.level = KH_SIM_FLUID;
    return h;
}

#endif

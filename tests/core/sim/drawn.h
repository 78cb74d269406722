/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_DRAWN_H
#define KH_TESTS_CORE_SIM_DRAWN_H

#include "tests/core/sim/handmade.h"

/* Random grids with faults, queues, reserves and several routes per demand. */

enum { DRAWN_ROWS = 5, DRAWN_COLUMNS = 5 };

static inline void drawn_stores(handmade *h, kh_rng *rng)
{
    for (size_t i = 0; i < h->net.n_qkd_links; i++) {
        kh_qkd_link *link = &h->net.qkd_links[i];
        kh_store_policy *policy = &link->key_store;
        link->modules = 1 + (double)kh_rng_below(rng, 3);
        policy->capacity_keys = 50 + (double)kh_rng_below(rng, 500);
        policy->initial_keys = (double)kh_rng_below(rng, 200);
        policy->reserve_keys = (double)kh_rng_below(rng, 30);
        if (kh_rng_below(rng, 2) == 0)
            policy->refill_below_keys = policy->capacity_keys * kh_rng_uniform(rng);
        if (kh_rng_below(rng, 2) == 0)
            handmade_blocks(h, link, 1000 + (double)kh_rng_below(rng, 30000), 0.5 + 20 * kh_rng_uniform(rng));
    }
}

static inline void drawn_demands(handmade *h, kh_rng *rng, size_t n)
{
    static const kh_use uses[] = {KH_USE_KEY, KH_USE_OTP, KH_USE_AES_256};
    for (size_t i = 0; i < n; i++) {
        uint32_t from = (uint32_t)kh_rng_below(rng, DRAWN_ROWS * DRAWN_COLUMNS);
        uint32_t to = (from + 1 + (uint32_t)kh_rng_below(rng, DRAWN_ROWS * DRAWN_COLUMNS - 1)) % (DRAWN_ROWS * DRAWN_COLUMNS);
        kh_demand *demand = handmade_demand(h, uses[kh_rng_below(rng, 3)], 200 + 1000 * kh_rng_uniform(rng), 2);
        demand->between[0].i = from;
        demand->between[1].i = to;
        demand->key_bits = 128 << kh_rng_below(rng, 3);
        demand->priority = (double)kh_rng_below(rng, 2);
        demand->encryptors = 1 + (double)kh_rng_below(rng, 5);
        demand->directions = 1 + (double)kh_rng_below(rng, 2);
        handmade_grid_route(h, demand, DRAWN_COLUMNS, from, to, 1);
        if (kh_rng_below(rng, 2) == 0)
            handmade_grid_route(h, demand, DRAWN_COLUMNS, from, to, 0);
    }
}

static inline handmade drawn_network(uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "network", "draw");
    handmade h = handmade_grid(DRAWN_ROWS, DRAWN_COLUMNS, 41);
    handmade_trust(&h);
    drawn_stores(&h, &rng);
    drawn_demands(&h, &rng, 40);
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 0.1, 0.02);
    (void)handmade_fault(&h, KH_FAULT_NODE, "all-nodes", 0.2, 0.005);
    (void)handmade_fault(&h, KH_FAULT_MODULE, "all-links", 0.1, 0.05);
    h.options.seed = seed;
    h.options.duration_s = 600;
    h.options.late_after_s = 5 * kh_rng_uniform(&rng);
    return h;
}

static inline void drawn_use(kh_demand *demand, kh_rng *rng, kh_line_id *over)
{
    demand->grace_s = 5 * kh_rng_uniform(rng);
    demand->fallback = (kh_fallback)kh_rng_below(rng, 3);
    if (kh_rng_below(rng, 3) == 0)
        demand->key_store = (kh_pair_store){.capacity_keys = 20 + (double)kh_rng_below(rng, 100), .refill_below_keys = NOT_GIVEN};
    if (kh_rng_below(rng, 4) == 0)
        demand->calls = (kh_calls){.per_h = 3600 * kh_rng_uniform(rng),
                                   .mean_s = 10 * kh_rng_uniform(rng),
                                   .law = (kh_law)kh_rng_below(rng, 2),
                                   .lines = 1 + (double)kh_rng_below(rng, 6),
                                   .sources = (double)kh_rng_below(rng, 10),
                                   .pad_bps = kh_rng_below(rng, 2) == 0 ? 0 : 500 * kh_rng_uniform(rng)};
    if (demand->use != KH_USE_AES_256 || kh_rng_below(rng, 2) == 0)
        return;
    over->i = (uint32_t)kh_rng_below(rng, 2);
    demand->over = over;
    demand->n_over = 1;
    demand->data_gbps = 1 + 99 * kh_rng_uniform(rng);
    demand->transfer = (kh_transfer){
        .volume_tb = 0.1 * kh_rng_uniform(rng), .every_h = 0.05 * kh_rng_uniform(rng), .rhythm = (kh_rhythm)kh_rng_below(rng, 2)};
}

/* Key management that takes time, stores of pairs, calls, and data that move over two lines of two fibres each. */
static inline void drawn_users(handmade *h, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "users", "draw");
    kh_line_id *over = handmade_check(KH_NEW(h->arena, kh_line_id, h->net.n_demands));
    kh_fibre_id *via = handmade_check(KH_NEW(h->arena, kh_fibre_id, 4));
    h->net.line_systems = handmade_check(KH_NEW(h->arena, kh_line_system, 2));
    h->rates.line = handmade_check(KH_NEW(h->arena, kh_line_rate, 2));
    h->net.n_line_systems = h->rates.n_line = 2;
    for (uint32_t i = 0; i < 2; i++) {
        via[2 * i].i = i;
        via[2 * i + 1].i = i + 4;
        h->net.line_systems[i] = (kh_line_system){.id = handmade_id(h, "l", i), .via = &via[2 * i], .n_via = 2};
        h->rates.line[i].capacity_gbps = 100;
    }
    for (size_t i = 0; i < h->net.n_nodes; i++)
        if (kh_rng_below(&rng, 3) == 0)
            h->net.nodes[i].kms = (kh_kms){.service_ms = 100 * kh_rng_uniform(&rng), .law = (kh_law)kh_rng_below(&rng, 2)};
    for (size_t i = 0; i < h->net.n_demands; i++)
        drawn_use(&h->net.demands[i], &rng, &over[i]);
}

#endif

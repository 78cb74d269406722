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

#endif

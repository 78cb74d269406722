/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_DRAWN_SUPPLY_H
#define KH_TESTS_CORE_SIM_DRAWN_SUPPLY_H

#include "tests/core/sim/handmade.h"

/* Random policies of stores, calibration, optical switches, time slots and passes for a network made by hand, minutes long. Rates
 * stay the means over all time. */

enum { DRAWN_SLOTS = 3, DRAWN_PASSES = 40 };

static inline void drawn_policies(handmade *h, kh_rng *rng)
{
    for (size_t i = 0; i < h->net.n_qkd_links; i++) {
        kh_store_policy *policy = &h->net.qkd_links[i].key_store;
        policy->when_full = (kh_when_full)kh_rng_below(rng, 3);
        policy->is_volatile = kh_rng_below(rng, 2) == 0;
        if (kh_rng_below(rng, 2) == 0)
            policy->lifetime_h = (20 + 100 * kh_rng_uniform(rng)) / 3600;
        if (kh_rng_below(rng, 2) == 0)
            policy->sync_s = 15 * kh_rng_uniform(rng);
    }
}

static inline void drawn_pauses(handmade *h, kh_rng *rng)
{
    h->net.devices = handmade_check(KH_NEW(h->arena, kh_device, 2));
    h->net.n_devices = 2;
    h->net.devices[0] = (kh_device){.id = "d0", .calibration_every_h = 55 / 3600.0, .calibration_min = 7 / 60.0};
    h->net.devices[1] = (kh_device){.id = "d1", .calibration_every_h = NOT_GIVEN};
    h->net.optical_switches = handmade_check(KH_NEW(h->arena, kh_optical_switch, 2));
    h->net.n_optical_switches = 2;
    for (uint32_t i = 0; i < 2; i++) { /* the first links share an end: to the right, and down */
        kh_qkd_link_id *links = handmade_check(KH_NEW(h->arena, kh_qkd_link_id, 2));
        links[0].i = 2 * i;
        links[1].i = 2 * i + 1;
        h->net.optical_switches[i] = (kh_optical_switch){.id = i == 0 ? "s0" : "s1",
                                                         .links = links,
                                                         .n_links = 2,
                                                         .dwell_s = 5 + 20 * kh_rng_uniform(rng),
                                                         .changeover_s = i * kh_rng_uniform(rng)};
    }
    for (size_t i = 0; i < h->net.n_qkd_links; i++)
        h->net.qkd_links[i].device.i = (uint32_t)kh_rng_below(rng, 2);
}

static inline void drawn_slots(handmade *h, kh_rng *rng)
{
    static kh_time_slot slots[DRAWN_SLOTS] = {{.id = "calm", .share = 0.6, .mean_spell_h = 90 / 3600.0},
                                              {.id = "wind", .share = 0.3, .mean_spell_h = 50 / 3600.0},
                                              {.id = "storm", .share = 0.1, .mean_spell_h = 20 / 3600.0}};
    h->net.time_slots = slots;
    h->net.n_time_slots = h->rates.n_slots = DRAWN_SLOTS;
    h->rates.slots = handmade_check(KH_NEW(h->arena, kh_slot_rate, DRAWN_SLOTS * h->net.n_qkd_links));
    for (size_t i = 0; i < h->net.n_qkd_links; i++) {
        double mean_bps = h->rates.qkd[i].key_rate_bps, worse = kh_rng_below(rng, 2) == 0 ? 1 : kh_rng_uniform(rng);
        kh_slot_rate *rates = &h->rates.slots[i * DRAWN_SLOTS];
        rates[1].key_rate_bps = worse * mean_bps;
        rates[2].key_rate_bps = worse == 1 ? mean_bps : 0;
        rates[0].key_rate_bps = worse == 1 ? mean_bps : mean_bps * (1 - 0.3 * worse) / 0.6;
    }
}

static inline void drawn_passes(handmade *h, kh_rng *rng, uint32_t link)
{
    kh_pass *passes = handmade_check(KH_NEW(h->arena, kh_pass, DRAWN_PASSES));
    for (int i = 0; i < DRAWN_PASSES; i++)
        passes[i] = (kh_pass){.end_s = 15 * (i + kh_rng_uniform(rng)), .key_bits = 20000 * kh_rng_uniform(rng), .clear_share = 1};
    h->net.qkd_links[link].n_via = 0;
    h->net.qkd_links[link].passes_per_block = 1 + (double)kh_rng_below(rng, 3);
    h->rates.qkd[link].passes = passes;
    h->rates.qkd[link].n_passes = DRAWN_PASSES;
}

static inline void drawn_supply(handmade *h, kh_rng *rng)
{
    drawn_policies(h, rng);
    drawn_pauses(h, rng);
    drawn_slots(h, rng);
    for (uint32_t i = 4; i < 8; i++)
        drawn_passes(h, rng, i);
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_SERVICE_QUEUE_H
#define KH_TESTS_CORE_SIM_SERVICE_QUEUE_H

#include "tests/core/sim/handmade.h"

/* Requests of one demand, Poisson, that pass one key management server on their way to a link with all the key that they may want:
 * M/G/1 with a mean service of a second, so that waits are in services. */
static inline handmade queue_create(kh_law law, double load, double duration_s)
{
    static const uint32_t path[] = {0};
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 0);
    link->key_store.capacity_keys = link->key_store.initial_keys = 1e9;
    h.net.nodes[0].kms = (kh_kms){.service_ms = 1000, .law = law};
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256 * load, 1);
    demand->between[1].i = 1;
    handmade_route(&h, demand, demand->rate_bps, 1, path);
    h.options.hop_latency_s = 0;
    h.options.duration_s = duration_s;
    h.options.warm_up_s = 1000;
    h.options.audit = false;
    return h;
}

/* Mean wait before service in one run of a seed. */
static inline double queue_wait_s(handmade *h, uint64_t seed)
{
    h->options.seed = seed;
    return handmade_run(h)->demands[0].kms.mean_wait_s;
}

/* Of M/G/1: lambda E[S^2] / (2 (1 - rho)), E[S] = 1. (Pollaczek-Khinchine) */
static inline double queue_formula_s(kh_law law, double load)
{
    double second_moment = law == KH_LAW_FIXED ? 1 : 2;
    return load * second_moment / (2 * (1 - load));
}

#endif

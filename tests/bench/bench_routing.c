/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cost of routing at run time, in CPU time.
   bench_routing [DAYS]   9 x 9 grid, 144 links, 30 demands that ask for ten minutes' keys at once, fibre cuts: the same random
   numbers under every policy; then one search of a path and of three disjoint paths on grids up to 10,000 links */
#include "core/sim/service/disjoint.h"
#include "tests/core/sim/handmade.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static handmade europe_like(double days)
{
    handmade h = handmade_grid(9, 9, 30);
    handmade_trust(&h);
    for (uint32_t i = 0; i < h.net.n_qkd_links; i++) {
        handmade_blocks(&h, &h.net.qkd_links[i], 500000, 100 + 2.0 * i);
        h.net.qkd_links[i].key_store = (kh_store_policy){.capacity_keys = 20000, .refill_below_keys = 16000, .initial_keys = 10000};
    }
    for (uint32_t k = 0; k < 30; k++) {
        kh_demand *demand = handmade_demand(&h, KH_USE_AES_256, 24 * 2 * 256 / 60.0, 2);
        demand->encryptors = 24;
        demand->directions = 2;
        demand->rekey_s = 60;
        uint32_t from = 7 * k % 81, to = (from + 22) % 81;
        demand->between[0].i = from;
        demand->between[1].i = to;
        handmade_grid_route(&h, demand, 9, from, to, 1);
        handmade_grid_route(&h, demand, 9, from, to, 0);
    }
    kh_fault *cuts = handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", NOT_GIVEN, 12);
    cuts->mtbf_h_per_1000km = 438;
    h.options.duration_s = days * 86400;
    h.options.fetch_s = 600;
    h.options.hop_latency_s = 0;
    h.options.audit = false;
    return h;
}

static void play(handmade *h, kh_routing_policy policy, uint32_t paths)
{
    h->options.routing = (kh_routing_options){.policy = policy, .restoration_s = KH_RESTORATION_S, .disjoint_paths = paths};
    double start = cpu_s();
    const kh_sim_result *result = handmade_run(h);
    double used_s = cpu_s() - start, requests = 0, served = 0, rerouted = 0;
    for (size_t i = 0; i < result->n_demands; i++) {
        requests += result->demands[i].requests;
        served += result->demands[i].served;
        rerouted += result->demands[i].routing.rerouted;
    }
    printf("%-9s %u path(s): %.0f events, %.0f keys asked for, %.6f served, %.4f rerouted, %.2f CPU s\n",
           kh_routing_policy_name(policy), paths, (double)result->events, requests, served / requests, rerouted / requests, used_s);
}

static void time_searches(uint32_t side)
{
    handmade h = handmade_grid(side, side, 1);
    handmade_trust(&h);
    bool *usable = handmade_check(KH_NEW(h.arena, bool, h.net.n_qkd_links));
    for (size_t i = 0; i < h.net.n_qkd_links; i++)
        usable[i] = true;
    kh_paths paths;
    kh_disjoint disjoint;
    if (kh_paths_init(&paths, &h.net, usable, h.arena, NULL) != KH_OK ||
        kh_disjoint_init(&disjoint, &paths, h.arena, NULL) != KH_OK)
        abort();
    kh_rng rng = kh_rng_stream(1, "bench", "searches");
    for (size_t i = 0; i < h.net.n_qkd_links; i++)
        paths.cost[i] = 256 + (uint32_t)kh_rng_below(&rng, 4096);
    uint32_t n = side * side, searches = 4000000 / n;
    size_t hops = 0;
    double times[3] = {cpu_s()};
    for (uint32_t i = 0; i < searches; i++)
        hops += kh_paths_find(&paths, (uint32_t)kh_rng_below(&rng, n), (uint32_t)kh_rng_below(&rng, n));
    times[1] = cpu_s();
    for (uint32_t i = 0; i < searches / 10; i++)
        hops += kh_disjoint_find(&disjoint, (uint32_t)kh_rng_below(&rng, n), (uint32_t)kh_rng_below(&rng, n), 3);
    times[2] = cpu_s();
    printf("%6zu links: %.1f us a path, %.1f us three disjoint ones (%zu hops)\n", h.net.n_qkd_links,
           (times[1] - times[0]) / searches * 1e6, (times[2] - times[1]) / (searches / 10) * 1e6, hops);
    handmade_destroy(&h);
}

int main(int argc, char **argv)
{
    double days = argc > 1 ? strtod(argv[1], NULL) : 1;
    handmade h = europe_like(days);
    for (int policy = 0; policy < 4; policy++)
        play(&h, (kh_routing_policy)policy, 1);
    for (int policy = 0; policy < 3; policy++)
        play(&h, (kh_routing_policy)policy, 2);
    handmade_destroy(&h);
    static const uint32_t sides[] = {9, 30, 71};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        time_searches(sides[i]);
    return 0;
}

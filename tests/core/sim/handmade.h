/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_CORE_SIM_HANDMADE_H
#define KH_TESTS_CORE_SIM_HANDMADE_H

#include "core/base/rng.h"
#include "core/sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NOT_GIVEN ((double)NAN)

/** Networks, rates and plans filled by hand: nodes n0, n1..., one fibre f0, f1... and one link q0, q1... per edge, 100 km each. */
typedef struct handmade {
    kh_arena *arena;
    kh_net net;
    kh_rates rates;
    kh_plan plan;
    kh_sim_options options;
} handmade;

enum { HANDMADE_MOST_FAULTS = 16 };

static inline void *handmade_check(void *pointer)
{
    if (pointer == NULL)
        abort();
    return pointer;
}

static inline const char *handmade_id(handmade *h, const char *letter, uint32_t i)
{
    return handmade_check(kh_arena_printf(h->arena, "%s%u", letter, (unsigned)i));
}

static inline handmade handmade_create(size_t n_nodes, size_t most_links, size_t most_demands)
{
    handmade h = {.arena = handmade_check(kh_arena_create(0))};
    h.net.nodes = handmade_check(KH_NEW(h.arena, kh_node, n_nodes));
    h.net.fibres = handmade_check(KH_NEW(h.arena, kh_fibre, most_links));
    h.net.qkd_links = handmade_check(KH_NEW(h.arena, kh_qkd_link, most_links));
    h.net.demands = handmade_check(KH_NEW(h.arena, kh_demand, most_demands));
    h.net.faults = handmade_check(KH_NEW(h.arena, kh_fault, HANDMADE_MOST_FAULTS));
    h.rates.qkd = handmade_check(KH_NEW(h.arena, kh_qkd_rate, most_links));
    h.plan.demands = handmade_check(KH_NEW(h.arena, kh_plan_demand, most_demands));
    h.net.n_nodes = n_nodes;
    for (uint32_t i = 0; i < n_nodes; i++)
        h.net.nodes[i].id = handmade_id(&h, "n", i);
    h.options = (kh_sim_options){
        .duration_s = 100, .seed = 1, .hop_latency_s = 0.002, .late_after_s = NOT_GIVEN, .series_points = 100, .audit = true};
    return h;
}

static inline void handmade_destroy(handmade *h)
{
    kh_arena_destroy(h->arena);
}

/* All nodes are sites that pass key on. */
static inline void handmade_trust(handmade *h)
{
    for (size_t i = 0; i < h->net.n_nodes; i++)
        h->net.nodes[i].trusted = true;
}

/* A link of a measured rate with an always producing store. */
static inline kh_qkd_link *handmade_link(handmade *h, uint32_t a, uint32_t b, double rate_bps)
{
    uint32_t i = (uint32_t)h->net.n_qkd_links++;
    h->net.n_fibres = h->rates.n_qkd = h->net.n_qkd_links;
    h->net.fibres[i] = (kh_fibre){.id = handmade_id(h, "f", i), .ends = {{a}, {b}}, .length_km = 100};
    kh_qkd_link *link = &h->net.qkd_links[i];
    kh_fibre_id *via = handmade_check(KH_NEW(h->arena, kh_fibre_id, 1));
    via->i = i;
    *link = (kh_qkd_link){.id = handmade_id(h, "q", i), .via = via, .n_via = 1, .ends = {{a}, {b}}, .modules = 1};
    link->key_store = (kh_store_policy){.capacity_keys = 1000, .refill_below_keys = NOT_GIVEN};
    h->rates.qkd[i] = (kh_qkd_rate){.key_rate_bps = rate_bps, .per_module_bps = rate_bps, .measured = true};
    return link;
}

/* Makes the link's key come in blocks of a size and a time. */
static inline void handmade_blocks(handmade *h, const kh_qkd_link *link, double key_bits, double block_s)
{
    kh_qkd_rate *rate = &h->rates.qkd[link - h->net.qkd_links];
    *rate = (kh_qkd_rate){.key_rate_bps = key_bits * link->modules / block_s, .per_module_bps = key_bits / block_s};
    rate->block_s = block_s;
    rate->block_key_bits = key_bits;
}

static inline kh_demand *handmade_demand(handmade *h, kh_use use, double rate_bps, size_t most_routes)
{
    uint32_t i = (uint32_t)h->net.n_demands++;
    h->plan.n_demands = h->net.n_demands;
    kh_demand *demand = &h->net.demands[i];
    *demand = (kh_demand){.id = handmade_id(h, "d", i), .use = use, .rate_bps = rate_bps, .key_bits = 256, .rekey_s = NOT_GIVEN};
    demand->encryptors = demand->directions = 1;
    h->plan.demands[i] = (kh_plan_demand){.requested_bps = rate_bps, .rate_bps = rate_bps};
    h->plan.demands[i].routes = handmade_check(KH_NEW(h->arena, kh_route, most_routes));
    return demand;
}

static inline void handmade_route(handmade *h, const kh_demand *demand, double rate_bps, size_t n_links, const uint32_t *links)
{
    kh_plan_demand *planned = &h->plan.demands[demand - h->net.demands];
    kh_route *route = &planned->routes[planned->n_routes++];
    *route = (kh_route){.n_links = n_links, .rate_bps = rate_bps};
    route->links = handmade_check(KH_NEW(h->arena, kh_qkd_link_id, n_links));
    for (size_t i = 0; i < n_links; i++)
        route->links[i].i = links[i];
}

static inline kh_fault *handmade_fault(handmade *h, kh_fault_kind kind, const char *on, double mtbf_h, double mttr_h)
{
    kh_fault *fault = &h->net.faults[h->net.n_faults++];
    *fault = (kh_fault){.kind = kind, .on = on, .mtbf_h = mtbf_h, .mtbf_h_per_1000km = NOT_GIVEN, .mttr_h = mttr_h};
    fault->first_h = fault->every_h = fault->duration_h = fault->factor = fault->wind_above_m_s = NOT_GIVEN;
    fault->qber = fault->key_share = NOT_GIVEN;
    fault->alarm_qber = 0.11;
    fault->quarantine_h = 24;
    h->options.faults = true;
    return fault;
}

static inline kh_status handmade_try(handmade *h, kh_sim_result **result, kh_error *err)
{
    return kh_sim_run(&h->net, &h->rates, &h->plan, &h->options, h->arena, result, err);
}

/* Ends the test program when the run fails. */
static inline const kh_sim_result *handmade_run(handmade *h)
{
    kh_sim_result *result = NULL;
    kh_error err = {0};
    if (handmade_try(h, &result, &err) != KH_OK) {
        (void)fprintf(stderr, "%s%s\n", err.steps, err.message);
        abort();
    }
    return result;
}

/* A grid of rows x columns nodes: links row by row, for each node first to the right, then down. */
static inline handmade handmade_grid(uint32_t rows, uint32_t columns, size_t most_demands)
{
    handmade h = handmade_create((size_t)rows * columns, (size_t)2 * rows * columns, most_demands);
    for (uint32_t i = 0; i < rows * columns; i++) {
        if (i % columns + 1 < columns)
            (void)handmade_link(&h, i, i + 1, 2000 + 500.0 * (double)(h.net.n_qkd_links % 17));
        if (i / columns + 1 < rows)
            (void)handmade_link(&h, i, i + columns, 2000 + 500.0 * (double)(h.net.n_qkd_links % 17));
    }
    return h;
}

static inline uint32_t handmade_find_link(const handmade *h, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < h->net.n_qkd_links; i++) {
        const kh_node_id *ends = h->net.qkd_links[i].ends;
        if ((ends[0].i == a && ends[1].i == b) || (ends[0].i == b && ends[1].i == a))
            return i;
    }
    abort();
}

/* Adds a shortest route over a grid: along the row first, then the column, or the other way round. */
static inline void handmade_grid_route(handmade *h, const kh_demand *demand, uint32_t columns, uint32_t from, uint32_t to,
                                       int row_first)
{
    uint32_t links[256], at = from;
    size_t n = 0;
    while (at != to && n < 256) {
        int row_done = at % columns == to % columns, column_done = at / columns == to / columns;
        int along_row = !row_done && (row_first || column_done);
        uint32_t step = along_row ? 1 : columns;
        int forward = along_row ? at % columns < to % columns : at / columns < to / columns;
        uint32_t next = forward ? at + step : at - step;
        links[n++] = handmade_find_link(h, at, next);
        at = next;
    }
    handmade_route(h, demand, demand->rate_bps / 2, n, links);
}

#endif

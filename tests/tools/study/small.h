/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_TOOLS_STUDY_SMALL_H
#define KH_TESTS_TOOLS_STUDY_SMALL_H

#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

#include <math.h>
#include <string.h>

/** A chain A - B - C - ... made by hand, with rates and an empty plan, for sentences about it. */
enum { SMALL_MOST = 8 };

typedef struct small {
    kh_net net;
    kh_rates rates;
    kh_plan plan;
    kh_node nodes[SMALL_MOST];
    kh_fibre fibres[SMALL_MOST];
    kh_fibre_id via[SMALL_MOST];
    kh_qkd_link links[SMALL_MOST];
    kh_line_system lines[SMALL_MOST];
    kh_mode modes[1];
    kh_device devices[2];
    kh_demand demands[2];
    kh_qkd_rate qkd[SMALL_MOST];
    kh_line_rate line[SMALL_MOST];
    kh_plan_demand plan_demands[2];
    kh_plan_link plan_links[SMALL_MOST];
    double prices[SMALL_MOST];
} small;

static inline void small_start(small *s)
{
    memset(s, 0, sizeof *s);
    s->net.nodes = s->nodes;
    s->net.fibres = s->fibres;
    s->net.qkd_links = s->links;
    s->net.line_systems = s->lines;
    s->net.modes = s->modes;
    s->net.devices = s->devices;
    s->net.demands = s->demands;
    s->rates = (kh_rates){.qkd = s->qkd, .line = s->line};
    s->plan = (kh_plan){.prices = s->prices, .demands = s->plan_demands, .links = s->plan_links};
    /* one device with a reach far below 50 dB */
    s->devices[0] = (kh_device){.id = "snspd",
                                .protocol = KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC,
                                .clock_hz = 1e9,
                                .duty = 1.0,
                                .detector_efficiency = 0.8,
                                .dark_count_hz = 100,
                                .gate_ns = 1,
                                .misalignment = 0.01,
                                .detectors = 2,
                                .ec_efficiency = 1.16,
                                .block_bits = 1e7,
                                .eps_sec = 1e-10,
                                .eps_cor = 1e-15,
                                .pairs_per_pulse = (double)NAN,
                                .max_key_rate_bps = (double)INFINITY,
                                .max_loss_db = 45,
                                .cost_eur = 100000};
    s->net.n_devices = 1;
    s->net.costs = (kh_costs){.trusted_node_eur = 80000, .kms_node_eur = 40000, .years = 10};
}

static inline kh_node_id small_node(small *s, const char *id, bool trusted)
{
    uint32_t i = (uint32_t)s->net.n_nodes++;
    s->nodes[i] = (kh_node){.id = id, .label = id, .kind = KH_NODE_SITE, .trusted = trusted, .fitout_cost_eur = (double)NAN};
    s->nodes[i].domain.i = KH_NO_INDEX;
    return (kh_node_id){i};
}

static inline kh_fibre_id small_fibre(small *s, const char *id, kh_node_id a, kh_node_id b, double length_km, double loss_db)
{
    uint32_t i = (uint32_t)s->net.n_fibres++;
    s->fibres[i] = (kh_fibre){.id = id, .ends = {a, b}, .length_km = length_km, .loss_db = loss_db};
    s->via[i].i = i;
    return (kh_fibre_id){i};
}

/** One link over one fibre. */
static inline kh_qkd_link_id small_link(small *s, const char *id, kh_fibre_id fibre, double modules, double per_module_bps)
{
    uint32_t i = (uint32_t)s->net.n_qkd_links++;
    const kh_fibre *f = &s->fibres[fibre.i];
    s->links[i] =
        (kh_qkd_link){.id = id, .via = &s->via[fibre.i], .n_via = 1, .ends = {f->ends[0], f->ends[1]}, .modules = modules};
    s->qkd[i] = (kh_qkd_rate){.key_rate_bps = modules * per_module_bps,
                              .per_module_bps = per_module_bps,
                              .loss_db = f->loss_db,
                              .length_km = f->length_km,
                              .limit = modules > 0 ? KH_LIMIT_LOSS : KH_LIMIT_NO_MODULE};
    s->plan_links[i].capacity_bps = modules * per_module_bps;
    s->rates.n_qkd = s->plan.n_links = s->net.n_qkd_links;
    return (kh_qkd_link_id){i};
}

static inline kh_demand_id small_demand(small *s, kh_node_id a, kh_node_id b, double rate_bps, kh_shortfall shortfall)
{
    uint32_t i = (uint32_t)s->net.n_demands++;
    s->demands[i] = (kh_demand){.id = "d",
                                .between = {a, b},
                                .use = KH_USE_OTP,
                                .security = KH_SECURITY_QKD,
                                .rate_bps = rate_bps,
                                .rekey_gib = (double)NAN,
                                .data_gbps = (double)NAN};
    s->plan_demands[i] = (kh_plan_demand){.requested_bps = rate_bps, .shortfall = shortfall};
    s->plan.n_demands = s->net.n_demands;
    return (kh_demand_id){i};
}

#endif

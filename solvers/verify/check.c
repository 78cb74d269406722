/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/verify/check.h"

bool kh_check_asks(const kh_check *c, size_t k)
{
    const kh_demand *demand = &c->net->demands[k];
    return demand->security == KH_SECURITY_QKD || demand->security == KH_SECURITY_HYBRID;
}

bool kh_check_joined(const kh_check *c, size_t k)
{
    return kh_check_asks(c, k) && c->net->demands[k].rate_bps > 0 && !isinf(c->length[k]);
}

bool kh_check_counts(const kh_check *c, size_t k)
{
    bool left_out = c->plan->secrecy.kind != KH_SECRECY_NONE && c->plan->demands[k].shortfall == KH_SHORTFALL_EXPOSED;
    return kh_check_joined(c, k) && !left_out;
}

/* Bellman-Ford. */
void kh_check_measure(kh_check *c, uint32_t source)
{
    for (size_t v = 0; v < c->net->n_nodes; v++)
        c->distance[v] = HUGE_VAL;
    c->distance[source] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t e = 0; e < c->net->n_qkd_links; e++)
            for (int turn = 0; turn < 2 && c->capacity_bps[e] > 0; turn++) {
                uint32_t from = kh_check_end(c, e, turn), to = kh_check_end(c, e, 1 - turn);
                double distance = c->distance[from] + c->weight[e];
                if ((c->relays[from] || from == source) && distance < c->distance[to]) {
                    c->distance[to] = distance;
                    changed = true;
                }
            }
    }
}

void kh_check_lengths(kh_check *c, const double *prices)
{
    for (size_t e = 0; e < c->net->n_qkd_links; e++)
        c->weight[e] = fmax(prices[e], 0); /* a bad price is reported where the bound is checked */
    for (uint32_t v = 0; v < c->net->n_nodes; v++) {
        bool measured = false;
        for (size_t k = 0; k < c->net->n_demands; k++) {
            if (c->net->demands[k].between[0].i != v)
                continue;
            if (!measured)
                kh_check_measure(c, v);
            measured = true;
            c->length[k] = c->distance[c->net->demands[k].between[1].i];
        }
    }
}

static void look_up(kh_check *c)
{
    for (size_t v = 0; v < c->net->n_nodes; v++) {
        kh_node_kind kind = c->net->nodes[v].kind;
        c->holds[v] = kind != KH_NODE_SWITCH && kind != KH_NODE_AMPLIFIER;
        c->relays[v] = c->holds[v] && c->net->nodes[v].trusted;
    }
    for (uint32_t e = 0; e < c->net->n_qkd_links; e++) {
        uint32_t a = kh_check_end(c, e, 0), b = kh_check_end(c, e, 1);
        c->capacity_bps[e] = a != b && c->holds[a] && c->holds[b] ? c->rates->qkd[e].key_rate_bps : 0;
    }
}

kh_status kh_check_init(kh_check *c, kh_arena *arena, kh_error *err)
{
    size_t n = c->net->n_nodes, m = c->net->n_qkd_links;
    c->holds = KH_NEW(arena, bool, n);
    c->relays = KH_NEW(arena, bool, n);
    c->mark = KH_NEW(arena, bool, n);
    c->serves = KH_NEW(arena, bool, n);
    c->distance = KH_NEW(arena, double, n);
    c->capacity_bps = KH_NEW(arena, double, m);
    c->used_bps = KH_NEW(arena, double, m);
    c->weight = KH_NEW(arena, double, m);
    c->counted = KH_NEW(arena, bool, m);
    c->length = KH_NEW(arena, double, c->net->n_demands);
    c->seen = KH_NEW(arena, const kh_cut *, c->net->n_demands);
    c->worth = KH_NEW(arena, double, c->net->n_demands);
    if (c->holds == NULL || c->relays == NULL || c->mark == NULL || c->serves == NULL || c->distance == NULL ||
        c->capacity_bps == NULL || c->used_bps == NULL || c->weight == NULL || c->counted == NULL || c->length == NULL ||
        c->worth == NULL || c->seen == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory to verify a plan of %zu links", m);
    look_up(c);
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <math.h>

#define ERROR(l, place, hint, ...) kh_findings_add((l)->findings, KH_ERROR, (place), (hint), __VA_ARGS__)
#define WARN(l, place, hint, ...)  kh_findings_add((l)->findings, KH_WARNING, (place), (hint), __VA_ARGS__)

static void check_appetite(const kh_loader *l, const kh_demand *demand)
{
    if (demand->use == KH_USE_AES_256 && !isnan(demand->rekey_gib) && isnan(demand->data_gbps))
        ERROR(l, demand->place, "add data_gbps", "demand '%s' changes keys by volume and does not say how much data flows",
              demand->id);
    else if (isnan(demand->rate_bps) && demand->use == KH_USE_AES_256)
        ERROR(l, demand->place, "give rekey_s, or rekey_gib and data_gbps", "demand '%s' does not say how often keys change",
              demand->id);
    else if (isnan(demand->rate_bps))
        ERROR(l, demand->place, "add rate_bps", "demand '%s' does not say its key rate", demand->id);
}

/* Only a warning: a what-if that takes a line away leaves the rest of the list. */
static void check_over(const kh_loader *l, const kh_demand *demand)
{
    if (demand->n_over > 0 && !kh_demand_over_joins(l->net, demand))
        kh_findings_add(l->findings, KH_WARNING, demand->place,
                        "name them in order from the first end, each where the last one ends",
                        "demand '%s': the line systems of 'over' do not lead from '%s' to '%s'; another way is looked for",
                        demand->id, l->net->nodes[demand->between[0].i].id, l->net->nodes[demand->between[1].i].id);
}

static void check_pair_store(const kh_loader *l, const kh_demand *demand)
{
    const kh_pair_store *s = &demand->key_store;
    double most = fmax(s->refill_below_keys, s->initial_keys); /* fmax leaves out what is not given */
    if (most > s->capacity_keys)
        ERROR(l, demand->place, NULL, "key store of demand '%s': %s is %.10g, more than capacity_keys, %.10g", demand->id,
              most == s->initial_keys ? "initial_keys" : "refill_below_keys", most, s->capacity_keys);
    if (s->capacity_keys * KH_KEY_BITS < demand->key_bits)
        ERROR(l, demand->place, "capacity_keys counts keys of 256 bit",
              "key store of demand '%s' has room for %.10g bit, less than one key of %.10g", demand->id,
              s->capacity_keys * KH_KEY_BITS, demand->key_bits);
}

static void check_calls(const kh_loader *l, const kh_demand *demand)
{
    if (demand->calls.per_h > 0 && demand->use != KH_USE_KEY)
        WARN(l, demand->place, "use: key; calls that use a one-time pad have pad_bps",
             "demand '%s': its calls take the place of its use, %s", demand->id, kh_use_name(demand->use));
}

static void check_transfer(const kh_loader *l, const kh_demand *demand)
{
    if (!(demand->transfer.volume_tb > 0))
        return;
    if (demand->use != KH_USE_AES_256)
        ERROR(l, demand->place, "use: aes-256", "demand '%s' moves data and its use is %s", demand->id, kh_use_name(demand->use));
    if (isnan(demand->data_gbps))
        ERROR(l, demand->place, "add data_gbps", "demand '%s' moves data and does not say how fast", demand->id);
    if (demand->n_over == 0)
        ERROR(l, demand->place, "add over: [line systems]", "demand '%s' moves data and does not say over which lines", demand->id);
}

static void check_pad(const kh_loader *l, const kh_demand *demand)
{
    if (demand->use == KH_USE_OTP && !kh_demand_needs_qkd(demand))
        WARN(l, demand->place, "security: qkd, or use: aes-256",
             "demand '%s' is a one-time pad with security %s: none of its key is from QKD", demand->id,
             kh_security_name(demand->security));
}

void kh_loader_check_demand(kh_loader *l, const kh_demand *demand)
{
    if (demand->between[0].i == demand->between[1].i)
        ERROR(l, demand->place, NULL, "demand '%s' is between '%s' and itself", demand->id, l->net->nodes[demand->between[0].i].id);
    kh_loader_check_end(l, "demand", demand->id, demand->place, demand->between[0]);
    kh_loader_check_end(l, "demand", demand->id, demand->place, demand->between[1]);
    check_appetite(l, demand);
    check_pad(l, demand);
    check_over(l, demand);
    check_pair_store(l, demand);
    check_calls(l, demand);
    check_transfer(l, demand);
}

/* A server asked for more than it can answer makes its users wait without end. */
void kh_loader_check_key_servers(const kh_loader *l)
{
    const kh_net *net = l->net;
    for (size_t v = 0; v < net->n_nodes; v++) {
        double keys_per_s = 0;
        for (size_t k = 0; k < net->n_demands; k++)
            if (!l->broken[KH_NOUN_DEMANDS][k] && net->demands[k].between[0].i == v && kh_demand_needs_qkd(&net->demands[k]) &&
                net->demands[k].rate_bps > 0)
                keys_per_s += net->demands[k].rate_bps / net->demands[k].key_bits;
        double load = keys_per_s * net->nodes[v].kms.service_ms * 1e-3;
        if (!l->broken[KH_NOUN_NODES][v] && load > 1)
            WARN(l, net->nodes[v].place, "a lower service_ms, or fewer demands that begin here",
                 "the key server of '%s' is asked for %.4g keys a second and needs %.4g ms for each: busy %.3g times over",
                 net->nodes[v].id, keys_per_s, net->nodes[v].kms.service_ms, load);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/loader.h"

#include <math.h>

/* 3.2 MB, near the smallest stores of SECOQC (3.8 MiB); refilled below 80 %, as in Cambridge (800 of 1000 keys, Dynes 2019). */
static const kh_store_policy LAST_RESORT = {
    .capacity_keys = 100000, .reserve_keys = 0, .initial_keys = 0, .lifetime_h = (double)INFINITY, .sync_s = 0};

double kh_fibre_derived_loss_db(const kh_net *net, const kh_fibre *fibre)
{
    double loss_db_per_km = fibre->loss_db_per_km;
    if (isnan(loss_db_per_km) && fibre->type.i != KH_NO_INDEX)
        loss_db_per_km = net->fibre_types[fibre->type.i].loss_db_per_km;
    return fibre->length_km * loss_db_per_km + fibre->connector_loss_db;
}

/* What they would take if every one found a line: a key each, or as many portions of pad as begin within a call. */
static double offered_rate_bps(const kh_demand *demand)
{
    const kh_calls *calls = &demand->calls;
    double per_s = calls->per_h / 3600;
    if (calls->sources > 0)
        per_s *= calls->sources / (1 + per_s * calls->mean_s);
    double portions = calls->pad_bps * calls->mean_s / demand->key_bits; /* in a call of mean length */
    if (!(portions > 0))
        return per_s * demand->key_bits;
    return per_s * demand->key_bits * (calls->law == KH_LAW_FIXED ? ceil(portions) : -1 / expm1(-1 / portions));
}

double kh_demand_derived_rate_bps(const kh_demand *demand)
{
    if (demand->calls.per_h > 0)
        return offered_rate_bps(demand);
    if (demand->use != KH_USE_AES_256)
        return (double)NAN;
    double bits_per_key = demand->rekey_gib * 0x1p30 * 8, traffic_bps = demand->data_gbps * 1e9 / demand->encryptors;
    double period_s = fmin(demand->rekey_s, bits_per_key / traffic_bps); /* fmin leaves out what is not given */
    return demand->encryptors * demand->directions * demand->key_bits / period_s;
}

static void resolve_fibre(const kh_net *net, kh_fibre *fibre)
{
    fibre->loss_is_given = !isnan(fibre->loss_db);
    if (!fibre->loss_is_given)
        fibre->loss_db = kh_fibre_derived_loss_db(net, fibre);
    if (isnan(fibre->aerial_km))
        fibre->aerial_km = fibre->medium == KH_MEDIUM_AERIAL ? fibre->length_km : 0;
}

static double inherited(double own, double a, double b, double last)
{
    if (!isnan(own))
        return own;
    double smaller = fmin(a, b); /* of those that are given */
    return isnan(smaller) ? last : smaller;
}

/* A level that a node gives for its larger stores is at most the whole of this one. An own level is checked instead. */
static double inherited_within(double most, double own, double a, double b, double last)
{
    double value = inherited(own, a, b, last);
    return isnan(own) && value > most ? most : value;
}

static double larger_inherited(double own, double a, double b, double last)
{
    double larger = fmax(a, b); /* of those that are given */
    return !isnan(own) ? own : isnan(larger) ? last : larger;
}

static kh_when_full first_given(kh_when_full own, kh_when_full a, kh_when_full b)
{
    kh_when_full given = own != KH_WHEN_FULL_AS_NODES ? own : a != KH_WHEN_FULL_AS_NODES ? a : b;
    return given != KH_WHEN_FULL_AS_NODES ? given : KH_WHEN_FULL_KEEP;
}

static void resolve_store(const kh_net *net, kh_qkd_link *link)
{
    kh_store_policy *own = &link->key_store;
    const kh_store_policy *a = &net->nodes[link->ends[0].i].key_store, *b = &net->nodes[link->ends[1].i].key_store;
    own->capacity_keys = inherited(own->capacity_keys, a->capacity_keys, b->capacity_keys, LAST_RESORT.capacity_keys);
    double most = own->capacity_keys;
    own->refill_below_keys =
        inherited_within(most, own->refill_below_keys, a->refill_below_keys, b->refill_below_keys, KH_REFILL_SHARE * most);
    own->reserve_keys = inherited_within(most, own->reserve_keys, a->reserve_keys, b->reserve_keys, LAST_RESORT.reserve_keys);
    own->initial_keys = inherited_within(most, own->initial_keys, a->initial_keys, b->initial_keys, LAST_RESORT.initial_keys);
    own->lifetime_h = inherited(own->lifetime_h, a->lifetime_h, b->lifetime_h, LAST_RESORT.lifetime_h);
    own->sync_s = larger_inherited(own->sync_s, a->sync_s, b->sync_s, LAST_RESORT.sync_s);
    own->when_full = first_given(own->when_full, a->when_full, b->when_full);
    own->is_volatile = own->is_volatile || a->is_volatile || b->is_volatile;
}

/* --- chains of fibres --- */

typedef struct chain {
    const char *noun, *id;
    kh_place place;
    const kh_fibre_id *via;
    size_t n_via;
} chain;

static bool ends_at(const kh_fibre *fibre, kh_node_id node)
{
    return fibre->ends[0].i == node.i || fibre->ends[1].i == node.i;
}

static kh_node_id other_end(const kh_fibre *fibre, kh_node_id node)
{
    return fibre->ends[fibre->ends[0].i == node.i ? 1 : 0];
}

/* The end of the first fibre that the second does not share; with one fibre, or two between the same nodes, the wanted one. */
static kh_node_id first_end(const kh_net *net, const chain *c, kh_node_id wanted)
{
    const kh_fibre *first = &net->fibres[c->via[0].i];
    const kh_fibre *second = c->n_via > 1 ? &net->fibres[c->via[1].i] : NULL;
    bool a_shared = second == NULL || ends_at(second, first->ends[0]), b_shared = second == NULL || ends_at(second, first->ends[1]);
    if (a_shared != b_shared)
        return first->ends[a_shared ? 1 : 0];
    return ends_at(first, wanted) ? wanted : first->ends[0];
}

static void report_gap(const kh_loader *l, const chain *c, size_t i)
{
    const kh_fibre *before = &l->net->fibres[c->via[i - 1].i], *after = &l->net->fibres[c->via[i].i];
    const kh_node *nodes = l->net->nodes;
    kh_findings_add(l->findings, KH_ERROR, c->place, "list the fibres in order, each starting where the one before ends",
                    "%s '%s': fibre '%s' (%s - %s) does not continue '%s' (%s - %s)", c->noun, c->id, after->id,
                    nodes[after->ends[0].i].id, nodes[after->ends[1].i].id, before->id, nodes[before->ends[0].i].id,
                    nodes[before->ends[1].i].id);
}

static bool has_ends(const kh_net *net, const chain *c)
{
    for (size_t i = 0; i < c->n_via; i++)
        if (net->fibres[c->via[i].i].ends[0].i == KH_NO_INDEX || net->fibres[c->via[i].i].ends[1].i == KH_NO_INDEX)
            return false;
    return c->n_via > 0;
}

/* Walks the fibres; false when they do not hang together, or lack an end of their own. */
static bool walk(const kh_loader *l, const chain *c, kh_node_id ends[2])
{
    if (!has_ends(l->net, c))
        return false;
    kh_node_id at = first_end(l->net, c, ends[0]);
    ends[0] = at;
    for (size_t i = 0; i < c->n_via; i++) {
        const kh_fibre *fibre = &l->net->fibres[c->via[i].i];
        if (!ends_at(fibre, at)) {
            report_gap(l, c, i);
            return false;
        }
        at = other_end(fibre, at);
    }
    ends[1] = at;
    return true;
}

static bool resolve_link_ends(const kh_loader *l, kh_qkd_link *link)
{
    const kh_node *nodes = l->net->nodes;
    bool given = link->ends[0].i != KH_NO_INDEX && link->ends[1].i != KH_NO_INDEX;
    if (link->n_via == 0) {
        if (!given)
            kh_findings_add(l->findings, KH_ERROR, link->place, "give via: [fibres], or ends: [A, B] for free space",
                            "qkd_link '%s' joins nothing", link->id);
        return given;
    }
    kh_node_id ends[2] = {link->ends[0], link->ends[1]};
    const chain c = {.noun = "qkd_link", .id = link->id, .place = link->place, .via = link->via, .n_via = link->n_via};
    if (!walk(l, &c, ends))
        return false;
    if (given && (ends[0].i != link->ends[0].i || ends[1].i != link->ends[1].i)) {
        kh_findings_add(l->findings, KH_ERROR, link->place, "list the fibres from the first end to the second, or leave ends out",
                        "qkd_link '%s': ends are %s - %s, the fibres lead from %s to %s", link->id, nodes[link->ends[0].i].id,
                        nodes[link->ends[1].i].id, nodes[ends[0].i].id, nodes[ends[1].i].id);
        return false;
    }
    link->ends[0] = ends[0];
    link->ends[1] = ends[1];
    return true;
}

kh_node_id kh_net_station(const kh_net *net, const kh_qkd_link *link)
{
    double half_db = 0.5 * kh_net_chain_loss_db(net, link->via, link->n_via), so_far_db = 0.0, least_db = INFINITY;
    kh_node_id at = link->ends[0], found = {KH_NO_INDEX};
    for (size_t i = 0; i + 1 < link->n_via; i++) {
        const kh_fibre *fibre = &net->fibres[link->via[i].i];
        so_far_db += fibre->loss_db;
        at = other_end(fibre, at);
        bool wanted = link->charlie_at.i == KH_NO_INDEX || link->charlie_at.i == at.i;
        if (wanted && fabs(so_far_db - half_db) < least_db) {
            least_db = fabs(so_far_db - half_db);
            found = at;
        }
    }
    return found;
}

static bool resolve_station(const kh_loader *l, kh_qkd_link *link)
{
    if (!kh_protocol_has_station(link->protocol) || link->n_via == 0)
        return true;
    kh_node_id found = kh_net_station(l->net, link);
    if (found.i != KH_NO_INDEX) {
        link->charlie_at = found;
        return true;
    }
    if (link->charlie_at.i == KH_NO_INDEX)
        kh_findings_add(l->findings, KH_ERROR, link->place, "part the fibre at a node where the station stands",
                        "qkd_link '%s': %s needs a node between its ends", link->id, kh_protocol_name(link->protocol));
    else
        kh_findings_add(l->findings, KH_ERROR, link->place, "name a node that the fibres pass, or leave charlie_at out",
                        "qkd_link '%s': charlie_at '%s' is not between its ends", link->id, l->net->nodes[link->charlie_at.i].id);
    return false;
}

static bool resolve_link(const kh_loader *l, kh_qkd_link *link)
{
    if ((uint32_t)link->protocol == KH_SCHEMA_NONE)
        link->protocol = link->device.i != KH_NO_INDEX ? l->net->devices[link->device.i].protocol : KH_PROTOCOL_BB84_DECOY;
    if (!resolve_link_ends(l, link))
        return false;
    resolve_store(l->net, link);
    return resolve_station(l, link);
}

static bool resolve_line(const kh_loader *l, kh_line_system *line)
{
    const chain c = {.noun = "line_system", .id = line->id, .place = line->place, .via = line->via, .n_via = line->n_via};
    line->ends[0] = line->ends[1] = (kh_node_id){KH_NO_INDEX};
    if (c.n_via == 0)
        kh_findings_add(l->findings, KH_ERROR, line->place, NULL, "line_system '%s' has no fibres", line->id);
    return walk(l, &c, line->ends);
}

static const double USUAL_GAIN_DB = 30;

static double resolve_gain_db(const kh_net *net, const kh_amplifier *amplifier)
{
    if (!isnan(amplifier->gain_max_db))
        return amplifier->gain_max_db;
    if (amplifier->kind != KH_AMPLIFIER_DUAL_STAGE || amplifier->preamp.i == KH_NO_INDEX || amplifier->booster.i == KH_NO_INDEX)
        return USUAL_GAIN_DB;
    double first_db = net->amplifiers[amplifier->preamp.i].gain_max_db,
           second_db = net->amplifiers[amplifier->booster.i].gain_max_db;
    return (isnan(first_db) ? USUAL_GAIN_DB : first_db) + (isnan(second_db) ? USUAL_GAIN_DB : second_db);
}

static void resolve_demand(kh_demand *demand)
{
    if (isnan(demand->rate_bps))
        demand->rate_bps = kh_demand_derived_rate_bps(demand);
    if (isnan(demand->rate_bps) && !kh_demand_needs_qkd(demand))
        demand->rate_bps = 0; /* no key is asked of the network */
}

/* Every line is told its combs, in the order of the file. */
static kh_status resolve_combs(kh_loader *l, kh_error *err)
{
    kh_net *net = l->net;
    const kh_comb **all = KH_NEW(net->arena, const kh_comb *, net->n_combs);
    if (all == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory while reading the topology");
    for (size_t i = 0; i < net->n_combs; i++)
        if (!l->broken[KH_NOUN_COMBS][i])
            net->line_systems[net->combs[i].line.i].n_combs++;
    for (size_t i = 0; i < net->n_line_systems; i++) {
        net->line_systems[i].combs = all;
        all += net->line_systems[i].n_combs;
        net->line_systems[i].n_combs = 0;
    }
    for (size_t i = 0; i < net->n_combs; i++) {
        kh_line_system *line = l->broken[KH_NOUN_COMBS][i] ? NULL : &net->line_systems[net->combs[i].line.i];
        if (line != NULL)
            line->combs[line->n_combs++] = &net->combs[i];
    }
    return KH_OK;
}

kh_status kh_loader_resolve(kh_loader *l, kh_error *err)
{
    kh_net *net = l->net;
    for (size_t i = 0; i < net->n_domains; i++)
        if (net->domains[i].operator_name == NULL)
            net->domains[i].operator_name = net->domains[i].id;
    for (size_t i = 0; i < net->n_nodes; i++)
        if (net->nodes[i].kind == KH_NODE_SWITCH || net->nodes[i].kind == KH_NODE_AMPLIFIER)
            net->nodes[i].trusted = false; /* no key leaves the light there, whatever the defaults say */
    for (size_t i = 0; i < net->n_fibres; i++)
        resolve_fibre(net, &net->fibres[i]);
    for (size_t i = 0; i < net->n_qkd_links; i++)
        if (!l->broken[KH_NOUN_QKD_LINKS][i])
            l->broken[KH_NOUN_QKD_LINKS][i] = !resolve_link(l, &net->qkd_links[i]);
    for (size_t i = 0; i < net->n_amplifiers; i++) /* one that another is made of may be met before it: NAN is the usual gain */
        net->amplifiers[i].gain_max_db = resolve_gain_db(net, &net->amplifiers[i]);
    for (size_t i = 0; i < net->n_line_systems; i++)
        if (!l->broken[KH_NOUN_LINE_SYSTEMS][i])
            l->broken[KH_NOUN_LINE_SYSTEMS][i] = !resolve_line(l, &net->line_systems[i]);
    for (size_t i = 0; i < net->n_demands; i++)
        resolve_demand(&net->demands[i]);
    return resolve_combs(l, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/choice.h"

#include "core/net/rates.h"
#include "models/qkd/qkd.h"
#include "models/qkd_link.h"

#include <math.h>

static const double STEP_DB = 1.0, LAST_DB = 200.0, CROSSOVER_DB = 1e-3;

/* What the link would be with this device; false when the device has no place on it. */
static bool dress(const kh_net *net, const kh_qkd_link *asked, uint32_t device, kh_qkd_link *dressed)
{
    *dressed = *asked;
    dressed->device = (kh_device_id){device};
    dressed->protocol = net->devices[device].protocol;
    dressed->is_chosen = true;
    if (asked->n_via > 0 && kh_device_is_for_space(&net->devices[device]))
        return false;
    if (kh_protocol_has_station(dressed->protocol))
        dressed->charlie_at = kh_net_station(net, asked);
    return !kh_protocol_has_station(dressed->protocol) || dressed->charlie_at.i != KH_NO_INDEX;
}

/* Key of an endless block is no match for key that can be had: it counts only where there is no other. */
static bool is_endless(const kh_device *device)
{
    const kh_qkd_protocol *protocol = kh_qkd_protocol_of(device->protocol);
    return protocol == NULL || !protocol->is_finite;
}

typedef struct winner {
    uint32_t device; /* KH_NO_INDEX: none gives key */
    double rate_bps;
} winner;

static bool is_better(const kh_net *net, const winner *a, const winner *b)
{
    if (a->rate_bps == 0.0 || b->device == KH_NO_INDEX)
        return a->rate_bps > 0.0;
    bool endless_a = is_endless(&net->devices[a->device]), endless_b = is_endless(&net->devices[b->device]);
    return endless_a == endless_b ? a->rate_bps > b->rate_bps : endless_b;
}

static kh_status try_device(kh_net *net, uint32_t link, const kh_qkd_link *dressed, double *rate_bps, kh_error *err)
{
    kh_qkd_rate rate;
    net->qkd_links[link] = *dressed;
    kh_status status = kh_qkd_link_rate(net, (kh_qkd_link_id){link}, &rate, err);
    if (status == KH_OK)
        *rate_bps = rate.per_module_bps;
    return kh_while(err, status, "device '%s'", net->devices[dressed->device.i].id);
}

/* no device gives key: the one that reaches farthest */
static kh_status find_farthest(const kh_net *net, const kh_qkd_link *asked, kh_qkd_link *farthest, kh_error *err)
{
    double most_db = -1.0;
    for (uint32_t i = 0; i < net->n_devices; i++) {
        kh_qkd_link dressed;
        double reach_db;
        if (!dress(net, asked, i, &dressed))
            continue;
        KH_TRY(kh_qkd_reach_db(&net->devices[i], &reach_db, err));
        if (reach_db > most_db) {
            most_db = reach_db;
            *farthest = dressed;
        }
    }
    return KH_OK;
}

static kh_status choose(kh_net *net, uint32_t link, kh_error *err)
{
    const kh_qkd_link asked = net->qkd_links[link];
    kh_qkd_link best = asked;
    winner won = {KH_NO_INDEX, 0.0};
    kh_status status = KH_OK;
    for (uint32_t i = 0; i < net->n_devices && status == KH_OK; i++) {
        kh_qkd_link dressed;
        winner tried = {i, 0.0};
        if (!dress(net, &asked, i, &dressed))
            continue;
        status = try_device(net, link, &dressed, &tried.rate_bps, err);
        if (status == KH_OK && is_better(net, &tried, &won)) {
            won = tried;
            best = dressed;
        }
    }
    net->qkd_links[link] = asked;
    if (status == KH_OK && won.device == KH_NO_INDEX)
        status = find_farthest(net, &asked, &best, err);
    if (status == KH_OK)
        net->qkd_links[link] = best;
    return status;
}

kh_status kh_choice_make(kh_net *net, kh_error *err)
{
    for (uint32_t i = 0; i < net->n_qkd_links; i++)
        if (net->qkd_links[i].protocol == KH_PROTOCOL_BEST)
            KH_TRY(kh_while(err, choose(net, i, err), "QKD link '%s'", net->qkd_links[i].id));
    return KH_OK;
}

/* keys of all devices at a loss, each searched from its own key at the last one */
typedef struct scan {
    const kh_net *net;
    kh_qkd_key *near;  /* [n_devices] */
    double *silent_db; /* [n_devices] least loss at which it gave no key: more loss never gives more */
} scan;

static kh_status rate_at(const scan *s, uint32_t device, double loss_db, double *rate_bps, kh_error *err)
{
    kh_qkd_key key;
    *rate_bps = 0.0;
    if (loss_db >= s->silent_db[device])
        return KH_OK;
    KH_TRY(kh_qkd_device_rate_near(&s->net->devices[device], loss_db, &s->near[device], &key, err));
    s->near[device] = key;
    if (key.rate_bps == 0.0)
        s->silent_db[device] = loss_db;
    *rate_bps = key.rate_bps;
    return KH_OK;
}

static kh_status find_winner(const scan *s, double loss_db, winner *found, kh_error *err)
{
    *found = (winner){KH_NO_INDEX, 0.0};
    for (uint32_t i = 0; i < s->net->n_devices; i++) {
        winner tried = {i, 0.0};
        if (kh_device_is_for_space(&s->net->devices[i]))
            continue;
        KH_TRY(kh_while(err, rate_at(s, i, loss_db, &tried.rate_bps, err), "device '%s'", s->net->devices[i].id));
        if (is_better(s->net, &tried, found))
            *found = tried;
    }
    return KH_OK;
}

/* between two losses with different winners: where the first one stops to win */
static kh_status find_crossover(const scan *s, uint32_t first, double low_db, double high_db, double *crossover_db, kh_error *err)
{
    while (high_db - low_db > CROSSOVER_DB) {
        double middle_db = 0.5 * (low_db + high_db);
        winner found;
        KH_TRY(find_winner(s, middle_db, &found, err));
        *(found.device == first ? &low_db : &high_db) = middle_db;
    }
    *crossover_db = 0.5 * (low_db + high_db);
    return KH_OK;
}

static kh_status append(const scan *s, kh_arena *arena, kh_choice_envelope *envelope, kh_choice_piece piece, kh_error *err)
{
    if ((envelope->n & (envelope->n - 1)) == 0) { /* full at powers of two */
        kh_choice_piece *more = KH_NEW(arena, kh_choice_piece, envelope->n == 0 ? 1 : 2 * envelope->n);
        if (more == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for the choice of devices");
        for (size_t i = 0; i < envelope->n; i++)
            more[i] = envelope->pieces[i];
        envelope->pieces = more;
    }
    KH_TRY(rate_at(s, piece.device.i, piece.from_db, &piece.from_bps, err));
    KH_TRY(rate_at(s, piece.device.i, piece.to_db, &piece.to_bps, err));
    envelope->pieces[envelope->n++] = piece;
    return KH_OK;
}

static kh_status scan_losses(const scan *s, kh_arena *arena, kh_choice_envelope *envelope, kh_error *err)
{
    winner now;
    KH_TRY(find_winner(s, 0.0, &now, err));
    double from_db = 0.0;
    for (double loss_db = STEP_DB; now.device != KH_NO_INDEX && loss_db <= LAST_DB; loss_db += STEP_DB) {
        winner next;
        KH_TRY(find_winner(s, loss_db, &next, err));
        if (next.device == now.device)
            continue;
        double crossover_db;
        KH_TRY(find_crossover(s, now.device, loss_db - STEP_DB, loss_db, &crossover_db, err));
        KH_TRY(
            append(s, arena, envelope, (kh_choice_piece){.device = {now.device}, .from_db = from_db, .to_db = crossover_db}, err));
        from_db = crossover_db;
        now = next;
    }
    if (now.device != KH_NO_INDEX)
        KH_TRY(append(s, arena, envelope, (kh_choice_piece){.device = {now.device}, .from_db = from_db, .to_db = LAST_DB}, err));
    return KH_OK;
}

kh_status kh_choice_envelope_find(const kh_net *net, kh_arena *arena, kh_choice_envelope *envelope, kh_error *err)
{
    scan s = {.net = net, .near = KH_NEW(arena, kh_qkd_key, net->n_devices), .silent_db = KH_NEW(arena, double, net->n_devices)};
    kh_choice_envelope found = {0};
    if (s.near == NULL || s.silent_db == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the choice of devices");
    for (size_t i = 0; i < net->n_devices; i++)
        s.silent_db[i] = INFINITY;
    KH_TRY(scan_losses(&s, arena, &found, err));
    *envelope = found;
    return KH_OK;
}

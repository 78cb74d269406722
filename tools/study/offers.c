/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/offers.h"

#include "core/base/clock.h"
#include "core/base/str.h"
#include "models/qkd_link.h"

#include <math.h>
#include <string.h>

/* The link with another device; false when that has no place on it. */
static bool dress(const kh_net *net, const kh_qkd_link *link, uint32_t device, kh_qkd_link *dressed)
{
    *dressed = *link;
    dressed->device = (kh_device_id){device};
    dressed->protocol = net->devices[device].protocol;
    bool in_space = link->n_via == 0;
    if (in_space != kh_device_is_for_space(&net->devices[device]))
        return false;
    if (kh_protocol_has_station(dressed->protocol))
        dressed->charlie_at = kh_net_station(net, link);
    return !kh_protocol_has_station(dressed->protocol) || dressed->charlie_at.i != KH_NO_INDEX;
}

typedef struct wish {
    bool own, all;
    uint32_t device; /* KH_NO_INDEX: none by name */
} wish;

static kh_status offer_others(const kh_net *net, uint32_t link, wish wanted, kh_dimension_offer *offers, size_t *n, kh_error *err)
{
    const kh_qkd_link given = net->qkd_links[link];
    kh_status status = KH_OK;
    for (uint32_t i = 0; i < net->n_devices && status == KH_OK; i++) {
        kh_qkd_link dressed;
        kh_qkd_rate rate = {.per_module_bps = 0};
        if (i == given.device.i || (!wanted.all && i != wanted.device) || !dress(net, &given, i, &dressed))
            continue;
        net->qkd_links[link] = dressed;
        status = kh_qkd_link_rate(net, (kh_qkd_link_id){link}, &rate, err);
        if (status == KH_OK && rate.per_module_bps > 0)
            offers[(*n)++] = (kh_dimension_offer){{link}, {i}, rate.per_module_bps};
    }
    net->qkd_links[link] = given;
    return kh_while(err, status, "link '%s'", given.id);
}

kh_status kh_offers_find(const kh_net *net, const char *id, kh_arena *arena, kh_device_id *device, kh_error *err)
{
    const char **ids = KH_NEW(arena, const char *, net->n_devices);
    if (ids == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the names of %zu devices", net->n_devices);
    for (uint32_t i = 0; i < net->n_devices; i++) {
        ids[i] = net->devices[i].id;
        if (strcmp(ids[i], id) != 0)
            continue;
        *device = (kh_device_id){i};
        return KH_OK;
    }
    const char *nearest = kh_str_nearest(id, ids, net->n_devices);
    return kh_fail(err, KH_EUSAGE, "no device '%s' in the topology%s%s%s", id, nearest == NULL ? "" : "; did you mean '",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
}

kh_status kh_offers_make(const kh_net *net, const kh_rates *rates, const kh_offers_wish *by, kh_arena *arena,
                         kh_dimension_offer **offers, size_t *n, kh_error *err)
{
    const char *device = by->device;
    wish wanted = {.own = device == NULL, .all = device != NULL && strcmp(device, "all") == 0, .device = KH_NO_INDEX};
    if (!wanted.own && !wanted.all) {
        kh_device_id named;
        KH_TRY(kh_offers_find(net, device, arena, &named, err));
        wanted.device = named.i;
    }
    *n = 0;
    *offers = KH_NEW(arena, kh_dimension_offer, net->n_qkd_links * (1 + net->n_devices));
    if (*offers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the devices of %zu links", net->n_qkd_links);
    for (uint32_t e = 0; e < net->n_qkd_links; e++) {
        const kh_qkd_link *link = &net->qkd_links[e];
        bool measured = !isnan(link->measured_key_rate_bps), named = link->device.i == wanted.device;
        if ((measured || named || wanted.own || wanted.all) && rates->qkd[e].per_module_bps > 0)
            (*offers)[(*n)++] = (kh_dimension_offer){{e}, link->device, rates->qkd[e].per_module_bps};
        if (measured || named || wanted.own)
            continue;
        if (kh_clock_s() >= by->until_s)
            return kh_fail(err, KH_TIMELIMIT, "no time is left for the key rates of devices from link '%s' on", link->id);
        KH_TRY(offer_others(net, e, wanted, *offers, n, err));
    }
    return KH_OK;
}

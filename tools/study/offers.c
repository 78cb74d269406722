/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/offers.h"

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

static kh_status offer_others(const kh_net *net, uint32_t link, kh_dimension_offer *offers, size_t *n, kh_error *err)
{
    const kh_qkd_link given = net->qkd_links[link];
    kh_status status = KH_OK;
    for (uint32_t i = 0; i < net->n_devices && status == KH_OK; i++) {
        kh_qkd_link dressed;
        kh_qkd_rate rate = {.per_module_bps = 0};
        if (i == given.device.i || !dress(net, &given, i, &dressed))
            continue;
        net->qkd_links[link] = dressed;
        status = kh_qkd_link_rate(net, (kh_qkd_link_id){link}, &rate, err);
        if (status == KH_OK && rate.per_module_bps > 0)
            offers[(*n)++] = (kh_dimension_offer){{link}, {i}, rate.per_module_bps};
    }
    net->qkd_links[link] = given;
    return kh_while(err, status, "link '%s'", given.id);
}

kh_status kh_offers_make(const kh_net *net, const kh_rates *rates, bool all, kh_arena *arena, kh_dimension_offer **offers,
                         size_t *n, kh_error *err)
{
    *n = 0;
    *offers = KH_NEW(arena, kh_dimension_offer, net->n_qkd_links * (1 + net->n_devices));
    if (*offers == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the devices of %zu links", net->n_qkd_links);
    for (uint32_t e = 0; e < net->n_qkd_links; e++) {
        const kh_qkd_link *link = &net->qkd_links[e];
        if (rates->qkd[e].per_module_bps > 0)
            (*offers)[(*n)++] = (kh_dimension_offer){{e}, link->device, rates->qkd[e].per_module_bps};
        if (all && isnan(link->measured_key_rate_bps))
            KH_TRY(offer_others(net, e, *offers, n, err));
    }
    return KH_OK;
}

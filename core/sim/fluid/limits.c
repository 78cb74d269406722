/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/limits.h"

#include <math.h>

static const char *reason_of(const kh_links *links, uint32_t link)
{
    const kh_store_policy *policy = &links->net->qkd_links[link].key_store;
    return policy->lifetime_h > 0 && isfinite(policy->lifetime_h) ? "its key has a lifetime" : NULL;
}

static const char *use_of(const kh_net *net, const kh_demand *demand)
{
    if (demand->calls.per_h > 0)
        return "it makes calls";
    if (demand->transfer.volume_tb > 0)
        return "it moves data";
    if (demand->key_store.capacity_keys > 0)
        return "its users have a key store";
    return net->nodes[demand->between[0].i].kms.service_ms > 0 ? "its key management takes time" : NULL;
}

static kh_status check_users(const kh_net *net, kh_error *err)
{
    for (size_t i = 0; i < net->n_demands; i++) {
        const char *reason = use_of(net, &net->demands[i]);
        if (reason != NULL)
            return kh_fail(err, KH_ERANGE, "demand '%s': %s, which the fluid level does not play; use the block level",
                           net->demands[i].id, reason);
    }
    return KH_OK;
}

kh_status kh_limits_check(const kh_links *links, kh_error *err)
{
    for (uint32_t i = 0; i < links->n; i++) {
        const char *reason = reason_of(links, i);
        if (reason != NULL)
            return kh_fail(err, KH_ERANGE, "link '%s': %s, which the fluid level does not play; use the block level",
                           links->net->qkd_links[i].id, reason);
    }
    return check_users(links->net, err);
}

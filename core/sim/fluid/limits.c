/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/limits.h"

#include <math.h>

static const char *reason_of(const kh_links *links, uint32_t link)
{
    const kh_store_policy *policy = &links->net->qkd_links[link].key_store;
    if (links->rates->qkd[link].n_passes > 0)
        return "it makes key in the passes of a satellite";
    if (policy->lifetime_h > 0 && isfinite(policy->lifetime_h))
        return "its key has a lifetime";
    return policy->is_volatile ? "its key store is volatile" : NULL;
}

kh_status kh_limits_check(const kh_links *links, kh_error *err)
{
    for (uint32_t i = 0; i < links->n; i++) {
        const char *reason = reason_of(links, i);
        if (reason != NULL)
            return kh_fail(err, KH_ERANGE, "link '%s': %s, which the fluid level does not play; use the block level",
                           links->net->qkd_links[i].id, reason);
    }
    return KH_OK;
}

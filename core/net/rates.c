/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/rates.h"

#include <math.h>

const char *kh_limit_text(kh_limit limit)
{
    switch (limit) {
    case KH_LIMIT_NONE:
        return "nothing in particular";
    case KH_LIMIT_NO_MODULE:
        return "no module is installed";
    case KH_LIMIT_LOSS:
        return "loss of the channel";
    case KH_LIMIT_DARK_COUNTS:
        return "dark counts of the detector";
    case KH_LIMIT_STRAY_LIGHT:
        return "light of others at the receiver";
    case KH_LIMIT_MISALIGNMENT:
        return "optical errors";
    case KH_LIMIT_FINITE_KEY:
        return "finite key: the block is too small";
    case KH_LIMIT_DEAD_TIME:
        return "dead time: the detector saturates";
    case KH_LIMIT_ELECTRONICS:
        return "the electronics of the device";
    case KH_LIMIT_DEVICE_LOSS:
        return "loss beyond the device's limit";
    case KH_LIMIT_MEASURED:
        return "measured, not computed";
    case KH_LIMIT_NO_PASS:
        return "no pass over the ground station";
    case KH_LIMIT_NO_MODEL:
        return "no model for this channel yet";
    }
    return "unknown";
}

double kh_rates_chain_epsilon(const kh_rates *rates, const kh_qkd_link_id *links, size_t n)
{
    double sum = n == 0 ? (double)NAN : 0.0;
    for (size_t i = 0; i < n; i++)
        sum += rates->qkd[links[i].i].epsilon.block;
    return isnan(sum) ? sum : fmin(sum, 1.0);
}

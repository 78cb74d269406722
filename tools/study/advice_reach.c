/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/advice.h"

#include "models/qkd/qkd.h"

#include <math.h>

/* Advice is for a fibre as it lies: no station on the way, and no telescope. */
static bool fits_any_fibre(const kh_device *device)
{
    return !kh_device_is_for_space(device) && !kh_protocol_has_station(device->protocol);
}

void kh_advice_reach_compute(kh_advice *advice)
{
    advice->reach_db = 0;
    advice->far_device = (kh_device_id){KH_NO_INDEX};
    for (uint32_t i = 0; i < advice->net->n_devices; i++) {
        const kh_device *device = &advice->net->devices[i];
        double reach_db = 0;
        if (device->max_loss_db <= advice->reach_db || !fits_any_fibre(device) || kh_qkd_reach_db(device, &reach_db, NULL) != KH_OK)
            continue;
        if (reach_db > advice->reach_db) {
            advice->reach_db = reach_db;
            advice->far_device = (kh_device_id){i};
        }
    }
}

double kh_advice_reach_rate(const kh_advice *advice, double loss_db, kh_device_id *device)
{
    double best_bps = 0;
    *device = (kh_device_id){KH_NO_INDEX};
    for (uint32_t i = 0; i < advice->net->n_devices; i++) {
        kh_qkd_key key = {0};
        if (!fits_any_fibre(&advice->net->devices[i]))
            continue;
        if (kh_qkd_device_rate(&advice->net->devices[i], loss_db, &key, NULL) != KH_OK || key.rate_bps <= best_bps)
            continue;
        best_bps = key.rate_bps;
        *device = (kh_device_id){i};
    }
    return best_bps;
}

kh_qkd_link_id kh_advice_best_link(const kh_cut *cut, const kh_rates *rates)
{
    kh_qkd_link_id best = cut->links[0];
    for (size_t i = 1; i < cut->n_links; i++)
        if (rates->qkd[cut->links[i].i].per_module_bps > rates->qkd[best.i].per_module_bps)
            best = cut->links[i];
    return best;
}

const kh_device *kh_advice_device(const kh_advice *advice, kh_qkd_link_id link)
{
    kh_device_id device = advice->net->qkd_links[link.i].device;
    return device.i == KH_NO_INDEX ? NULL : &advice->net->devices[device.i];
}

double kh_advice_pair_cost_eur(const kh_advice *advice, kh_qkd_link_id link)
{
    const kh_device *device = kh_advice_device(advice, link);
    return device == NULL ? 0 : fmax(device->cost_eur, 0); /* fmax leaves out what is not given */
}

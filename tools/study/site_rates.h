/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_SITE_RATES_H
#define KH_TOOLS_STUDY_SITE_RATES_H

#include "solvers/site/site_net.h"

typedef struct kh_site_rates_wish {
    const char *device; /**< id of the one device to be sampled; "all": every device for fibre with a price; NULL: those of the
                             QKD links */
    bool alone;         /**< none that needs a station between the ends, unless it is the one named */
    double until_s;     /**< on kh_clock_s(); 0: without end */
} kh_site_rates_wish;

typedef struct kh_site_rates {
    kh_site_table *tables; /**< [n] every 0.25 dB until no key is left, calibration of the device taken off */
    size_t n;
    double reach_db; /**< of the farthest of them */
} kh_site_rates;

/** Key rates of devices over the loss of a dark fibre, for planning sites: siting never calls a model.
 *  @param arena  where the tables live
 *  @return KH_OK; KH_EUSAGE: no such device; KH_ERANGE: the network has none to choose from, or as kh_qkd_device_rate();
 *          KH_TIMELIMIT: not all tables are done; KH_ENOMEM */
kh_status kh_site_rates_sample(const kh_net *net, const kh_site_rates_wish *wish, kh_arena *arena, kh_site_rates *rates,
                               kh_error *err);

#endif

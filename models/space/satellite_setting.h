/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_SPACE_SATELLITE_SETTING_H
#define KH_MODELS_SPACE_SATELLITE_SETTING_H

#include "core/net/net.h"
#include "core/net/rates.h"
#include "models/space/background.h"
#include "models/space/downlink.h"
#include "models/space/passes.h"

/** A link between a satellite and a ground station with all that the topology says of it, and the defaults for the rest. */
typedef struct kh_satellite_setting {
    kh_orbit orbit;
    kh_station station;
    kh_downlink downlink;
    kh_background background;
    double night_below_rad;
    double night_radiance_w_m2_sr_um, day_radiance_w_m2_sr_um;
    double clear_share[12]; /**< January first; times the share of the passes that the link has */
    double passes_per_block;
    const char *assumed[KH_SATELLITE_ASSUMED_MAX]; /**< [n_assumed] as in kh_satellite_rate */
    size_t n_assumed;
} kh_satellite_setting;

/** True when the link has a model: free space between a satellite with an orbit and a ground station with a position, BB84 with two
 *  decoys, a device. */
bool kh_satellite_has_model(const kh_net *net, const kh_qkd_link *link);

/** @param link  with kh_satellite_has_model() */
kh_satellite_setting kh_satellite_setting_of(const kh_net *net, const kh_qkd_link *link);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_SERVICES_LIGHT_H
#define KH_TOOLS_SERVICES_LIGHT_H

#include "core/base/arena.h"
#include "core/net/net.h"
#include "models/optical/optical_route.h"

/** What light can do in one stretch over line systems, without regeneration: every transceiver mode that its lines allow, with the
 *  reason where one does not work. Stretches are remembered, since many services ask for the same. */
typedef struct kh_light kh_light;

typedef struct kh_light_mode {
    kh_mode_id mode;
    bool works;
    bool too_wide;        /**< does not fit the channel spacing of a line, or its symbol rate; no light was computed */
    double rate_gbps;     /**< of one wavelength; where it does not work, as the library has it */
    double width_ghz;     /**< of the slot that it takes on all lines alike; NAN when too_wide */
    double margin_db;     /**< above required OSNR, penalties and the largest margin of the lines; NAN when too_wide */
    double gsnr_01nm_db;  /**< of the worst channel, transmitter included; NAN when too_wide */
    double shannon_gbps;  /**< of the whole comb at its symbol rate, without transmitter noise; NAN when too_wide */
    const char *obstacle; /**< NULL when it works */
} kh_light_mode;

typedef struct kh_light_stretch {
    const kh_optical_hop *hops; /**< [n_hops] */
    size_t n_hops;
    double length_km, latency_ms;
    kh_light_mode *modes; /**< [n_modes] those that all lines allow, in the order of the library */
    size_t n_modes;
    const char *obstacle; /**< NULL, or why no light gets through at all; then the modes are judged by their spacing alone */
} kh_light_stretch;

/** @param arena  where all stretches live
 *  @return NULL when memory is out */
kh_light *kh_light_create(const kh_net *net, kh_arena *arena);

/** Both directions are computed with all channels of the first line of each lit; of a mode the worse one counts.
 *  @param route  hops that meet; at most KH_OPTICAL_HOPS_MAX
 *  @return KH_OK also when nothing works; else as kh_optical_route_build() and kh_optical_run() */
kh_status kh_light_find(kh_light *light, const kh_optical_route *route, const kh_light_stretch **stretch, kh_error *err);

/** The spectrum of a line's channels. */
typedef struct kh_light_band {
    double low_thz, high_thz; /**< lower edge of the lowest channel, upper edge of the highest */
    double slot_ghz;          /**< of the narrowest channel */
} kh_light_band;

/** @return as kh_optical_route_comb() */
kh_status kh_light_find_band(kh_light *light, kh_line_id line, kh_light_band *band, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_SWITCHED_H
#define KH_TOOLS_STUDY_SWITCHED_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"

#include <stdint.h>

/** Ways of quantum light from one user of a demand to the other without a relay: over fibres, through switches. */

typedef struct kh_switched_options {
    const char *device; /**< as kh_site_rates_sample(): the best of the devices sampled is taken on each way */
    double switch_db;   /**< loss of a pass through a switch, [0, 100] */
    size_t most_ways;   /**< of a demand, >= 1: those of least loss */
    double until_s;     /**< on kh_clock_s(), of the tables of key rates; 0: without end */
} kh_switched_options;

typedef struct kh_switched_way {
    uint32_t demand;        /**< of kh_switched.sent */
    const uint32_t *fibres; /**< [n_fibres] */
    size_t n_fibres;
    double loss_db;  /**< fibres and switches */
    double rate_bps; /**< > 0: of one pair of modules */
    kh_device_id device;
} kh_switched_way;

typedef struct kh_switched {
    kh_switched_way *ways; /**< [n_ways] by demand, in rising loss */
    size_t n_ways;
    uint32_t *sent; /**< [n_sent] the network's demands that have a way */
    size_t n_sent;
    uint32_t *left_out; /**< [n_left_out] demands for key without one: no fibre leads there through switches alone, or too far */
    size_t n_left_out;
    bool complete; /**< no demand has another way that gives key */
} kh_switched;

/** Demands are those that need key from QKD. Light passes switches, and amplifier sites on a patch without loss; it ends at sites
 *  and ground stations. Devices whose protocol needs a station between the users are left aside. Everything lives in @p arena.
 *  @return KH_OK; KH_ERANGE: options out of range; as kh_site_rates_sample() and kh_routes_find(); KH_ENOMEM */
kh_status kh_switched_find(const kh_net *net, const kh_switched_options *options, kh_arena *arena, kh_switched *switched,
                           kh_error *err);

#endif

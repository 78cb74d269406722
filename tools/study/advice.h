/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_ADVICE_H
#define KH_TOOLS_STUDY_ADVICE_H

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"

/** What the parts of kh_words_advice() share. Sentences go to @c out, each with a space in front. */
typedef struct kh_advice {
    const kh_net *net;
    const kh_rates *rates;
    const kh_demand *demand;
    const kh_plan *whole;
    const kh_plan_demand *plan; /**< the demand's part of it */
    kh_arena *arena;            /**< scratch of this call */
    kh_str *out;
    double reach_db;         /**< farthest that a device of the library gives key; 0 when none does */
    kh_device_id far_device; /**< the one that does */
} kh_advice;

/** Fills reach_db and far_device. Cost: one root search per device that could still be the best. */
void kh_advice_reach_compute(kh_advice *advice);
/** The fastest device of the library at this loss. @return its rate of one module; 0 and KH_NO_INDEX when none gives key */
double kh_advice_reach_rate(const kh_advice *advice, double loss_db, kh_device_id *device);

/** The link across the cut, which has one, on which one more pair brings most. */
kh_qkd_link_id kh_advice_best_link(const kh_cut *cut, const kh_rates *rates);
/** What is installed on a link; NULL when the topology only gives measurements. */
const kh_device *kh_advice_device(const kh_advice *advice, kh_qkd_link_id link);
/** Price of one more pair on it; 0 when that is not known. */
double kh_advice_pair_cost_eur(const kh_advice *advice, kh_qkd_link_id link);

/** The cut is too narrow: pairs that would do, a split of the longest link, a better device, AES instead of one-time pad. */
void kh_advice_capacity_say(kh_advice *advice);
/** Spans on the demand's shortest fibre route that carry no key, and why.
 *  @return true when a span is beyond the reach of every device */
bool kh_advice_spans_say(kh_advice *advice);
/** The cheapest route that QKD could take with new pairs and trusted nodes; else PQC or a satellite. */
void kh_advice_detour_say(kh_advice *advice, bool span_beyond_reach);

#endif

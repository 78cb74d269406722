/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_SLOTS_H
#define KH_CORE_SIM_SUPPLY_SLOTS_H

#include "core/base/rng.h"
#include "core/sim/supply/links.h"

/** The time slots of the network: one process for all links, from the stream ("", "time slots").
 *
 *  A spell in slot i lasts exponentially with mean m_i = mean_spell_h; the next slot, perhaps the same, is i with probability
 *  proportional to share_i / m_i, whatever the present one. In the long run slot i then has share_i of the time (renewal reward:
 *  p_i m_i / sum of p_j m_j), and the mean rate of a link is the planner's. The run begins in a slot drawn by the shares, with a
 *  whole spell before it: an exponential forgets, so the process is stationary from time 0. */
typedef struct kh_slots {
    kh_links *links;
    kh_rng rng;
    kh_event_kind next;       /* subject: none; a spell ends */
    void (*tell)(void *self); /**< after the slot has changed; NULL: nobody */
    void *self;
} kh_slots;

/** Joins the kernel of the links when rates or QBER of any link differ from slot to slot. @return KH_OK; KH_ELIMIT */
kh_status kh_slots_init(kh_slots *slots, kh_links *links, uint64_t seed, kh_error *err);

/** Spells expected up to @p end. */
double kh_slots_events(const kh_slots *slots, kh_ns end);

#endif

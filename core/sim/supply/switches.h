/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_SWITCHES_H
#define KH_CORE_SIM_SUPPLY_SWITCHES_H

#include "core/sim/supply/links.h"

/** Optical switches that give one transmitter to several links in turn, for ever in the same order: a turn of dwell_s, then
 *  changeover_s without key for any of them. The first link has its turn at time 0. The turns go on whether or not a link's store
 *  wants key; a block that is not complete waits for the link's next turn. */
typedef struct kh_turns {
    const kh_optical_switch *of;
    uint32_t turn;    /**< whose turn it is, or was last while it changes over */
    bool changes;     /**< over to the next now */
    kh_ns dwell, gap; /**< lengths of a turn and of a change */
} kh_turns;

typedef struct kh_switches {
    kh_links *links;
    kh_turns *turns; /**< [n] by switch */
    size_t n;
    kh_event_kind step; /* subject: switch; a turn ends or begins */
} kh_switches;

/** Joins the kernel of the links when there are switches. @return KH_OK; KH_ENOMEM; KH_ELIMIT */
kh_status kh_switches_init(kh_switches *switches, kh_links *links, kh_arena *arena, kh_error *err);

/** Events up to @p end; INFINITY when a turn takes less than a nanosecond. */
double kh_switches_events(const kh_switches *switches, kh_ns end);

#endif

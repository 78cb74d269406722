/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_TALLY_H
#define KH_CORE_SIM_SERVICE_TALLY_H

#include "core/sim/kernel/kernel.h"

/** How well the requests of a demand are served. Counts are of requests made since the start of the statistics; the others only
 *  end or begin times of want. */
typedef struct kh_tally {
    uint64_t requests, served, late, blocked;
    double wait_s;    /**< summed over served */
    uint64_t waiting; /**< now */
    bool missed;      /**< a request was blocked, and none served since */
    kh_ns starved_since, starved_ns;
} kh_tally;

void kh_tally_served(kh_tally *tally, kh_ns now, kh_ns since, bool counted);
void kh_tally_blocked(kh_tally *tally, kh_ns now, bool counted);
/** A request begins (+1) or ceases (-1) to wait. */
void kh_tally_waits(kh_tally *tally, kh_ns now, int change);
void kh_tally_restart(kh_tally *tally, kh_ns now);
/** Time in which a request waited, or one was blocked and none served since, up to @p end. */
kh_ns kh_tally_starved_ns(const kh_tally *tally, kh_ns end);

#endif

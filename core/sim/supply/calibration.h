/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_CALIBRATION_H
#define KH_CORE_SIM_SUPPLY_CALIBRATION_H

#include "core/sim/supply/links.h"

/** Pauses of links whose device calibrates: calibration_min every calibration_every_h, all modules together, at a phase that is
 *  uniform over the cycle, from the stream (link id, "calibration"). */
typedef struct kh_calibrated {
    uint32_t link;
    kh_ns pause, work; /**< a cycle: no key, then key */
    bool calibrates;   /**< now */
} kh_calibrated;

typedef struct kh_calibration {
    kh_links *links;
    kh_calibrated *calibrated; /**< [n] */
    size_t n;
    kh_event_kind turn; /* subject: entry; a calibration begins or ends */
} kh_calibration;

/** Joins the kernel of the links when any link calibrates. @return KH_OK; KH_ENOMEM; KH_ELIMIT */
kh_status kh_calibration_init(kh_calibration *calibration, kh_links *links, uint64_t seed, kh_arena *arena, kh_error *err);

/** Events up to @p end; INFINITY when a cycle takes less than a nanosecond. */
double kh_calibration_events(const kh_calibration *calibration, kh_ns end);

#endif

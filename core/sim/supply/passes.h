/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_PASSES_H
#define KH_CORE_SIM_SUPPLY_PASSES_H

#include "core/base/rng.h"
#include "core/sim/supply/links.h"

/** Satellite links: the passes of a year, which repeat every 365 days; time 0 is the start of the year.
 *
 *  A number uniform in (0, 1) is drawn for every day and ground station, from the stream (station id, "sky"); a pass that
 *  culminates on that day gives its key, at its end, when the number is below its clear_share. So all passes of a day share the
 *  sky, days are independent, and the mean over years is the model's (models/space/satellite.h).
 *  Pooled passes: the key of passes_per_block clear passes comes with the last of them. A pass is not used while the store wants no
 *  key or the link is down. */
typedef struct kh_sky_days {
    uint32_t station; /**< node */
    int64_t day;      /**< the last that was drawn for; -1: none */
    double today, yesterday;
    kh_rng rng;
} kh_sky_days;

typedef struct kh_timetable {
    uint32_t link;
    kh_sky_days *sky;
    size_t next;   /**< pass of the year */
    int64_t year;  /**< from 0 */
    double bits;   /**< of clear passes in a block that is not complete */
    double pooled; /**< these passes */
} kh_timetable;

typedef struct kh_passes {
    kh_links *links;
    kh_timetable *timetables; /**< [n] */
    size_t n;
    kh_sky_days *skies; /**< [n_skies] */
    size_t n_skies;
    kh_event_kind end; /* subject: timetable; its next pass ends */
} kh_passes;

/** Joins the kernel of the links when any link has a timetable. @return KH_OK; KH_ENOMEM; KH_ELIMIT */
kh_status kh_passes_init(kh_passes *passes, kh_links *links, uint64_t seed, kh_arena *arena, kh_error *err);

#endif

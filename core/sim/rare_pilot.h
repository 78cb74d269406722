/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_RARE_PILOT_H
#define KH_CORE_SIM_RARE_PILOT_H

#include "core/sim/rare_player.h"

/** For rare.h: where to rest, and the thresholds. They decide how precise a result is, not what it is. */

enum { KH_RARE_MOST_SAMPLES = 20000 };

/** Values, or a sample of them when there are more. */
typedef struct kh_rare_samples {
    double values[KH_RARE_MOST_SAMPLES];
    size_t n, met;
    kh_ns next, every; /* of samples in time */
    double least;      /* of the present fall */
} kh_rare_samples;

/** Plays the network and sets the rest: half of the time the fill is higher.
 *  @return KH_OK; KH_INFEASIBLE: that is no key at all */
kh_status kh_rare_pilot_rest(kh_rare_player *player, kh_rare_samples *scratch);
/** Plays it again and sets the first threshold, such that the falls below it give about as many states as runs a stage. */
kh_status kh_rare_pilot_first(kh_rare_player *player, kh_rare_samples *scratch);
/** Adds the next threshold, by runs from states of the last one. */
kh_status kh_rare_pilot_next(kh_rare_player *player, kh_rare_samples *scratch, const kh_rare_states *from);

#endif

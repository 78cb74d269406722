/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_CLASHES_H
#define KH_SOLVERS_STORES_CLASHES_H

#include "solvers/stores/schedule.h"

/** The sets of passes of one node that overlap pairwise: passes are intervals, so those that hold at the start of a pass, and sets
 *  inside of others left out, are all that is needed. */
typedef struct kh_clashes {
    kh_schedule_clash *clashes; /**< [n] */
    size_t n;
    size_t *first;    /**< [n + 1] into member */
    uint32_t *member; /**< passes, two at least in each clash */
    size_t *of;       /**< [n_passes + 1] into clash: those of each pass */
    uint32_t *clash;
} kh_clashes;

/** @return KH_OK, KH_ENOMEM. Cost: n log n, and the passes that overlap */
kh_status kh_clashes_find(const kh_schedule_problem *problem, kh_arena *arena, kh_clashes *clashes, kh_error *err);

/** True when one node would have to serve both. */
bool kh_clashes_between(const kh_schedule_problem *problem, size_t pass, size_t other);

#endif

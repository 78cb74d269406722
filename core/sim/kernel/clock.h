/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_CLOCK_H
#define KH_CORE_SIM_KERNEL_CLOCK_H

#include "core/sim/kernel/event.h"

#include <stdbool.h>

/** When an event may run. On a virtual clock: at once. On a wall clock: when its time has come, so that others can watch the run,
 * or take part in it, as it happens. */

/** Where wall time comes from and how it passes; tests bring their own. */
typedef struct kh_clock_source {
    int64_t (*now_ns)(void *self); /**< never goes back */
    void (*sleep_ns)(void *self, int64_t ns);
    void *self;
} kh_clock_source;

typedef struct kh_clock {
    double speed; /**< seconds of the run per second on the wall; 0: virtual */
    kh_clock_source source;
    kh_ns run_start;          /**< this time of the run ... */
    int64_t wall_start;       /**< ... is this one on the wall */
    kh_ns most_late;          /**< on the wall: by how much an event ran after its time, at most */
    const volatile int *stop; /**< not NULL: waiting ends soon after it becomes non-zero */
} kh_clock;

kh_clock kh_clock_virtual(void);

/** @param now    time of the run at this moment
 *  @param speed  > 0; 1: real time
 *  @param source NULL: the machine's monotonic clock */
kh_clock kh_clock_wall(kh_ns now, double speed, const kh_clock_source *source);

static inline bool kh_clock_is_virtual(const kh_clock *clock)
{
    return !(clock->speed > 0);
}

/** Time of the run at this moment; on a virtual clock: the latest there is. What comes from outside is to be pushed at this time,
 *  or at the queue's when that is later. */
kh_ns kh_clock_now(const kh_clock *clock);

/** Waits until @p time of the run has come. @return false: stopped before */
bool kh_clock_wait(kh_clock *clock, kh_ns time);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_EVENT_H
#define KH_CORE_SIM_KERNEL_EVENT_H

#include "core/base/units.h"
#include "core/sim/kernel/state.h"

#include <stddef.h>
#include <stdint.h>

/** Time and what happens in it. */

typedef int64_t kh_ns; /**< nanoseconds from the start of the run */
#define KH_NS_PER_S      1000000000
#define KH_LONGEST_YEARS 90 /* three such times still add up within 63 bits */
#define KH_LONGEST_S     (KH_LONGEST_YEARS * 365.25 * KH_S_PER_DAY)
#define KH_LONGEST_NS    ((kh_ns)(KH_LONGEST_S * KH_NS_PER_S))

typedef uint16_t kh_event_kind; /**< which handler runs: a number from kh_kernel_handle() */

/** 24 bytes, held inline wherever it waits. */
typedef struct kh_event {
    kh_ns time;
    uint64_t sequence; /**< order of pushes, from 1 */
    uint32_t subject;  /**< index, by kind; while a timed event waits: its slot among the timers */
    kh_event_kind kind;
    uint16_t timed; /**< 1: it could be cancelled */
} kh_event;

/** Seconds to nanoseconds, rounded to the nearest; beyond KH_LONGEST_YEARS: these. @param seconds >= 0 */
kh_ns kh_ns_from_s(double seconds);
static inline double kh_s_from_ns(kh_ns time)
{
    return (double)time / KH_NS_PER_S;
}

#endif

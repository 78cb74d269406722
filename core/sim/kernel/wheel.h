/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_WHEEL_H
#define KH_CORE_SIM_KERNEL_WHEEL_H

#include "core/base/arena.h"
#include "core/sim/kernel/bucket.h"
#include "core/sim/kernel/event.h"
#include "core/sim/kernel/state.h"
#include "core/sim/kernel/timers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Events by time, and those of one time in the order in which they were put in.
 *
 *  Buckets on levels (Denardo and Fox, Operations Research 27:161, 1979, doi 10.1287/opre.27.1.161; timing wheels: Varghese and
 *  Lauck, IEEE/ACM ToN 5:824, 1997, doi 10.1109/90.650142). A time is a number of 8-bit digits. An event waits on the level of the
 *  highest digit in which its time differs from the base, in the slot of that digit. The earliest bucket is the lowest slot of the
 *  lowest level. When its turn comes the base moves to its start; its events are dealt out to the levels below or, when they are
 * few, sorted into the list of those that are ready: spread by their next digit, then put right one by one. An event earlier than
 * the end of that list goes straight into it. Dealing and sorting keep the order of equal times; so does pushing, since events of
 * one time are always in one place. */

enum { KH_WHEEL_BITS = 8, KH_WHEEL_SLOTS = 1 << KH_WHEEL_BITS, KH_WHEEL_LEVELS = (63 + KH_WHEEL_BITS - 1) / KH_WHEEL_BITS };

typedef struct kh_wheel_level {
    uint64_t filled[(KH_WHEEL_SLOTS + 63) / 64]; /**< a bit for each bucket that holds events */
    kh_bucket buckets[KH_WHEEL_SLOTS];
} kh_wheel_level;

typedef struct kh_wheel {
    kh_ns base, ready_last; /**< events up to ready_last belong to the ready list; all on the levels are later, and >= base */
    kh_event *ready;        /**< [n_ready] sorted; those before first_ready are gone */
    size_t first_ready, n_ready, ready_capacity;
    uint32_t inserted;      /**< into the list since it was made, before its last */
    size_t stored, stale;   /**< all events, and those of them that will not run */
    kh_ns not_before;       /**< nothing on the levels is earlier */
    uint32_t levels_filled; /**< a bit for each level with events */
    kh_wheel_level levels[KH_WHEEL_LEVELS];
    kh_bucket_pool pool;
} kh_wheel;

/** What a wheel needs from outside. */
typedef struct kh_wheel_use {
    const kh_timers *timers;
    kh_arena *arena;
} kh_wheel_use;

void kh_wheel_init(kh_wheel *wheel);

/** Room for an event at @p time, not before what was taken out; to be filled at once.
 *  @return NULL when memory is out */
kh_event *kh_wheel_put(kh_wheel *wheel, kh_wheel_use use, kh_ns time);

/** kh_wheel_next() where it is not simply the first of the ready ones. */
bool kh_wheel_look(kh_wheel *wheel, kh_wheel_use use, kh_ns last, const kh_event **event);

/** The next event that will run, left where it is until kh_wheel_drop(); buckets that start after @p last stay closed.
 *  @param[out] event NULL: none up to @p last; it may be later than @p last all the same
 *  @return false when memory is out */
static inline bool kh_wheel_next(kh_wheel *wheel, kh_wheel_use use, kh_ns last, const kh_event **event)
{
    const kh_event *ready = wheel->first_ready < wheel->n_ready ? &wheel->ready[wheel->first_ready] : NULL;
    if (ready == NULL || kh_timers_is_stale(use.timers, ready))
        return kh_wheel_look(wheel, use, last, event);
    *event = ready;
    return true;
}

/** Takes out the event that kh_wheel_next() gave. */
static inline void kh_wheel_drop(kh_wheel *wheel)
{
    wheel->first_ready++;
    wheel->stored--;
}

/** An event in it became stale; once they are the majority they are thrown out. */
void kh_wheel_spoil(kh_wheel *wheel, kh_wheel_use use);

/** What holds for every event. */
typedef struct kh_wheel_bounds {
    kh_ns now;      /**< none is earlier */
    size_t n_kinds; /**< its kind is less */
} kh_wheel_bounds;

/** Saves the events that will run, or loads them; when they break the bounds: KH_EDATA. */
void kh_wheel_visit(kh_wheel *wheel, kh_wheel_use use, kh_wheel_bounds bounds, kh_state *state);

#endif

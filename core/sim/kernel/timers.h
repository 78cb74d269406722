/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_TIMERS_H
#define KH_CORE_SIM_KERNEL_TIMERS_H

#include "core/base/arena.h"
#include "core/sim/kernel/event.h"
#include "core/sim/kernel/state.h"

#include <stdbool.h>
#include <stddef.h>

/** Which of the events that may be cancelled are still to run. An event that was cancelled or moved stays where it waits and is
 * known by the sequence in its slot, which is no longer its own: it is stale. So a slot is free at once. */

/** Names one pending event that may be cancelled; stays safe to use after the event has run. {0} names none. */
typedef struct kh_timer {
    uint64_t sequence;
    uint32_t slot;
} kh_timer;

typedef struct kh_timer_slot {
    uint64_t sequence; /**< of the pending event; 0: the slot is free */
    uint32_t subject;  /**< of the event; the next free slot, plus 1, while free */
    kh_event_kind kind;
    uint16_t spare;
} kh_timer_slot;

typedef struct kh_timers {
    kh_timer_slot *slots; /**< [n] */
    size_t n, capacity;
    uint32_t free; /**< the first free slot, plus 1; 0: none */
} kh_timers;

/** @return false when memory is out */
bool kh_timers_take(kh_timers *timers, kh_arena *arena, uint32_t *slot);
void kh_timers_release(kh_timers *timers, uint32_t slot);

static inline bool kh_timers_is_pending(const kh_timers *timers, kh_timer timer)
{
    return timer.sequence != 0 && timer.slot < timers->n && timers->slots[timer.slot].sequence == timer.sequence;
}

static inline bool kh_timers_is_stale(const kh_timers *timers, const kh_event *event)
{
    return event->timed && timers->slots[event->subject].sequence != event->sequence;
}

/** Slots that do not fit together: KH_EDATA. */
void kh_timers_visit(kh_timers *timers, kh_state *state);

#endif

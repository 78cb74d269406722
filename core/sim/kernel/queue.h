/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_QUEUE_H
#define KH_CORE_SIM_KERNEL_QUEUE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/sim/kernel/event.h"
#include "core/sim/kernel/state.h"
#include "core/sim/kernel/timers.h"
#include "core/sim/kernel/wheel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The clock and the pending events, popped in exact (time, sequence) order: events of one instant run in the order of their
 *  pushes.
 *
 *  A wheel of buckets (wheel.h) holds most; beside it is a plain ring for events whose times never fall from push to push, such as
 *  those with one constant delay: most events of a run are hops, and they need no search. Events are held inline; memory is taken
 *  only when more are pending than ever before, and cancelled events never are more than the others for long.
 */

typedef struct kh_queue {
    kh_ns now;        /**< time of the last event that was popped */
    kh_status status; /**< sticky: KH_ENOMEM, or KH_EINTERNAL after a push into the past; look once per event */
    size_t live;      /**< pending events, the cancelled not counted */
    uint64_t next_sequence;
    kh_event *ring; /* [ring_capacity], a power of two; positions count up and wrap by mask */
    size_t ring_head, ring_tail, ring_capacity;
    kh_timers timers;
    kh_wheel wheel;
    kh_arena *arena;
} kh_queue;

/** An empty queue at time 0. @param arena must outlive the queue */
void kh_queue_init(kh_queue *queue, kh_arena *arena);

/** Adds an event; order among equal times is the order of pushes. A failure is kept in queue->status. @param time >= queue->now */
void kh_queue_push(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject);

/** The same; cheaper where times do not fall from one call to the next, equal in effect where they do. */
void kh_queue_push_steady(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject);

/** The same for an event that may be cancelled. */
kh_timer kh_queue_push_timer(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject);

/** @return true when the event was pending and now will not run. */
bool kh_queue_cancel(kh_queue *queue, kh_timer timer);

/** Another time for a pending event: as if it were cancelled and pushed anew, also in its order among equal times.
 *  @param timer names it before and after
 *  @return false when it was not pending, or on a failure: nothing is pending under this name then */
bool kh_queue_move(kh_queue *queue, kh_timer *timer, kh_ns time);

/** Takes the next event and moves the clock to it. @return false when nothing is pending (*event untouched). */
bool kh_queue_pop(kh_queue *queue, kh_event *event);

/** The same for events before @p end only, > 0; later ones stay, and so does the clock. */
bool kh_queue_pop_before(kh_queue *queue, kh_ns end, kh_event *event);

/** A pending event that is likely to be the n-th after the next one, for a guess at what will be needed; NULL: no guess. */
static inline const kh_event *kh_queue_ahead(const kh_queue *queue, size_t n)
{
    size_t place = queue->wheel.first_ready + n;
    return place < queue->wheel.n_ready ? &queue->wheel.ready[place] : NULL;
}

/** Time of the next event, which stays. @return false when nothing is pending */
bool kh_queue_peek(kh_queue *queue, kh_ns *time);

/** Saves or loads the queue: pending events, timers and the clock. What cannot have been saved: KH_EDATA.
 *  @param n_kinds kinds of events are less */
void kh_queue_visit(kh_queue *queue, size_t n_kinds, kh_state *state);

#endif

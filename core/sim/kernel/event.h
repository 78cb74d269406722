/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_KERNEL_EVENT_H
#define KH_CORE_SIM_KERNEL_EVENT_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/base/units.h"
#include "core/sim/kernel/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The clock and the pending events, popped in exact (time, sequence) order: events of one instant run in the order of their
 *  pushes.
 *
 *  A monotone radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, J. ACM 37:213, 1990, doi 10.1145/77600.77615) over integer nanoseconds:
 *  nothing is ever pushed into the past, so a bucket per highest bit in which a time differs from the clock suffices. Beside it a
 *  plain ring for events whose times never fall from push to push, such as those with one constant delay: most events of a run are
 *  hops, and they need no heap. Events are 32 bytes, inline; memory is taken only when a bucket outgrows all it has held before.
 */

typedef int64_t kh_ns; /**< nanoseconds from the start of the run */
#define KH_NS_PER_S      1000000000
#define KH_LONGEST_YEARS 90 /* three such times still add up within 63 bits */
#define KH_LONGEST_S     (KH_LONGEST_YEARS * 365.25 * KH_S_PER_DAY)

typedef uint16_t kh_event_kind; /**< which handler runs: a number from kh_kernel_handle() */

typedef struct kh_event {
    kh_ns time;
    uint64_t sequence; /**< order of pushes, from 1 */
    kh_event_kind kind;
    uint32_t subject; /**< index, by kind */
    uint32_t timer;   /**< slot of a cancellable event; KH_NO_TIMER otherwise */
    uint32_t spare;
} kh_event;

#define KH_NO_TIMER UINT32_MAX

/** Names one pending event that may be cancelled; stays safe to use after the event has run. {0} names none. */
typedef struct kh_timer {
    uint64_t sequence;
    uint32_t slot;
} kh_timer;

enum { KH_QUEUE_BUCKETS = 64 };

typedef struct kh_queue_bucket {
    kh_event *events;
    size_t n, capacity;
} kh_queue_bucket;

typedef struct kh_queue {
    kh_ns now;        /**< time of the last event that was popped */
    kh_status status; /**< sticky: KH_ENOMEM, or KH_EINTERNAL after a push into the past; look once per event */
    size_t live;      /**< pending events, the cancelled not counted */
    uint64_t next_sequence;
    kh_ns base;      /* of the radix heap: its last event's time */
    uint64_t filled; /* bit i: bucket i holds events */
    size_t head;     /* of bucket 0, whose events are all of time base */
    kh_ns next_time; /* of the heap's earliest event, while its sequence is not 0 */
    uint64_t next_of_heap;
    kh_event *ring; /* [ring_capacity], a power of two; positions count up and wrap by mask */
    size_t ring_head, ring_tail, ring_capacity;
    kh_queue_bucket buckets[KH_QUEUE_BUCKETS];
    uint64_t *timers; /* [n_timers] sequence of the pending event in this slot; 0 = free */
    uint32_t *free_timers;
    size_t n_timers, n_free_timers, timers_capacity, free_capacity;
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

/** Takes the next event and moves the clock to it. @return false when nothing is pending (*event untouched). */
bool kh_queue_pop(kh_queue *queue, kh_event *event);

/** Saves or loads the queue: pending events, cancelled ones included, timers and the clock. */
void kh_queue_visit(kh_queue *queue, kh_state *state);

/** Seconds to nanoseconds, rounded to the nearest; beyond KH_LONGEST_YEARS: these. @param seconds >= 0 */
kh_ns kh_ns_from_s(double seconds);
double kh_s_from_ns(kh_ns time);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/event.h"

#include <math.h>
#include <string.h>

void kh_queue_init(kh_queue *queue, kh_arena *arena)
{
    *queue = (kh_queue){.arena = arena, .next_sequence = 1};
}

/* 0 for the base itself, else 1 + the highest bit in which the two differ. */
static unsigned bucket_of(kh_ns time, kh_ns base)
{
    uint64_t differs = (uint64_t)time ^ (uint64_t)base;
    return differs == 0 ? 0 : 64u - (unsigned)__builtin_clzll(differs);
}

static bool grow_bucket(kh_queue *queue, kh_queue_bucket *bucket)
{
    kh_event *bigger = kh_arena_grow(queue->arena, bucket->events, bucket->n, &bucket->capacity, sizeof *bigger);
    if (bigger == NULL) {
        queue->status = KH_ENOMEM;
        return false;
    }
    bucket->events = bigger;
    return true;
}

static bool put(kh_queue *queue, const kh_event *event)
{
    unsigned i = bucket_of(event->time, queue->base);
    kh_queue_bucket *bucket = &queue->buckets[i];
    if (bucket->n == bucket->capacity && !grow_bucket(queue, bucket))
        return false;
    bucket->events[bucket->n++] = *event;
    queue->filled |= UINT64_C(1) << i;
    return true;
}

static bool may_push(kh_queue *queue, kh_ns time)
{
    if (time < queue->now)
        queue->status = KH_EINTERNAL;
    return time >= queue->now;
}

static bool push(kh_queue *queue, const kh_event *event)
{
    if (!may_push(queue, event->time) || !put(queue, event))
        return false;
    if (queue->next_of_heap != 0 && event->time < queue->next_time) {
        queue->next_time = event->time;
        queue->next_of_heap = event->sequence;
    }
    queue->next_sequence++;
    queue->live++;
    return true;
}

void kh_queue_push(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject)
{
    kh_event event = {.time = time, .sequence = queue->next_sequence, .kind = kind, .subject = subject, .timer = KH_NO_TIMER};
    (void)push(queue, &event);
}

static bool grow_ring(kh_queue *queue)
{
    size_t used = queue->ring_tail - queue->ring_head, capacity = queue->ring_capacity == 0 ? 64 : 2 * queue->ring_capacity;
    kh_event *bigger = KH_NEW(queue->arena, kh_event, capacity);
    if (bigger == NULL) {
        queue->status = KH_ENOMEM;
        return false;
    }
    for (size_t i = 0; i < used; i++)
        bigger[i] = queue->ring[(queue->ring_head + i) & (queue->ring_capacity - 1)];
    queue->ring = bigger;
    queue->ring_capacity = capacity;
    queue->ring_head = 0;
    queue->ring_tail = used;
    return true;
}

void kh_queue_push_steady(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject)
{
    size_t mask = queue->ring_capacity - 1, used = queue->ring_tail - queue->ring_head;
    if (used > 0 && time < queue->ring[(queue->ring_tail - 1) & mask].time) {
        kh_queue_push(queue, time, kind, subject);
        return;
    }
    if (!may_push(queue, time) || (used == queue->ring_capacity && !grow_ring(queue)))
        return;
    queue->ring[queue->ring_tail++ & (queue->ring_capacity - 1)] =
        (kh_event){.time = time, .sequence = queue->next_sequence++, .kind = kind, .subject = subject, .timer = KH_NO_TIMER};
    queue->live++;
}

/* A free slot is left on the list until the push has worked. */
static bool find_slot(kh_queue *queue, uint32_t *slot)
{
    if (queue->n_free_timers > 0) {
        *slot = queue->free_timers[queue->n_free_timers - 1];
        return true;
    }
    if (queue->n_timers == queue->timers_capacity) {
        uint64_t *timers = kh_arena_grow(queue->arena, queue->timers, queue->n_timers, &queue->timers_capacity, sizeof *timers);
        uint32_t *list = kh_arena_grow(queue->arena, queue->free_timers, queue->n_free_timers, &queue->free_capacity, sizeof *list);
        if (timers == NULL || list == NULL || queue->timers_capacity >= KH_NO_TIMER) {
            queue->status = KH_ENOMEM;
            return false;
        }
        queue->timers = timers;
        queue->free_timers = list;
    }
    *slot = (uint32_t)queue->n_timers++;
    queue->free_timers[queue->n_free_timers++] = *slot;
    return true;
}

kh_timer kh_queue_push_timer(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject)
{
    kh_event event = {.time = time, .sequence = queue->next_sequence, .kind = kind, .subject = subject};
    if (!find_slot(queue, &event.timer) || !push(queue, &event))
        return (kh_timer){0};
    queue->n_free_timers--;
    queue->timers[event.timer] = event.sequence;
    return (kh_timer){.sequence = event.sequence, .slot = event.timer};
}

static void free_slot(kh_queue *queue, uint32_t slot)
{
    queue->timers[slot] = 0;
    queue->free_timers[queue->n_free_timers++] = slot;
}

bool kh_queue_cancel(kh_queue *queue, kh_timer timer)
{
    if (timer.sequence == 0 || timer.slot >= queue->n_timers || queue->timers[timer.slot] != timer.sequence)
        return false;
    free_slot(queue, timer.slot);
    queue->live--;
    if (queue->next_of_heap == timer.sequence)
        queue->next_of_heap = 0;
    return true;
}

static bool is_cancelled(const kh_queue *queue, const kh_event *event)
{
    return event->timer != KH_NO_TIMER && queue->timers[event->timer] != event->sequence;
}

/* Cancelled events go first, or the base could move to a time at which nothing happens. */
static void drop_cancelled(const kh_queue *queue, kh_queue_bucket *bucket)
{
    size_t kept = 0;
    for (size_t i = 0; i < bucket->n; i++)
        if (!is_cancelled(queue, &bucket->events[i]))
            bucket->events[kept++] = bucket->events[i];
    bucket->n = kept;
}

/* The first of the earliest: pushed first. */
static const kh_event *earliest(const kh_queue_bucket *bucket)
{
    const kh_event *first = &bucket->events[0];
    for (size_t i = 1; i < bucket->n; i++)
        if (bucket->events[i].time < first->time)
            first = &bucket->events[i];
    return first;
}

/* Time and sequence of the heap's next event into next_time and next_of_heap. The base stays: an event of the ring may come first
 * and push something in between. */
static bool look_ahead(kh_queue *queue)
{
    kh_queue_bucket *present = &queue->buckets[0];
    while (queue->head < present->n && is_cancelled(queue, &present->events[queue->head]))
        queue->head++;
    if (queue->head < present->n) {
        queue->next_time = queue->base;
        queue->next_of_heap = present->events[queue->head].sequence;
        return true;
    }
    present->n = queue->head = 0;
    queue->filled &= ~UINT64_C(1);
    while (queue->filled != 0) {
        kh_queue_bucket *bucket = &queue->buckets[__builtin_ctzll(queue->filled)];
        if (queue->n_timers > 0)
            drop_cancelled(queue, bucket);
        if (bucket->n > 0) {
            const kh_event *first = earliest(bucket);
            queue->next_time = first->time;
            queue->next_of_heap = first->sequence;
            return true;
        }
        queue->filled &= queue->filled - 1;
    }
    return false;
}

/* Moves the base to the earliest event and deals its bucket out to the ones below. They are empty then, and the order within a
 * bucket is the order of pushes, so the order of pushes survives. */
static bool advance(kh_queue *queue)
{
    unsigned lowest = (unsigned)__builtin_ctzll(queue->filled);
    kh_queue_bucket *bucket = &queue->buckets[lowest];
    queue->filled &= queue->filled - 1;
    queue->base = queue->next_time;
    size_t n = bucket->n;
    bucket->n = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_cancelled(queue, &bucket->events[i]) && !put(queue, &bucket->events[i]))
            return false;
    return true;
}

static bool pop_heap(kh_queue *queue, kh_event *event)
{
    if (queue->head == queue->buckets[0].n && !advance(queue))
        return false;
    *event = queue->buckets[0].events[queue->head++];
    if (event->timer != KH_NO_TIMER)
        free_slot(queue, event->timer);
    queue->next_of_heap = 0;
    return true;
}

bool kh_queue_pop(kh_queue *queue, kh_event *event)
{
    bool in_heap = queue->next_of_heap != 0 || look_ahead(queue), in_ring = queue->ring_head != queue->ring_tail;
    if (!in_heap && !in_ring)
        return false;
    const kh_event *ring = in_ring ? &queue->ring[queue->ring_head & (queue->ring_capacity - 1)] : NULL;
    bool ring_first = in_ring && (!in_heap || ring->time < queue->next_time ||
                                  (ring->time == queue->next_time && ring->sequence < queue->next_of_heap));
    if (ring_first) {
        *event = *ring;
        queue->ring_head++;
    } else if (!pop_heap(queue, event)) {
        return false;
    }
    queue->now = event->time;
    queue->live--;
    return true;
}

/* As an array from position 0. */
static void visit_ring(kh_queue *queue, kh_state *state)
{
    size_t used = queue->ring_tail - queue->ring_head;
    KH_STATE(state, used);
    if (state->loading) {
        queue->ring_head = queue->ring_tail = 0;
        while (state->status == KH_OK && queue->ring_capacity < used)
            if (!grow_ring(queue))
                state->status = KH_ENOMEM;
        queue->ring_tail = used;
    }
    for (size_t i = 0; i < used && state->status == KH_OK; i++)
        KH_STATE(state, queue->ring[(queue->ring_head + i) & (queue->ring_capacity - 1)]);
}

void kh_queue_visit(kh_queue *queue, kh_state *state)
{
    KH_STATE(state, queue->now);
    KH_STATE(state, queue->status);
    KH_STATE(state, queue->live);
    KH_STATE(state, queue->next_sequence);
    KH_STATE(state, queue->base);
    KH_STATE(state, queue->filled);
    KH_STATE(state, queue->head);
    KH_STATE(state, queue->next_time);
    KH_STATE(state, queue->next_of_heap);
    visit_ring(queue, state);
    for (int i = 0; i < KH_QUEUE_BUCKETS; i++) {
        kh_queue_bucket *bucket = &queue->buckets[i];
        bucket->events = kh_state_array(state, bucket->events, &bucket->n, &bucket->capacity, sizeof *bucket->events);
    }
    queue->timers = kh_state_array(state, queue->timers, &queue->n_timers, &queue->timers_capacity, sizeof *queue->timers);
    size_t room = queue->n_timers; /* every timer may come to be free */
    queue->free_timers = kh_state_array(state, queue->free_timers, &room, &queue->free_capacity, sizeof *queue->free_timers);
    KH_STATE(state, queue->n_free_timers);
}

kh_ns kh_ns_from_s(double seconds)
{
    return (kh_ns)llround((seconds < KH_LONGEST_S ? seconds : KH_LONGEST_S) * KH_NS_PER_S);
}

double kh_s_from_ns(kh_ns time)
{
    return (double)time / KH_NS_PER_S;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/event.h"

#include <math.h>
#include <string.h>

void kh_queue_init(kh_queue *queue, kh_arena *arena)
{
    *queue = (kh_queue){.arena = arena, .next_sequence = 1};
}

/* 0 for the present, else 1 + the highest bit in which the two differ. */
static unsigned bucket_of(kh_ns time, kh_ns now)
{
    uint64_t differs = (uint64_t)time ^ (uint64_t)now;
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
    unsigned i = bucket_of(event->time, queue->now);
    kh_queue_bucket *bucket = &queue->buckets[i];
    if (bucket->n == bucket->capacity && !grow_bucket(queue, bucket))
        return false;
    bucket->events[bucket->n++] = *event;
    queue->filled |= UINT64_C(1) << i;
    return true;
}

static bool push(kh_queue *queue, const kh_event *event)
{
    if (event->time < queue->now) {
        queue->status = KH_EINTERNAL;
        return false;
    }
    if (!put(queue, event))
        return false;
    queue->next_sequence++;
    queue->live++;
    return true;
}

void kh_queue_push(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject)
{
    kh_event event = {.time = time, .sequence = queue->next_sequence, .kind = kind, .subject = subject, .timer = KH_NO_TIMER};
    (void)push(queue, &event);
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
    return true;
}

static bool is_cancelled(const kh_queue *queue, const kh_event *event)
{
    return event->timer != KH_NO_TIMER && queue->timers[event->timer] != event->sequence;
}

static kh_ns earliest(const kh_queue_bucket *bucket)
{
    kh_ns time = bucket->events[0].time;
    for (size_t i = 1; i < bucket->n; i++)
        time = bucket->events[i].time < time ? bucket->events[i].time : time;
    return time;
}

/* Cancelled events go first, or the clock could be moved to a time at which nothing happens. */
static void drop_cancelled(const kh_queue *queue, kh_queue_bucket *bucket)
{
    size_t kept = 0;
    for (size_t i = 0; i < bucket->n; i++)
        if (!is_cancelled(queue, &bucket->events[i]))
            bucket->events[kept++] = bucket->events[i];
    bucket->n = kept;
}

/* Moves the clock to the earliest event of the lowest filled bucket and deals that bucket out to the ones below it. They are empty
 * then, and the order within a bucket is the order of pushes, so the order of pushes survives. */
static bool advance(kh_queue *queue)
{
    while (queue->filled != 0) {
        unsigned lowest = (unsigned)__builtin_ctzll(queue->filled);
        kh_queue_bucket *bucket = &queue->buckets[lowest];
        queue->filled &= queue->filled - 1;
        if (queue->n_timers > 0)
            drop_cancelled(queue, bucket);
        if (bucket->n == 0)
            continue;
        queue->now = earliest(bucket);
        size_t n = bucket->n;
        bucket->n = 0;
        for (size_t i = 0; i < n; i++)
            if (!put(queue, &bucket->events[i]))
                return false;
        return true;
    }
    return false;
}

bool kh_queue_pop(kh_queue *queue, kh_event *event)
{
    kh_queue_bucket *present = &queue->buckets[0];
    for (;;) {
        while (queue->head < present->n) {
            const kh_event *next = &present->events[queue->head++];
            if (is_cancelled(queue, next))
                continue;
            *event = *next;
            if (event->timer != KH_NO_TIMER)
                free_slot(queue, event->timer);
            queue->live--;
            return true;
        }
        present->n = queue->head = 0;
        queue->filled &= ~UINT64_C(1);
        if (!advance(queue))
            return false;
    }
}

static const double LONGEST_S = KH_LONGEST_YEARS * 365.25 * 86400.0;

kh_ns kh_ns_from_s(double seconds)
{
    return (kh_ns)llround((seconds < LONGEST_S ? seconds : LONGEST_S) * KH_NS_PER_S);
}

double kh_s_from_ns(kh_ns time)
{
    return (double)time / KH_NS_PER_S;
}

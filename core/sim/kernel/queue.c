/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/queue.h"

void kh_queue_init(kh_queue *queue, kh_arena *arena)
{
    *queue = (kh_queue){.arena = arena, .next_sequence = 1};
    kh_wheel_init(&queue->wheel);
}

static kh_wheel_use use_of(const kh_queue *queue)
{
    return (kh_wheel_use){.timers = &queue->timers, .arena = queue->arena};
}

/* --- pushing --- */

static bool may_push(kh_queue *queue, kh_ns time)
{
    if (time < queue->now)
        queue->status = KH_EINTERNAL;
    return time >= queue->now;
}

/* Filled where it will wait, rather than copied there. */
static bool push(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject, uint16_t timed)
{
    if (!may_push(queue, time))
        return false;
    kh_event *event = kh_wheel_put(&queue->wheel, use_of(queue), time);
    if (event == NULL) {
        queue->status = KH_ENOMEM;
        return false;
    }
    *event = (kh_event){.time = time, .sequence = queue->next_sequence++, .subject = subject, .kind = kind, .timed = timed};
    queue->live++;
    return true;
}

void kh_queue_push(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject)
{
    (void)push(queue, time, kind, subject, 0);
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
        (kh_event){.time = time, .sequence = queue->next_sequence++, .subject = subject, .kind = kind};
    queue->live++;
}

/* --- timers --- */

/* The slot is taken; when the push fails it is given back. */
static bool push_timed(kh_queue *queue, kh_ns time, kh_timer_slot what, kh_timer *timer)
{
    timer->sequence = what.sequence = queue->next_sequence;
    queue->timers.slots[timer->slot] = what;
    if (push(queue, time, what.kind, timer->slot, 1))
        return true;
    kh_timers_release(&queue->timers, timer->slot);
    *timer = (kh_timer){0};
    return false;
}

kh_timer kh_queue_push_timer(kh_queue *queue, kh_ns time, kh_event_kind kind, uint32_t subject)
{
    kh_timer timer = {0};
    if (!kh_timers_take(&queue->timers, queue->arena, &timer.slot)) {
        queue->status = KH_ENOMEM;
        return timer;
    }
    (void)push_timed(queue, time, (kh_timer_slot){.subject = subject, .kind = kind}, &timer);
    return timer;
}

bool kh_queue_cancel(kh_queue *queue, kh_timer timer)
{
    if (!kh_timers_is_pending(&queue->timers, timer))
        return false;
    kh_timers_release(&queue->timers, timer.slot);
    kh_wheel_spoil(&queue->wheel, use_of(queue));
    queue->live--;
    return true;
}

bool kh_queue_move(kh_queue *queue, kh_timer *timer, kh_ns time)
{
    if (!kh_timers_is_pending(&queue->timers, *timer))
        return false;
    kh_timer_slot *slot = &queue->timers.slots[timer->slot], what = *slot;
    slot->sequence = queue->next_sequence; /* the old event is stale from here */
    kh_wheel_spoil(&queue->wheel, use_of(queue));
    queue->live--;
    return push_timed(queue, time, what, timer);
}

/* --- popping --- */

/* The first of the wheel and of the ring, when it is due by @p last. It stays where it is. */
static const kh_event *find_next(kh_queue *queue, kh_ns last, bool *in_ring)
{
    const kh_event *first = NULL, *ring = NULL;
    if (queue->ring_head != queue->ring_tail) {
        ring = &queue->ring[queue->ring_head & (queue->ring_capacity - 1)];
        last = ring->time < last ? ring->time : last;
    }
    if (!kh_wheel_next(&queue->wheel, use_of(queue), last, &first)) {
        queue->status = KH_ENOMEM;
        return NULL;
    }
    *in_ring = ring != NULL &&
               (first == NULL || ring->time < first->time || (ring->time == first->time && ring->sequence < first->sequence));
    first = *in_ring ? ring : first;
    return first != NULL && first->time <= last ? first : NULL;
}

static bool pop_until(kh_queue *queue, kh_ns last, kh_event *event)
{
    bool in_ring;
    const kh_event *next = find_next(queue, last, &in_ring);
    if (next == NULL)
        return false;
    *event = *next;
    if (in_ring)
        queue->ring_head++;
    else
        kh_wheel_drop(&queue->wheel);
    if (event->timed) {
        uint32_t slot = event->subject;
        event->subject = queue->timers.slots[slot].subject;
        kh_timers_release(&queue->timers, slot);
    }
    queue->now = event->time;
    queue->live--;
    return true;
}

bool kh_queue_pop(kh_queue *queue, kh_event *event)
{
    return pop_until(queue, INT64_MAX, event);
}

bool kh_queue_pop_before(kh_queue *queue, kh_ns end, kh_event *event)
{
    return pop_until(queue, end - 1, event);
}

bool kh_queue_peek(kh_queue *queue, kh_ns *time)
{
    bool in_ring;
    const kh_event *next = find_next(queue, INT64_MAX, &in_ring);
    if (next != NULL)
        *time = next->time;
    return next != NULL;
}

/* --- saving and loading --- */

/* As an array from position 0. */
static void visit_ring(kh_queue *queue, kh_state *state)
{
    size_t used = queue->ring_tail - queue->ring_head;
    KH_STATE(state, used);
    if (state->loading) {
        if (state->status == KH_OK && used > (state->n - state->at) / sizeof *queue->ring)
            state->status = KH_EDATA;
        queue->ring_head = queue->ring_tail = 0;
        while (state->status == KH_OK && queue->ring_capacity < used)
            if (!grow_ring(queue))
                state->status = KH_ENOMEM;
    }
    for (size_t i = 0; i < used && state->status == KH_OK; i++)
        KH_STATE(state, queue->ring[(queue->ring_head + i) & (queue->ring_capacity - 1)]);
    if (state->loading && state->status == KH_OK)
        queue->ring_tail = used;
}

static bool ring_fits(const kh_queue *queue, size_t n_kinds)
{
    kh_ns time = queue->now;
    for (size_t i = 0; i < queue->ring_tail; i++) {
        const kh_event *event = &queue->ring[i];
        if (event->time < time || event->timed || event->kind >= n_kinds)
            return false;
        time = event->time;
    }
    return true;
}

void kh_queue_visit(kh_queue *queue, size_t n_kinds, kh_state *state)
{
    KH_STATE(state, queue->now);
    KH_STATE(state, queue->status);
    KH_STATE(state, queue->next_sequence);
    visit_ring(queue, state);
    kh_timers_visit(&queue->timers, state);
    if (state->loading && state->status == KH_OK && (queue->now < 0 || !ring_fits(queue, n_kinds)))
        state->status = KH_EDATA;
    kh_wheel_visit(&queue->wheel, use_of(queue), (kh_wheel_bounds){queue->now, n_kinds}, state);
    if (state->loading)
        queue->live = queue->wheel.stored + (queue->ring_tail - queue->ring_head);
}

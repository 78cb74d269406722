/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/wheel.h"

#include <string.h>

enum {
    SORTED_AT_ONCE = 384, /* events of a bucket; more are dealt out */
    MANY = 64,
    FEW = 8, /* are sorted as they are, not spread first */
    FEW_BITS = 5,
    MOST_INSERTED = 32, /* into a list of many */
    FEW_STALE = 64
};

void kh_wheel_init(kh_wheel *wheel)
{
    *wheel = (kh_wheel){.ready_last = -1};
}

/* --- levels --- */

static unsigned level_of(kh_ns time, kh_ns base)
{
    uint64_t differs = (uint64_t)time ^ (uint64_t)base;
    return (63u - (unsigned)__builtin_clzll(differs | 1)) / KH_WHEEL_BITS;
}

static unsigned slot_of(kh_ns time, unsigned level)
{
    return (unsigned)((uint64_t)time >> level * KH_WHEEL_BITS) & (KH_WHEEL_SLOTS - 1);
}

static kh_bucket *mark_bucket(kh_wheel *wheel, unsigned level, unsigned slot)
{
    kh_wheel_level *on = &wheel->levels[level];
    wheel->levels_filled |= UINT32_C(1) << level;
    on->filled[slot / 64] |= UINT64_C(1) << slot % 64;
    return &on->buckets[slot];
}

static kh_event *place(kh_wheel *wheel, kh_arena *arena, kh_ns time)
{
    unsigned level = level_of(time, wheel->base);
    if (time < wheel->not_before)
        wheel->not_before = time;
    return kh_bucket_add(mark_bucket(wheel, level, slot_of(time, level)), &wheel->pool, arena);
}

static bool place_again(kh_wheel *wheel, kh_arena *arena, const kh_event *event)
{
    kh_event *to = place(wheel, arena, event->time);
    if (to != NULL)
        *to = *event;
    return to != NULL;
}

/* Into the cache, before it is needed. */
static void fetch(const kh_chunk *chunk)
{
    if (chunk != NULL)
        for (size_t i = 0; i < sizeof *chunk; i += 64)
            __builtin_prefetch((const char *)chunk + i);
}

/* --- the ready list --- */

/* For n more; what has gone out at the front makes room first. */
static bool make_ready_room(kh_wheel *wheel, kh_arena *arena, size_t n)
{
    size_t kept = wheel->n_ready - wheel->first_ready, capacity = wheel->ready_capacity;
    kh_event *to = wheel->ready;
    if (kept + n > capacity - capacity / 4) {
        capacity = kept + n > 2 * capacity ? kept + n : 2 * capacity;
        to = KH_NEW(arena, kh_event, capacity);
        if (to == NULL)
            return false;
    }
    if (kept > 0)
        memmove(to, wheel->ready + wheel->first_ready, kept * sizeof *to);
    wheel->ready = to;
    wheel->ready_capacity = capacity;
    wheel->first_ready = 0;
    wheel->n_ready = kept;
    return true;
}

/* A place among sorted events, behind those of the same time. */
static kh_event *open_gap(kh_event *events, size_t first, size_t n, kh_ns time)
{
    size_t i = n;
    for (; i > first && events[i - 1].time > time; i--)
        events[i] = events[i - 1];
    return &events[i];
}

/* Back to the levels: more events came in between than the list is good for. */
static bool spill(kh_wheel *wheel, kh_arena *arena)
{
    size_t kept = wheel->first_ready;
    while (kept < wheel->n_ready && wheel->ready[kept].time < wheel->base)
        kept++;
    for (size_t i = kept; i < wheel->n_ready; i++)
        if (!place_again(wheel, arena, &wheel->ready[i]))
            return false;
    wheel->n_ready = kept;
    wheel->ready_last = wheel->base - 1;
    wheel->inserted = 0;
    return true;
}

static kh_event *put_ready(kh_wheel *wheel, kh_arena *arena, kh_ns time)
{
    if (wheel->n_ready == wheel->ready_capacity && !make_ready_room(wheel, arena, 1))
        return NULL;
    return open_gap(wheel->ready, wheel->first_ready, wheel->n_ready++, time);
}

kh_event *kh_wheel_put(kh_wheel *wheel, kh_wheel_use use, kh_ns time)
{
    size_t n = wheel->n_ready - wheel->first_ready;
    bool among = n > MANY && time <= wheel->ready_last && time < wheel->ready[wheel->n_ready - 1].time;
    if (among && ++wheel->inserted > MOST_INSERTED && !spill(wheel, use.arena))
        return NULL;
    kh_event *event = time <= wheel->ready_last ? put_ready(wheel, use.arena, time) : place(wheel, use.arena, time);
    wheel->stored += event != NULL;
    return event;
}

/* --- opening buckets --- */

static void drop_stale(kh_wheel *wheel)
{
    wheel->stored--;
    wheel->stale--;
}

/* Where the events of each digit begin: on counts in, places out. */
static void sum_up(uint32_t *places, size_t n_places)
{
    uint32_t n = 0;
    for (size_t i = 0; i < n_places; i++) {
        uint32_t here = places[i];
        places[i] = n;
        n += here;
    }
}

/* In order of their next digit, a narrow one for few; what is left for the sorting by time is then short. */
static void spread(kh_wheel *wheel, const kh_bucket *from, unsigned level)
{
    uint32_t places[KH_WHEEL_SLOTS] = {0};
    unsigned bits = from->n > MANY ? KH_WHEEL_BITS : FEW_BITS, shift = level * KH_WHEEL_BITS - bits, mask = (1u << bits) - 1;
    for (const kh_chunk *chunk = from->head; chunk != NULL; chunk = chunk->next) {
        size_t fill = kh_bucket_fill(from, chunk);
        for (size_t i = 0; i < fill; i++)
            places[(uint64_t)chunk->events[i].time >> shift & mask]++;
    }
    sum_up(places, mask + 1);
    for (const kh_chunk *chunk = from->head; chunk != NULL; chunk = chunk->next) {
        size_t fill = kh_bucket_fill(from, chunk);
        for (size_t i = 0; i < fill; i++)
            wheel->ready[places[(uint64_t)chunk->events[i].time >> shift & mask]++] = chunk->events[i];
    }
}

static void copy(kh_wheel *wheel, const kh_bucket *from)
{
    kh_event *to = wheel->ready;
    for (const kh_chunk *chunk = from->head; chunk != NULL; chunk = chunk->next) {
        size_t fill = kh_bucket_fill(from, chunk);
        memcpy(to, chunk->events, fill * sizeof *to);
        to += fill;
    }
}

static void sort(kh_event *events, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (events[i].time < events[i - 1].time) {
            kh_event event = events[i];
            *open_gap(events, 0, i, event.time) = event;
        }
}

static bool make_ready(kh_wheel *wheel, kh_wheel_use use, kh_bucket from, unsigned level)
{
    if (wheel->ready_capacity < from.n && !make_ready_room(wheel, use.arena, from.n))
        return false;
    wheel->n_ready = from.n;
    wheel->inserted = 0;
    if (level > 0 && from.n > FEW)
        spread(wheel, &from, level);
    else
        copy(wheel, &from);
    kh_bucket_empty(&from, &wheel->pool);
    sort(wheel->ready, wheel->n_ready);
    return true;
}

static bool deal(kh_wheel *wheel, kh_wheel_use use, kh_bucket from)
{
    bool dealt = true;
    for (kh_chunk *chunk = from.head, *next; chunk != NULL && dealt; chunk = next) {
        size_t fill = kh_bucket_fill(&from, chunk);
        fetch(chunk->next);
        for (size_t i = 0; i < fill && dealt; i++)
            if (kh_timers_is_stale(use.timers, &chunk->events[i]))
                drop_stale(wheel);
            else
                dealt = place_again(wheel, use.arena, &chunk->events[i]);
        next = chunk->next;
        kh_bucket_free_chunk(&wheel->pool, chunk);
    }
    return dealt;
}

/* Do all events of a bucket belong into one slot of a level? A crowd that happens at one instant moves down as a whole. */
static bool is_one_crowd(const kh_bucket *bucket, unsigned level)
{
    kh_ns time = bucket->head->events[0].time;
    for (const kh_chunk *chunk = bucket->head; chunk != NULL; chunk = chunk->next) {
        size_t fill = kh_bucket_fill(bucket, chunk);
        for (size_t i = 0; i < fill; i++)
            if ((uint64_t)(chunk->events[i].time ^ time) >> level * KH_WHEEL_BITS != 0)
                return false;
    }
    return true;
}

static bool open_bucket(kh_wheel *wheel, kh_wheel_use use, unsigned level, unsigned slot)
{
    kh_wheel_level *on = &wheel->levels[level];
    kh_bucket bucket = on->buckets[slot];
    on->buckets[slot] = (kh_bucket){0};
    on->filled[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    if (level == 0 || bucket.n <= SORTED_AT_ONCE) {
        wheel->ready_last = wheel->base + (kh_ns)((UINT64_C(1) << level * KH_WHEEL_BITS) - 1);
        return make_ready(wheel, use, bucket, level);
    }
    wheel->ready_last = wheel->base - 1;
    kh_ns time = bucket.head->events[0].time;
    if (!is_one_crowd(&bucket, level_of(time, wheel->base)))
        return deal(wheel, use, bucket);
    unsigned below = level_of(time, wheel->base);
    *mark_bucket(wheel, below, slot_of(time, below)) = bucket;
    return true;
}

static int first_slot(const kh_wheel_level *level)
{
    for (int i = 0; i < (int)(sizeof level->filled / sizeof level->filled[0]); i++)
        if (level->filled[i] != 0)
            return 64 * i + __builtin_ctzll(level->filled[i]);
    return -1;
}

/* The earliest bucket; levels found empty are no longer marked. */
static bool find_bucket(kh_wheel *wheel, unsigned *level, unsigned *slot)
{
    while (wheel->levels_filled != 0) {
        *level = (unsigned)__builtin_ctz(wheel->levels_filled);
        int found = first_slot(&wheel->levels[*level]);
        if (found >= 0) {
            *slot = (unsigned)found;
            return true;
        }
        wheel->levels_filled &= wheel->levels_filled - 1;
    }
    return false;
}

static kh_ns start_of(kh_ns base, unsigned level, unsigned slot)
{
    uint64_t below = (UINT64_C(1) << level * KH_WHEEL_BITS) - 1, digit = (uint64_t)(KH_WHEEL_SLOTS - 1) << level * KH_WHEEL_BITS;
    return (kh_ns)(((uint64_t)base & ~(below | digit)) | (uint64_t)slot << level * KH_WHEEL_BITS);
}

/* @return false: nothing on the levels is due by @p last */
static bool find_due(kh_wheel *wheel, kh_ns last, unsigned *level, unsigned *slot)
{
    if (wheel->not_before > last)
        return false;
    if (find_bucket(wheel, level, slot)) {
        wheel->not_before = start_of(wheel->base, *level, *slot);
        return wheel->not_before <= last;
    }
    wheel->not_before = INT64_MAX;
    wheel->base = 0; /* the clock may be anywhere when all that was left has been cancelled */
    wheel->ready_last = -1;
    return false;
}

bool kh_wheel_look(kh_wheel *wheel, kh_wheel_use use, kh_ns last, const kh_event **event)
{
    *event = NULL;
    for (unsigned level, slot;;) {
        for (; wheel->first_ready < wheel->n_ready; wheel->first_ready++, drop_stale(wheel))
            if (!kh_timers_is_stale(use.timers, &wheel->ready[wheel->first_ready])) {
                *event = &wheel->ready[wheel->first_ready];
                return true;
            }
        wheel->first_ready = wheel->n_ready = 0;
        if (!find_due(wheel, last, &level, &slot))
            return true;
        wheel->base = wheel->not_before;
        if (!open_bucket(wheel, use, level, slot))
            return false;
    }
}

/* --- throwing out what is stale --- */

static void purge_ready(kh_wheel *wheel, const kh_timers *timers)
{
    size_t n = 0;
    for (size_t i = wheel->first_ready; i < wheel->n_ready; i++)
        if (kh_timers_is_stale(timers, &wheel->ready[i]))
            drop_stale(wheel);
        else
            wheel->ready[n++] = wheel->ready[i];
    wheel->first_ready = 0;
    wheel->n_ready = n;
}

static void purge(kh_wheel *wheel, const kh_timers *timers)
{
    purge_ready(wheel, timers);
    for (unsigned level = 0; level < KH_WHEEL_LEVELS; level++)
        for (unsigned slot = 0; slot < KH_WHEEL_SLOTS; slot++) {
            kh_bucket *bucket = &wheel->levels[level].buckets[slot];
            size_t stale = bucket->n == 0 ? 0 : kh_bucket_purge(bucket, &wheel->pool, timers);
            wheel->stored -= stale;
            wheel->stale -= stale;
            if (bucket->n == 0)
                wheel->levels[level].filled[slot / 64] &= ~(UINT64_C(1) << slot % 64);
        }
}

void kh_wheel_spoil(kh_wheel *wheel, kh_wheel_use use)
{
    wheel->stale++;
    if (wheel->stale > FEW_STALE && wheel->stale > wheel->stored / 2)
        purge(wheel, use.timers);
}

/* --- saving and loading --- */

static void save(kh_wheel *wheel, kh_state *state)
{
    for (size_t i = wheel->first_ready; i < wheel->n_ready; i++)
        KH_STATE(state, wheel->ready[i]);
    for (unsigned level = 0; level < KH_WHEEL_LEVELS; level++)
        for (unsigned slot = 0; slot < KH_WHEEL_SLOTS; slot++) {
            kh_bucket *bucket = &wheel->levels[level].buckets[slot];
            for (kh_chunk *chunk = bucket->head; chunk != NULL; chunk = chunk->next)
                kh_state_visit(state, chunk->events, kh_bucket_fill(bucket, chunk) * sizeof chunk->events[0]);
        }
}

static void empty(kh_wheel *wheel, kh_ns base)
{
    for (unsigned level = 0; level < KH_WHEEL_LEVELS; level++) {
        for (unsigned slot = 0; slot < KH_WHEEL_SLOTS; slot++)
            kh_bucket_empty(&wheel->levels[level].buckets[slot], &wheel->pool);
        memset(wheel->levels[level].filled, 0, sizeof wheel->levels[level].filled);
    }
    wheel->levels_filled = 0;
    wheel->first_ready = wheel->n_ready = wheel->stored = wheel->stale = 0;
    wheel->base = base;
    wheel->ready_last = base - 1;
}

static bool fits(const kh_event *event, kh_wheel_bounds bounds, const kh_timers *timers)
{
    bool known = !event->timed || (event->subject < timers->n && !kh_timers_is_stale(timers, event));
    return event->time >= bounds.now && event->sequence != 0 && event->kind < bounds.n_kinds && event->timed <= 1 && known;
}

static void load(kh_wheel *wheel, kh_wheel_use use, kh_wheel_bounds bounds, size_t n, kh_state *state)
{
    empty(wheel, bounds.now);
    for (size_t i = 0; i < n && state->status == KH_OK; i++) {
        kh_event event = {0};
        KH_STATE(state, event);
        if (state->status == KH_OK && !fits(&event, bounds, use.timers))
            state->status = KH_EDATA;
        kh_event *to = state->status == KH_OK ? kh_wheel_put(wheel, use, event.time) : NULL;
        if (to != NULL)
            *to = event;
        else if (state->status == KH_OK)
            state->status = KH_ENOMEM;
    }
}

void kh_wheel_visit(kh_wheel *wheel, kh_wheel_use use, kh_wheel_bounds bounds, kh_state *state)
{
    if (!state->loading)
        purge(wheel, use.timers);
    size_t n = wheel->stored;
    KH_STATE(state, n);
    if (state->loading)
        load(wheel, use, bounds, n, state);
    else
        save(wheel, state);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/sim/kernel/queue.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { BLOCK, DEADLINE, HOP, KINDS }; /* kinds of events */

#ifdef __SANITIZE_ADDRESS__
enum { OPERATIONS = 500000 }; /* fewer where each costs ten times as much */
#else
enum { OPERATIONS = 10000000 };
#endif
enum { MOST = 1600, BURST = 700, PHASE = 50000 };

/* The reference: an array kept sorted by (time, sequence). */
typedef struct entry {
    kh_ns time;
    uint32_t subject;
    kh_event_kind kind;
    kh_timer timer;
} entry;

typedef struct pair {
    kh_queue queue;
    entry entries[MOST];
    size_t n;
    uint32_t next_subject;
    kh_timer spent; /* of an event that is gone */
    kh_rng rng;
} pair;

static void insert(pair *p, entry made)
{
    size_t low = 0, high = p->n;
    while (low < high) { /* it is the latest push, so its place is after all of the same time */
        size_t middle = (low + high) / 2;
        if (p->entries[middle].time <= made.time)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&p->entries[low + 1], &p->entries[low], (p->n - low) * sizeof made);
    p->entries[low] = made;
    p->n++;
}

static entry take(pair *p, size_t i)
{
    entry taken = p->entries[i];
    p->n--;
    memmove(&p->entries[i], &p->entries[i + 1], (p->n - i) * sizeof taken);
    return taken;
}

/* Many ties, short, long and very long delays. */
static kh_ns draw_delay(kh_rng *rng)
{
    switch (kh_rng_below(rng, 4)) {
    case 0:
        return (kh_ns)kh_rng_below(rng, 4);
    case 1:
        return (kh_ns)kh_rng_below(rng, 1000) * 1000;
    case 2:
        return (kh_ns)kh_rng_below(rng, UINT64_C(1) << 30);
    default:
        return (kh_ns)kh_rng_below(rng, UINT64_C(1) << 40);
    }
}

static void push_at(pair *p, kh_ns time, uint64_t how)
{
    entry made = {.time = time, .subject = p->next_subject++, .kind = how < 3 ? DEADLINE : how < 5 ? BLOCK : HOP};
    if (made.kind == DEADLINE)
        made.timer = kh_queue_push_timer(&p->queue, time, made.kind, made.subject);
    else if (made.kind == BLOCK)
        kh_queue_push(&p->queue, time, made.kind, made.subject);
    else
        kh_queue_push_steady(&p->queue, time, made.kind, made.subject);
    insert(p, made);
}

static void push_one(pair *p)
{
    uint64_t how = kh_rng_below(&p->rng, 8);
    bool constant = how == 5 || how == 6; /* the delay for which steady pushes are meant; else any */
    push_at(p, p->queue.now + (constant ? 1000000 : draw_delay(&p->rng)), how);
}

/* A crowd at one instant, or within a short time: more than a bucket's worth. */
static void push_burst(pair *p)
{
    kh_ns start = p->queue.now + draw_delay(&p->rng);
    uint64_t range = kh_rng_below(&p->rng, 2) == 0 ? 1 : UINT64_C(1) << kh_rng_below(&p->rng, 34);
    for (int i = 0; i < BURST && p->n < MOST; i++)
        push_at(p, start + (kh_ns)kh_rng_below(&p->rng, range), kh_rng_below(&p->rng, 5));
}

static void pop_one(pair *p)
{
    kh_event event;
    kh_ns time;
    if (p->n == 0) {
        assert_false(kh_queue_peek(&p->queue, &time));
        assert_false(kh_queue_pop(&p->queue, &event));
        return;
    }
    if (kh_rng_below(&p->rng, 16) == 0) {
        assert_true(kh_queue_peek(&p->queue, &time) && time == p->entries[0].time);
        assert_false(kh_queue_pop_before(&p->queue, time, &event));
    }
    assert_true(kh_queue_pop(&p->queue, &event));
    entry first = take(p, 0);
    assert_true(event.time == first.time && event.subject == first.subject && event.kind == first.kind);
    if (first.timer.sequence != 0)
        p->spent = first.timer;
}

static void cancel_or_move_one(pair *p)
{
    size_t victim = (size_t)kh_rng_below(&p->rng, p->n);
    entry *at = &p->entries[victim];
    bool timed = at->timer.sequence != 0;
    if (kh_rng_below(&p->rng, 2) == 0) {
        assert_true(kh_queue_cancel(&p->queue, at->timer) == timed);
        if (timed)
            p->spent = take(p, victim).timer;
        return;
    }
    kh_ns time = p->queue.now + draw_delay(&p->rng);
    kh_timer before = at->timer;
    assert_true(kh_queue_move(&p->queue, &at->timer, time) == timed);
    if (!timed)
        return;
    p->spent = before;
    entry moved = take(p, victim);
    moved.time = time;
    insert(p, moved);
}

/* What is spent names nothing, whoever has the slot now. */
static void try_spent(pair *p)
{
    kh_timer gone = p->spent;
    assert_false(kh_queue_cancel(&p->queue, gone));
    assert_false(kh_queue_move(&p->queue, &gone, p->queue.now));
}

static void save_and_load(pair *p)
{
    kh_arena *bytes = kh_arena_create(0);
    kh_state saved = kh_state_saving(bytes);
    kh_queue_visit(&p->queue, KINDS, &saved);
    kh_state loaded = kh_state_loading(saved.bytes, saved.n, bytes);
    loaded.arena = p->queue.arena;
    kh_queue_visit(&p->queue, KINDS, &loaded);
    assert_int_equal(loaded.status, KH_OK);
    assert_int_equal(loaded.at, saved.n);
    kh_arena_destroy(bytes);
}

static void do_one(pair *p, uint64_t push_percent)
{
    uint64_t what = kh_rng_below(&p->rng, 100);
    if (what < push_percent && p->n < MOST)
        push_one(p);
    else if (what < 75 || p->n == 0)
        pop_one(p);
    else
        cancel_or_move_one(p);
}

static void millions_of_random_operations_agree_with_a_sorted_list(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    pair *p = KH_NEW(arena, pair, 1);
    kh_queue_init(&p->queue, arena);
    p->rng = kh_rng_stream(11, "queue", "operations");
    for (long i = 0; i < OPERATIONS; i++) {
        do_one(p, i / PHASE % 2 == 0 ? 50 : 30); /* grows for a while, then runs dry */
        if (i % 10007 == 0)
            push_burst(p);
        if (i % 30011 == 0)
            save_and_load(p);
        if (i % 101 == 0)
            try_spent(p);
        assert_int_equal(p->queue.live, p->n);
    }
    assert_int_equal(p->queue.status, KH_OK);
    while (p->n > 0)
        pop_one(p);
    pop_one(p);
    print_message("%d operations\n", OPERATIONS);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(millions_of_random_operations_agree_with_a_sorted_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/sim/kernel/queue.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { BLOCK, DEADLINE, HOP }; /* kinds of events */

enum { OPERATIONS = 1000000, MOST = 800 };

/* The reference: an array kept sorted by (time, sequence). */
typedef struct reference {
    struct entry {
        kh_ns time;
        uint64_t sequence;
        kh_timer timer;
    } entries[MOST];
    size_t n;
} reference;

static void insert(reference *r, struct entry entry)
{
    size_t low = 0, high = r->n;
    while (low < high) { /* sequences rise, so the place is after all of the same time */
        size_t middle = (low + high) / 2;
        if (r->entries[middle].time <= entry.time)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(&r->entries[low + 1], &r->entries[low], (r->n - low) * sizeof entry);
    r->entries[low] = entry;
    r->n++;
}

static void drop(reference *r, size_t i)
{
    r->n--;
    memmove(&r->entries[i], &r->entries[i + 1], (r->n - i) * sizeof r->entries[0]);
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

static void push_one(kh_queue *queue, reference *r, kh_rng *rng)
{
    struct entry entry = {.time = queue->now + draw_delay(rng), .sequence = queue->next_sequence};
    uint64_t how = kh_rng_below(rng, 8);
    if (how < 3) {
        entry.timer = kh_queue_push_timer(queue, entry.time, DEADLINE, 0);
    } else if (how < 5) {
        kh_queue_push(queue, entry.time, BLOCK, 0);
    } else {
        if (how < 7) /* the constant delay for which it is meant; else any */
            entry.time = queue->now + 1000000;
        kh_queue_push_steady(queue, entry.time, HOP, 0);
    }
    insert(r, entry);
}

static void pop_one(kh_queue *queue, reference *r)
{
    kh_event event;
    if (r->n == 0) {
        assert_false(kh_queue_pop(queue, &event));
        return;
    }
    assert_true(kh_queue_pop(queue, &event));
    assert_true(event.time == r->entries[0].time && event.sequence == r->entries[0].sequence);
    drop(r, 0);
}

static void a_million_random_operations_agree_with_a_sorted_list(void **state)
{
    (void)state;
    static reference r;
    kh_arena *arena = kh_arena_create(0);
    kh_queue queue;
    kh_queue_init(&queue, arena);
    kh_rng rng = kh_rng_stream(11, "queue", "operations");
    for (long i = 0; i < OPERATIONS; i++) {
        uint64_t bias = i / 50000 % 2 == 0 ? 55 : 35; /* grows for a while, then runs dry */
        uint64_t what = kh_rng_below(&rng, 100);
        if (what < bias && r.n < MOST) {
            push_one(&queue, &r, &rng);
        } else if (what < 80 || r.n == 0) {
            pop_one(&queue, &r);
        } else {
            size_t victim = (size_t)kh_rng_below(&rng, r.n);
            bool has_timer = r.entries[victim].timer.sequence != 0;
            assert_true(kh_queue_cancel(&queue, r.entries[victim].timer) == has_timer);
            if (has_timer)
                drop(&r, victim);
        }
        assert_int_equal(queue.live, r.n);
    }
    assert_int_equal(queue.status, KH_OK);
    while (r.n > 0)
        pop_one(&queue, &r);
    pop_one(&queue, &r);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_million_random_operations_agree_with_a_sorted_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

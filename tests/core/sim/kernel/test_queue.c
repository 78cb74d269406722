/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/queue.h"

#include "tests/core/sim/cmocka_all.h"

enum { BLOCK, DEADLINE, HOP, KINDS }; /* kinds of events */

static int set_up(void **state)
{
    *state = kh_arena_create(0);
    return *state == NULL;
}

static int tear_down(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

static void events_come_by_time_and_then_by_order_of_pushes(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    static const kh_ns times[] = {5, 3, 5, 0, 3, INT64_MAX, 5};
    static const uint32_t expected[] = {3, 1, 4, 0, 2, 6, 5};
    for (uint32_t i = 0; i < 7; i++)
        kh_queue_push(&queue, times[i], BLOCK, i);
    for (uint32_t i = 0; i < 7; i++) {
        kh_event event;
        assert_true(kh_queue_pop(&queue, &event));
        assert_int_equal(event.subject, expected[i]);
        assert_int_equal(queue.now, times[expected[i]]);
    }
    kh_event event = {.subject = 99};
    assert_false(kh_queue_pop(&queue, &event));
    assert_int_equal(event.subject, 99);
}

static void an_event_pushed_at_the_present_runs_after_those_already_there(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_queue_push(&queue, 7, HOP, 1);
    kh_queue_push(&queue, 7, HOP, 2);
    assert_true(kh_queue_pop(&queue, &event));
    kh_queue_push(&queue, 7, HOP, 3);
    assert_true(kh_queue_pop(&queue, &event));
    assert_int_equal(event.subject, 2);
    assert_true(kh_queue_pop(&queue, &event));
    assert_int_equal(event.subject, 3);
}

static void steady_events_keep_their_place_among_the_others(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    static const uint32_t expected[] = {3, 4, 0, 1, 2};
    kh_queue_push(&queue, 7, BLOCK, 0);
    kh_queue_push_steady(&queue, 7, HOP, 1);
    kh_queue_push(&queue, 7, BLOCK, 2);
    kh_queue_push_steady(&queue, 5, HOP, 3); /* earlier than the one before: not so steady */
    kh_queue_push(&queue, 6, BLOCK, 4);
    for (uint32_t i = 0; i < 5; i++) {
        kh_event event;
        assert_true(kh_queue_pop(&queue, &event));
        assert_int_equal(event.subject, expected[i]);
    }
    assert_int_equal(queue.live, 0);
}

static void an_event_may_be_pushed_before_the_heap_s_next(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_queue_push(&queue, 1000, BLOCK, 3);
    kh_queue_push_steady(&queue, 10, HOP, 1);
    assert_true(kh_queue_pop(&queue, &event));
    kh_queue_push(&queue, 20, BLOCK, 2);
    assert_true(kh_queue_pop(&queue, &event));
    assert_int_equal(event.subject, 2);
    assert_true(kh_queue_pop(&queue, &event));
    assert_int_equal(event.subject, 3);
    assert_int_equal(queue.status, KH_OK);
}

static void a_cancelled_event_does_not_run_and_its_timer_is_spent(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_timer first = kh_queue_push_timer(&queue, 4, DEADLINE, 1);
    assert_true(kh_queue_cancel(&queue, first));
    assert_false(kh_queue_cancel(&queue, first));
    kh_timer second = kh_queue_push_timer(&queue, 9, DEADLINE, 2); /* takes over the slot */
    assert_false(kh_queue_cancel(&queue, first));
    assert_int_equal(queue.live, 1);
    assert_true(kh_queue_pop(&queue, &event));
    assert_int_equal(event.subject, 2);
    assert_false(kh_queue_cancel(&queue, second));
    assert_false(kh_queue_cancel(&queue, (kh_timer){0}));
    assert_int_equal(queue.live, 0);
}

static void the_clock_stays_when_all_that_is_left_was_cancelled(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_queue_push(&queue, 10, BLOCK, 0);
    kh_timer late = kh_queue_push_timer(&queue, 1000, DEADLINE, 1);
    assert_true(kh_queue_pop(&queue, &event));
    assert_true(kh_queue_cancel(&queue, late));
    assert_false(kh_queue_pop(&queue, &event));
    kh_queue_push(&queue, 11, BLOCK, 2);
    assert_int_equal(queue.status, KH_OK);
    assert_true(kh_queue_pop(&queue, &event));
    assert_int_equal(event.time, 11);
}

static void a_push_into_the_past_is_refused_and_remembered(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_queue_push(&queue, 10, BLOCK, 0);
    assert_true(kh_queue_pop(&queue, &event));
    kh_queue_push(&queue, 9, BLOCK, 1);
    assert_int_equal(queue.status, KH_EINTERNAL);
    assert_false(kh_queue_pop(&queue, &event));
}

static void memory_out_is_remembered(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_arena_fail_after(*state, 1);
    kh_queue_push(&queue, 10, BLOCK, 0);
    assert_int_equal(queue.status, KH_ENOMEM);
    kh_queue_init(&queue, *state);
    assert_int_equal(kh_queue_push_timer(&queue, 10, BLOCK, 0).sequence, 0);
    assert_int_equal(queue.status, KH_ENOMEM);
    kh_queue_init(&queue, *state);
    kh_queue_push_steady(&queue, 10, HOP, 0);
    assert_int_equal(queue.status, KH_ENOMEM);
}

static void seconds_become_nanoseconds_and_back(void **state)
{
    (void)state;
    assert_int_equal(kh_ns_from_s(0.002), 2000000);
    assert_int_equal(kh_ns_from_s(365 * 86400.0), INT64_C(31536000000000000));
    assert_true(kh_ns_from_s(1e300) > 0);
    assert_true(kh_s_from_ns(1500000000) == 1.5);
}

static void a_moved_event_runs_once_at_its_new_time_behind_those_already_there(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_timer timer = kh_queue_push_timer(&queue, 5, DEADLINE, 1), before = timer;
    kh_queue_push(&queue, 9, BLOCK, 2);
    assert_true(kh_queue_move(&queue, &timer, 9));
    assert_int_equal(queue.live, 2);
    assert_false(kh_queue_cancel(&queue, before));
    assert_true(kh_queue_pop(&queue, &event) && event.subject == 2);
    assert_true(kh_queue_pop(&queue, &event) && event.subject == 1);
    assert_true(event.kind == DEADLINE && event.time == 9);
    assert_false(kh_queue_move(&queue, &timer, 11));
    assert_false(kh_queue_pop(&queue, &event));
}

static void a_move_into_the_past_is_refused_and_the_event_gone(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_queue_push(&queue, 10, BLOCK, 0);
    kh_timer timer = kh_queue_push_timer(&queue, 20, DEADLINE, 1);
    assert_true(kh_queue_pop(&queue, &event));
    assert_false(kh_queue_move(&queue, &timer, 9));
    assert_int_equal(queue.status, KH_EINTERNAL);
    assert_int_equal(queue.live, 0);
    assert_false(kh_queue_cancel(&queue, timer));
}

static void events_from_the_end_on_stay_and_leave_the_clock_alone(void **state)
{
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_event event;
    kh_ns time = 0;
    kh_queue_push(&queue, 10, BLOCK, 1);
    kh_queue_push(&queue, 20, BLOCK, 3);
    kh_queue_push_steady(&queue, 30, HOP, 4);
    assert_true(kh_queue_pop_before(&queue, 20, &event));
    assert_false(kh_queue_pop_before(&queue, 20, &event));
    assert_int_equal(queue.now, 10);
    assert_true(kh_queue_peek(&queue, &time) && time == 20);
    kh_queue_push(&queue, 15, BLOCK, 2); /* before what was looked at */
    for (uint32_t i = 2; i <= 4; i++) {
        assert_true(kh_queue_pop_before(&queue, 31, &event));
        assert_int_equal(event.subject, i);
    }
    assert_false(kh_queue_peek(&queue, &time));
    assert_int_equal(queue.status, KH_OK);
}

/* Deadlines that nearly all are cancelled or put off: what waits stays in proportion to what is live. */
static void memory_stays_in_proportion_when_events_are_cancelled_and_moved_a_million_times(void **state)
{
    enum { LIVE = 1000 };
    kh_queue queue;
    kh_queue_init(&queue, *state);
    kh_timer timers[LIVE];
    kh_event event;
    for (uint32_t i = 0; i < LIVE; i++)
        timers[i] = kh_queue_push_timer(&queue, 1000000 + i, DEADLINE, i);
    for (uint32_t i = 0; i < 1000000; i++) {
        kh_timer *timer = &timers[i % LIVE];
        if (i % 3 != 0) {
            assert_true(kh_queue_move(&queue, timer, 1000000000000 + (kh_ns)i * 1000));
        } else {
            assert_true(kh_queue_cancel(&queue, *timer));
            *timer = kh_queue_push_timer(&queue, 1000000000000 + (kh_ns)i * 1000, DEADLINE, i % LIVE);
        }
    }
    assert_int_equal(queue.live, LIVE);
    assert_true(queue.wheel.stored <= 2 * LIVE + 2);
    assert_true(kh_arena_used(*state) < 1000000);
    for (uint32_t i = 0; i < LIVE; i++)
        assert_true(kh_queue_pop(&queue, &event) && event.subject == i);
    assert_false(kh_queue_pop(&queue, &event));
}

/* Every allocation fails once: the failure is told, and what is left can still be popped, cancelled and saved. */
static void memory_out_anywhere_leaves_a_queue_that_answers(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth < 40; nth++) {
        kh_arena *arena = kh_arena_create(0);
        kh_queue queue;
        kh_queue_init(&queue, arena);
        kh_arena_fail_after(arena, nth);
        kh_event event;
        kh_timer timer = {0};
        for (uint32_t i = 0; i < 3000; i++) {
            kh_queue_push(&queue, queue.now + (kh_ns)(i * UINT64_C(2654435761) % 1000000007), BLOCK, i);
            kh_queue_push_steady(&queue, queue.now + 1000000, HOP, i);
            timer = kh_queue_push_timer(&queue, queue.now + i, DEADLINE, i);
            if (i % 3 == 0)
                (void)kh_queue_pop(&queue, &event);
            if (i % 5 == 0)
                (void)kh_queue_cancel(&queue, timer);
        }
        for (int i = 0; i < 10000 && kh_queue_pop(&queue, &event); i++)
            continue;
        assert_true(queue.status == KH_OK || queue.status == KH_ENOMEM);
        kh_arena_destroy(arena);
    }
}

static kh_state save_some(kh_arena *arena)
{
    kh_queue queue;
    kh_queue_init(&queue, arena);
    kh_event event;
    for (uint32_t i = 0; i < 20; i++) {
        kh_queue_push(&queue, i * 1000, BLOCK, i);
        kh_queue_push_steady(&queue, i * 7000, HOP, i);
        kh_timer timer = kh_queue_push_timer(&queue, i * 9000, DEADLINE, i);
        if (i % 4 == 0)
            assert_true(kh_queue_cancel(&queue, timer));
    }
    for (int i = 0; i < 9; i++)
        assert_true(kh_queue_pop(&queue, &event));
    kh_state saved = kh_state_saving(arena);
    kh_queue_visit(&queue, KINDS, &saved);
    assert_int_equal(saved.status, KH_OK);
    return saved;
}

static kh_status load_and_play(const uint8_t *bytes, size_t n, kh_arena *arena)
{
    kh_queue queue;
    kh_queue_init(&queue, arena);
    kh_state loading = kh_state_loading(bytes, n, arena);
    kh_queue_visit(&queue, KINDS, &loading);
    kh_event event;
    kh_ns last = queue.now;
    for (int i = 0; i < 100 && loading.status == KH_OK && kh_queue_pop(&queue, &event); i++) {
        assert_true(event.time >= last && event.kind < KINDS);
        last = event.time;
    }
    return loading.status;
}

static void a_saved_queue_that_was_cut_short_is_refused(void **state)
{
    kh_state saved = save_some(*state);
    assert_int_equal(load_and_play(saved.bytes, saved.n, *state), KH_OK);
    for (size_t n = 0; n < saved.n; n++)
        assert_int_equal(load_and_play(saved.bytes, n, *state), KH_EDATA);
}

/* Every byte, wrong in turn: refused, or played in order of time; never a crash, never memory without bounds. */
static void a_saved_queue_with_wrong_bytes_is_refused_or_harmless(void **state)
{
    kh_state saved = save_some(*state);
    static const uint8_t wrong[] = {0x01, 0x80, 0xFF};
    int refused = 0;
    for (size_t i = 0; i < saved.n; i++)
        for (size_t k = 0; k < sizeof wrong; k++) {
            kh_arena *arena = kh_arena_create(1 << 20);
            saved.bytes[i] ^= wrong[k];
            kh_status status = load_and_play(saved.bytes, saved.n, arena);
            saved.bytes[i] ^= wrong[k];
            assert_true(status == KH_OK || status == KH_EDATA);
            refused += status == KH_EDATA;
            kh_arena_destroy(arena);
        }
    assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_come_by_time_and_then_by_order_of_pushes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_pushed_at_the_present_runs_after_those_already_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steady_events_keep_their_place_among_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_may_be_pushed_before_the_heap_s_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancelled_event_does_not_run_and_its_timer_is_spent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_clock_stays_when_all_that_is_left_was_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_push_into_the_past_is_refused_and_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_out_is_remembered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_moved_event_runs_once_at_its_new_time_behind_those_already_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_move_into_the_past_is_refused_and_the_event_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_from_the_end_on_stay_and_leave_the_clock_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_stays_in_proportion_when_events_are_cancelled_and_moved_a_million_times, set_up,
                                        tear_down),
        cmocka_unit_test(memory_out_anywhere_leaves_a_queue_that_answers),
        cmocka_unit_test_setup_teardown(a_saved_queue_that_was_cut_short_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_saved_queue_with_wrong_bytes_is_refused_or_harmless, set_up, tear_down),
        cmocka_unit_test(seconds_become_nanoseconds_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

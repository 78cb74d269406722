/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/queue.h"

#include "tests/core/sim/cmocka_all.h"

enum { BLOCK, DEADLINE, HOP }; /* kinds of events */

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
        cmocka_unit_test(seconds_become_nanoseconds_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/kernel.h"

#include "tests/core/sim/cmocka_all.h"

/* A part that ticks every 10 ns and counts; and what was asked of it. */
typedef struct ticker {
    kh_kernel *kernel;
    kh_event_kind tick;
    uint64_t ticks, salt;
    int restarts, stop_after_tick;
    volatile int stop;
} ticker;

static void tick(void *self, uint32_t subject)
{
    ticker *t = self;
    t->ticks += subject;
    kh_queue_push(&t->kernel->queue, kh_kernel_now(t->kernel) + 10, t->tick, subject);
    if (t->stop_after_tick > 0 && t->ticks >= (uint64_t)t->stop_after_tick)
        t->stop = 1;
}

static void restart(void *self)
{
    ((ticker *)self)->restarts++;
}

static void visit(void *self, kh_state *state)
{
    KH_STATE(state, ((ticker *)self)->ticks);
}

static void reseed(void *self, uint64_t salt)
{
    ((ticker *)self)->salt = salt;
}

static kh_status audit(const void *self, kh_error *err)
{
    const ticker *t = self;
    return t->ticks < 1000 ? KH_OK : kh_fail(err, KH_EINTERNAL, "audit: too many ticks");
}

static const kh_part_ops TICKER = {.name = "ticker", .restart = restart, .visit = visit, .reseed = reseed, .audit = audit};
static const kh_part_ops SILENT = {.name = "silent"};

static void set_up_ticker(ticker *t, kh_kernel *kernel, kh_arena *arena)
{
    kh_error err;
    *t = (ticker){.kernel = kernel};
    kh_kernel_init(kernel, arena);
    assert_int_equal(kh_kernel_handle(kernel, "tick", tick, t, &t->tick, &err), KH_OK);
    assert_int_equal(kh_kernel_join(kernel, &TICKER, t, &err), KH_OK);
    assert_int_equal(kh_kernel_join(kernel, &SILENT, NULL, &err), KH_OK);
    kh_queue_push(&kernel->queue, 0, t->tick, 1);
}

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

static void a_run_goes_on_beyond_its_end_as_if_there_had_been_none(void **state)
{
    kh_kernel kernel;
    ticker t;
    set_up_ticker(&t, &kernel, *state);
    kh_kernel_run(&kernel, 100);
    assert_true(t.ticks == 10 && kernel.events == 10 && kh_kernel_now(&kernel) == 90);
    kh_event event;
    assert_false(kh_kernel_step(&kernel, 100, &event));
    assert_true(kh_kernel_step(&kernel, 101, &event) && event.time == 100);
    kh_kernel_run(&kernel, 201);
    assert_true(t.ticks == 21 && kh_kernel_now(&kernel) == 200);
}

static void a_run_stops_when_a_push_fails(void **state)
{
    kh_kernel kernel;
    ticker t;
    set_up_ticker(&t, &kernel, *state);
    kernel.queue.status = KH_ENOMEM;
    kh_kernel_run(&kernel, 100);
    assert_int_equal(t.ticks, 0);
}

static int64_t no_time(void *self)
{
    return *(int64_t *)self;
}

static void pass_time(void *self, int64_t ns)
{
    *(int64_t *)self += ns;
}

static void on_a_wall_clock_the_same_events_run_when_they_are_due(void **state)
{
    kh_kernel kernel;
    ticker t;
    int64_t wall_ns = 0;
    kh_clock_source source = {.now_ns = no_time, .sleep_ns = pass_time, .self = &wall_ns};
    set_up_ticker(&t, &kernel, *state);
    kh_clock clock = kh_clock_wall(0, 0.5, &source);
    assert_int_equal(kh_kernel_play(&kernel, 100, &clock), KH_OK);
    assert_true(t.ticks == 10 && wall_ns == 180);
    kh_clock fast = kh_clock_virtual();
    assert_int_equal(kh_kernel_play(&kernel, 200, &fast), KH_OK);
    assert_true(t.ticks == 20 && wall_ns == 180);
}

static void a_stopped_clock_leaves_the_rest_of_the_events(void **state)
{
    kh_kernel kernel;
    ticker t;
    int64_t wall_ns = 0;
    kh_clock_source source = {.now_ns = no_time, .sleep_ns = pass_time, .self = &wall_ns};
    set_up_ticker(&t, &kernel, *state);
    t.stop_after_tick = 3;
    kh_clock clock = kh_clock_wall(0, 1, &source);
    clock.stop = &t.stop;
    assert_int_equal(kh_kernel_play(&kernel, 100, &clock), KH_EINTERRUPTED);
    assert_true(t.ticks == 3 && kernel.queue.live == 1);
}

static void parts_are_asked_in_turn_and_the_silent_left_out(void **state)
{
    kh_kernel kernel;
    ticker t;
    kh_error err;
    set_up_ticker(&t, &kernel, *state);
    kh_kernel_restart(&kernel);
    kh_kernel_reseed(&kernel, 9);
    assert_true(t.restarts == 1 && t.salt == 9);
    assert_int_equal(kh_kernel_audit_touched(&kernel, &err), KH_OK);
    assert_int_equal(kh_kernel_audit(&kernel, &err), KH_OK);
    t.ticks = 1000;
    assert_int_equal(kh_kernel_audit(&kernel, &err), KH_EINTERNAL);
}

static void a_loaded_kernel_plays_on_as_the_saved_one(void **state)
{
    kh_kernel kernel, other;
    ticker t, u;
    set_up_ticker(&t, &kernel, *state);
    kh_kernel_run(&kernel, 55);
    kh_state saved = kh_state_saving(*state);
    kh_kernel_visit(&kernel, &saved);
    set_up_ticker(&u, &other, *state);
    kh_state loading = kh_state_loading(saved.bytes, saved.n, *state);
    kh_kernel_visit(&other, &loading);
    assert_int_equal(loading.status, KH_OK);
    kh_kernel_run(&kernel, 300);
    kh_kernel_run(&other, 300);
    assert_true(u.ticks == t.ticks && other.events == kernel.events && kh_kernel_now(&other) == kh_kernel_now(&kernel));
}

static void events_of_kinds_that_nobody_handles_are_not_loaded(void **state)
{
    kh_kernel kernel, bare;
    ticker t;
    set_up_ticker(&t, &kernel, *state);
    kh_state saved = kh_state_saving(*state);
    kh_kernel_visit(&kernel, &saved);
    kh_kernel_init(&bare, *state);
    kh_state loading = kh_state_loading(saved.bytes, saved.n, *state);
    kh_kernel_visit(&bare, &loading);
    assert_int_equal(loading.status, KH_EDATA);
}

static void too_many_kinds_or_parts_are_refused_by_name(void **state)
{
    kh_kernel kernel;
    kh_error err;
    kh_event_kind kind;
    kh_kernel_init(&kernel, *state);
    for (int i = 0; i < KH_KERNEL_MOST_KINDS; i++)
        assert_int_equal(kh_kernel_handle(&kernel, "more", tick, NULL, &kind, &err), KH_OK);
    assert_int_equal(kh_kernel_handle(&kernel, "straw", tick, NULL, &kind, &err), KH_ELIMIT);
    for (int i = 0; i < KH_KERNEL_MOST_PARTS; i++)
        assert_int_equal(kh_kernel_join(&kernel, &SILENT, NULL, &err), KH_OK);
    assert_int_equal(kh_kernel_join(&kernel, &SILENT, NULL, &err), KH_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_goes_on_beyond_its_end_as_if_there_had_been_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_stops_when_a_push_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(on_a_wall_clock_the_same_events_run_when_they_are_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stopped_clock_leaves_the_rest_of_the_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_are_asked_in_turn_and_the_silent_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_loaded_kernel_plays_on_as_the_saved_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_of_kinds_that_nobody_handles_are_not_loaded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_kinds_or_parts_are_refused_by_name, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

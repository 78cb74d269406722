/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/kernel/clock.h"

#include "tests/core/sim/cmocka_all.h"

/* Wall time that passes only while somebody sleeps, and a little more than was asked for. */
typedef struct fake {
    int64_t now_ns, longest_ns, oversleep_ns;
    int sleeps, stop_after;
    volatile int stop;
} fake;

static int64_t fake_now(void *self)
{
    return ((fake *)self)->now_ns;
}

static void fake_sleep(void *self, int64_t ns)
{
    fake *f = self;
    f->now_ns += ns + f->oversleep_ns;
    f->longest_ns = ns > f->longest_ns ? ns : f->longest_ns;
    if (++f->sleeps == f->stop_after)
        f->stop = 1;
}

static kh_clock clock_on(fake *f, kh_ns now, double speed)
{
    kh_clock_source source = {.now_ns = fake_now, .sleep_ns = fake_sleep, .self = f};
    kh_clock clock = kh_clock_wall(now, speed, &source);
    clock.stop = &f->stop;
    return clock;
}

static void a_virtual_clock_never_waits(void **state)
{
    (void)state;
    kh_clock clock = kh_clock_virtual();
    assert_true(kh_clock_is_virtual(&clock));
    assert_true(kh_clock_wait(&clock, INT64_MAX));
    assert_true(kh_clock_now(&clock) == INT64_MAX);
}

static void a_wall_clock_waits_until_an_event_is_due(void **state)
{
    (void)state;
    fake f = {.now_ns = 77};
    kh_clock clock = clock_on(&f, 5000, 1);
    assert_true(kh_clock_wait(&clock, 5000) && f.sleeps == 0);
    assert_true(kh_clock_wait(&clock, 5000 + KH_NS_PER_S));
    assert_int_equal(f.now_ns, 77 + KH_NS_PER_S);
    assert_int_equal(kh_clock_now(&clock), 5000 + KH_NS_PER_S);
    assert_int_equal(clock.most_late, 0);
}

static void a_run_may_be_faster_or_slower_than_the_wall(void **state)
{
    (void)state;
    static const double speeds[] = {0.25, 1000};
    for (size_t i = 0; i < 2; i++) {
        fake f = {0};
        kh_clock clock = clock_on(&f, 0, speeds[i]);
        assert_true(kh_clock_wait(&clock, 10 * (kh_ns)KH_NS_PER_S));
        assert_true(f.now_ns == (int64_t)(10e9 / speeds[i]));
        assert_int_equal(kh_clock_now(&clock), 10 * (kh_ns)KH_NS_PER_S);
    }
}

static void lateness_is_known_and_made_up_for(void **state)
{
    (void)state;
    fake f = {.oversleep_ns = 300};
    kh_clock clock = clock_on(&f, 0, 1);
    assert_true(kh_clock_wait(&clock, 1000));
    assert_int_equal(clock.most_late, 300);
    f.oversleep_ns = 0;
    assert_true(kh_clock_wait(&clock, 2000));
    assert_int_equal(f.now_ns, 2000);
    assert_int_equal(clock.most_late, 300);
}

static void a_stop_ends_the_waiting_soon(void **state)
{
    (void)state;
    fake f = {.stop_after = 3};
    kh_clock clock = clock_on(&f, 0, 1);
    assert_false(kh_clock_wait(&clock, 3600 * (kh_ns)KH_NS_PER_S));
    assert_int_equal(f.sleeps, 3);
    assert_true(f.longest_ns <= KH_NS_PER_S / 20);
    assert_false(kh_clock_wait(&clock, 0)); /* stopped is stopped, due or not */
}

static void the_machine_s_own_clock_waits_too(void **state)
{
    (void)state;
    kh_clock clock = kh_clock_wall(0, 1, NULL);
    assert_true(kh_clock_wait(&clock, 2000000));
    assert_true(kh_clock_now(&clock) >= 2000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_virtual_clock_never_waits),
        cmocka_unit_test(a_wall_clock_waits_until_an_event_is_due),
        cmocka_unit_test(a_run_may_be_faster_or_slower_than_the_wall),
        cmocka_unit_test(lateness_is_known_and_made_up_for),
        cmocka_unit_test(a_stop_ends_the_waiting_soon),
        cmocka_unit_test(the_machine_s_own_clock_waits_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

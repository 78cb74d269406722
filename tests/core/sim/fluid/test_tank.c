/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/fluid/tank.h"

#include "core/base/rng.h"
#include "tests/core/sim/cmocka_all.h"

#include <math.h>

#define S(seconds) ((kh_ns)((seconds)*1e9))

static kh_tank tank_of(double capacity, double refill_below, double level)
{
    return (kh_tank){.capacity = capacity,
                     .refill_below = refill_below,
                     .level = level,
                     .initial = level,
                     .lowest = level,
                     .arrives = true,
                     .wants_key = !isfinite(refill_below) || level < refill_below};
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * (fabs(a) + fabs(b)) + 1e-9);
}

static void a_level_falls_and_rises_on_straight_lines(void **state)
{
    (void)state;
    kh_tank tank = tank_of(1000, (double)INFINITY, 600);
    tank.makes_bps = 10;
    tank.takes_bps = 25;
    kh_tank_advance(&tank, S(20));
    assert_near(tank.level, 300);
    assert_near(kh_tank_seconds_until(&tank, 0, false), 20);
    assert_true(isinf(kh_tank_seconds_until(&tank, 1000, true)));
    tank.takes_bps = 0;
    assert_near(kh_tank_seconds_until(&tank, 400, true), 10);
}

static void what_does_not_fit_is_lost(void **state)
{
    (void)state;
    kh_tank tank = tank_of(1000, (double)INFINITY, 900);
    tank.makes_bps = 30;
    tank.takes_bps = 10;
    kh_tank_advance(&tank, S(100));
    assert_near(tank.level, 1000);
    assert_near(tank.generated, 3000);
    assert_near(tank.taken, 1000);
    assert_near(tank.lost, 1900);
}

/* Falls 400 bit in 40 s, rises in 20 s. */
static void a_store_that_rests_goes_up_and_down_in_closed_form(void **state)
{
    (void)state;
    kh_tank tank = tank_of(1000, 600, 1000);
    tank.makes_bps = 30;
    tank.takes_bps = 10;
    kh_tank_advance(&tank, S(60 * 1000 + 45));
    assert_near(tank.level, 700);
    assert_true(tank.wants_key);
    assert_near(tank.generated, 1000 * 600 + 150);
    assert_near(tank.lowest, 600);
    assert_near(tank.lost, 0);
}

static void production_of_a_link_that_is_down_is_lost(void **state)
{
    (void)state;
    kh_tank tank = tank_of(1000, 600, 500);
    tank.makes_bps = 30;
    tank.takes_bps = 10;
    tank.arrives = false;
    kh_tank_advance(&tank, S(20));
    assert_near(tank.level, 300);
    assert_near(tank.lost, 600);
}

static void a_store_that_keeps_full_makes_what_is_taken(void **state)
{
    (void)state;
    kh_tank tank = tank_of(1000, 1000, 990);
    tank.makes_bps = 30;
    tank.takes_bps = 10;
    kh_tank_advance(&tank, S(100.5));
    assert_near(tank.level, 1000);
    assert_near(tank.generated, 15 + 1000);
    assert_near(tank.lost, 0);
}

static void key_that_comes_at_once_is_cut_to_the_room(void **state)
{
    (void)state;
    kh_tank tank = tank_of(1000, (double)INFINITY, 400);
    kh_tank_fill(&tank, 700);
    assert_near(tank.level, 1000);
    assert_near(tank.lost, 100);
    kh_tank_take(&tank, 1000);
    assert_near(tank.lowest, 0);
    kh_tank_spill(&tank);
    assert_near(tank.initial + tank.generated, tank.taken + tank.lost + tank.level);
}

/* One long step, or many short ones: the same. */
static void steps_do_not_matter(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "tank", "steps");
    for (int i = 0; i < 2000; i++) {
        double capacity = 100 + 900 * kh_rng_uniform(&rng);
        kh_tank once = tank_of(capacity, capacity * kh_rng_uniform(&rng), capacity * kh_rng_uniform(&rng));
        if (i % 3 == 0)
            once.refill_below = (double)INFINITY, once.wants_key = true;
        once.makes_bps = 20 * kh_rng_uniform(&rng);
        once.takes_bps = once.makes_bps * kh_rng_uniform(&rng);
        once.arrives = i % 5 != 0;
        once.takes_bps = once.arrives ? once.takes_bps : 0; /* its network never lets a tank fall below 0 */
        kh_tank often = once;
        kh_ns now = 0;
        for (int k = 0; k < 200; k++)
            kh_tank_advance(&often, now += (kh_ns)kh_rng_below(&rng, 1000000000));
        kh_tank_advance(&once, now);
        assert_true(fabs(once.level - often.level) < 1e-6 && once.wants_key == often.wants_key);
        assert_true(fabs(once.generated - often.generated) < 1e-6 && fabs(once.lost - often.lost) < 1e-6);
        assert_near(once.initial + once.generated, once.taken + once.lost + once.level);
    }
}

static void the_turns_are_recorded(void **state)
{
    (void)state;
    double t_s[100], level[100];
    kh_series series = {.t_s = t_s, .level_bits = level};
    kh_recorder recorder;
    kh_tank tank = tank_of(1000, 600, 1000);
    tank.makes_bps = 30;
    tank.takes_bps = 10;
    kh_recorder_init(&recorder, &series, 100, S(1e6), 1000);
    kh_tank_advance_recorded(&tank, S(1e6), &recorder);
    kh_recorder_finish(&recorder, S(1e6), llround(tank.level));
    int full = 0, low = 0;
    for (size_t i = 0; i < series.n; i++) {
        full += level[i] == 1000;
        low += level[i] == 600;
        assert_true(level[i] >= 600 && level[i] <= 1000 && (i == 0 || t_s[i] >= t_s[i - 1]));
    }
    assert_true(full >= 48 && low >= 48);
    kh_tank alone = tank_of(1000, 600, 1000);
    alone.makes_bps = 30;
    alone.takes_bps = 10;
    kh_tank_advance(&alone, S(1e6));
    assert_true(fabs(alone.level - tank.level) < 1e-3 && fabs(alone.generated - tank.generated) < 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_falls_and_rises_on_straight_lines),
        cmocka_unit_test(what_does_not_fit_is_lost),
        cmocka_unit_test(a_store_that_rests_goes_up_and_down_in_closed_form),
        cmocka_unit_test(production_of_a_link_that_is_down_is_lost),
        cmocka_unit_test(a_store_that_keeps_full_makes_what_is_taken),
        cmocka_unit_test(key_that_comes_at_once_is_cut_to_the_room),
        cmocka_unit_test(steps_do_not_matter),
        cmocka_unit_test(the_turns_are_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

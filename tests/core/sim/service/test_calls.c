/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const uint32_t one_link[] = {0};

static handmade exchange(kh_calls calls, double keys)
{
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 0);
    link->key_store.capacity_keys = link->key_store.initial_keys = keys;
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256, 1);
    demand->calls = calls;
    handmade_route(&h, demand, 256, 1, one_link);
    h.options.hop_latency_s = 0;
    h.options.duration_s = 3600;
    h.options.late_after_s = 1e-6;
    return h;
}

static void each_call_takes_one_key_or_as_many_portions_as_begin_in_it(void **state)
{
    (void)state;
    const kh_calls calls = {.per_h = 300, .mean_s = 25, .law = KH_LAW_FIXED, .lines = 1000};
    handmade h = exchange(calls, 1e6);
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_true(demand->calls.offered > 200 && demand->requests == demand->calls.offered && demand->calls.cut == 0);
    double offered = demand->calls.offered;
    h.net.demands[0].calls.pad_bps = 25.6; /* a portion lasts 10 s: three in 25 s */
    h.options.duration_s = 3700;           /* the last calls end */
    demand = &handmade_run(&h)->demands[0];
    assert_true(demand->requests > 2.9 * demand->calls.offered && demand->requests <= 3 * demand->calls.offered);
    h.net.demands[0].calls.mean_s = 30; /* at 30 s it is over */
    demand = &handmade_run(&h)->demands[0];
    assert_true(demand->requests > 2.9 * offered && demand->requests <= 3 * demand->calls.offered);
    handmade_destroy(&h);
}

static void calls_are_blocked_for_want_of_a_line_or_of_key(void **state)
{
    (void)state;
    const kh_calls calls = {.per_h = 360, .mean_s = 20, .lines = 2};
    handmade h = exchange(calls, 50);
    const kh_sim_calls *found = &handmade_run(&h)->demands[0].calls;
    assert_true(found->without_line > 10 && found->without_key > 10 && found->most_busy == 2);
    assert_true(found->offered - found->without_line - found->without_key == 50);
    assert_true(found->mean_busy > 0 && found->mean_busy < 2);
    handmade_destroy(&h);
}

static void a_call_without_pad_is_cut_off(void **state)
{
    (void)state;
    const kh_calls calls = {.per_h = 360, .mean_s = 100, .lines = 20, .pad_bps = 25.6};
    handmade h = exchange(calls, 500);
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_true(demand->served == 500 && demand->calls.cut > 5 && demand->calls.without_key > 100);
    assert_true(demand->blocked == demand->calls.cut + demand->calls.without_key);
    handmade_destroy(&h);
}

static void calls_draw_from_the_store_of_their_pair(void **state)
{
    (void)state;
    const kh_calls calls = {.per_h = 360, .mean_s = 20, .lines = 100};
    handmade h = exchange(calls, 500);
    h.net.demands[0].key_store = (kh_pair_store){.capacity_keys = 10, .refill_below_keys = 10, .initial_keys = 10};
    h.options.hop_latency_s = 0.1;
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_true(demand->calls.offered > 300 && demand->calls.without_key == 0 && demand->mean_wait_s == 0);
    assert_true(demand->store.drawn_bits == demand->delivered_bits);
    handmade_destroy(&h);
}

/* One source can make one call at a time. */
static void a_source_that_calls_makes_no_other_call(void **state)
{
    (void)state;
    const kh_calls calls = {.per_h = 3600, .mean_s = 3, .law = KH_LAW_FIXED, .lines = 100, .sources = 1};
    handmade h = exchange(calls, 1e6);
    const kh_sim_calls *found = &handmade_run(&h)->demands[0].calls;
    assert_true(found->most_busy == 1 && found->without_line == 0 && found->all_busy == 0);
    assert_true(fabs(found->mean_busy - 0.75) < 0.03);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_takes_one_key_or_as_many_portions_as_begin_in_it),
        cmocka_unit_test(calls_are_blocked_for_want_of_a_line_or_of_key),
        cmocka_unit_test(a_call_without_pad_is_cut_off),
        cmocka_unit_test(calls_draw_from_the_store_of_their_pair),
        cmocka_unit_test(a_source_that_calls_makes_no_other_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

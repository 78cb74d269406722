/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/keystore.h"

#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { KEY = KH_KEY_BITS };

static kh_keystore store_of(double capacity, double refill_below, double reserve, double initial)
{
    kh_store_policy policy = {
        .capacity_keys = capacity, .refill_below_keys = refill_below, .reserve_keys = reserve, .initial_keys = initial};
    return kh_keystore_of(&policy);
}

static void a_store_starts_with_its_initial_fill_in_bits(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, NOT_GIVEN, 0, 4);
    assert_int_equal(store.level, 4 * KEY);
    assert_int_equal(store.capacity, 10 * KEY);
    assert_true(store.wants_key);
    assert_true(kh_keystore_balances(&store) && kh_keystore_in_bounds(&store));
}

static void values_above_the_capacity_are_cut_to_it(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, 20, 30, 40);
    assert_int_equal(store.level, 10 * KEY);
    assert_int_equal(store.refill_below, 10 * KEY);
    assert_int_equal(store.reserve, 10 * KEY);
}

static void key_is_wanted_only_between_the_refill_level_and_full(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, 8, 0, 9);
    assert_false(store.wants_key);
    kh_keystore_take(&store, KEY, true);
    assert_false(store.wants_key); /* at the level, not below */
    kh_keystore_take(&store, 1, true);
    assert_true(store.wants_key);
    kh_keystore_deposit(&store, KEY);
    assert_true(store.wants_key); /* above the level, not yet full */
    kh_keystore_deposit(&store, KEY + 1);
    assert_int_equal(store.level, store.capacity);
    assert_false(store.wants_key);
}

static void what_does_not_fit_is_lost(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, NOT_GIVEN, 0, 9);
    kh_keystore_deposit(&store, 3 * KEY);
    assert_int_equal(store.level, 10 * KEY);
    assert_int_equal(store.lost, 2 * KEY);
    assert_true(store.wants_key);
    assert_true(kh_keystore_balances(&store));
}

static void a_block_that_does_not_fit_may_be_dropped_whole(void **state)
{
    (void)state;
    kh_store_policy policy = {.capacity_keys = 10, .refill_below_keys = 9, .initial_keys = 5, .when_full = KH_WHEN_FULL_DROP_BLOCK};
    kh_keystore store = kh_keystore_of(&policy);
    kh_keystore_deposit(&store, 4 * KEY);
    assert_int_equal(store.level, 9 * KEY);
    assert_int_equal(store.lost, 0);
    assert_true(store.wants_key);
    kh_keystore_deposit(&store, 2 * KEY);
    assert_int_equal(store.level, 9 * KEY);
    assert_int_equal(store.lost, 2 * KEY);
    assert_false(store.wants_key); /* it is as full as such blocks make it */
    assert_true(kh_keystore_balances(&store));
}

static void the_oldest_key_may_make_room(void **state)
{
    (void)state;
    kh_store_policy policy = {
        .capacity_keys = 10, .refill_below_keys = NOT_GIVEN, .initial_keys = 9, .when_full = KH_WHEN_FULL_DROP_OLDEST};
    kh_keystore store = kh_keystore_of(&policy);
    assert_int_equal(kh_keystore_deposit(&store, 4 * KEY), 4 * KEY); /* all of it is there now */
    assert_int_equal(store.level, 10 * KEY);
    assert_int_equal(store.lost, 3 * KEY);
    assert_int_equal(kh_keystore_deposit(&store, 12 * KEY), 10 * KEY);
    assert_int_equal(store.level, 10 * KEY);
    assert_true(kh_keystore_balances(&store));
}

static void key_in_transit_expired_or_forgotten_is_booked(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, 8, 0, 4);
    kh_keystore_send(&store, 6 * KEY);
    assert_true(store.level == 4 * KEY && store.transit == 6 * KEY && kh_keystore_balances(&store));
    assert_false(store.wants_key); /* it will be full */
    kh_keystore_take(&store, KEY, true);
    assert_false(store.wants_key);
    assert_int_equal(kh_keystore_arrive(&store, 2 * KEY), 2 * KEY);
    assert_true(store.level == 5 * KEY && store.transit == 4 * KEY && store.generated == 6 * KEY);
    kh_keystore_expire(&store, 6 * KEY);
    assert_int_equal(store.expired, 0);
    kh_keystore_expire(&store, 2 * KEY);
    assert_true(store.expired == 3 * KEY && store.level == 2 * KEY && store.lowest == 2 * KEY);
    assert_true(store.wants_key && kh_keystore_balances(&store));
    kh_keystore_restart(&store);
    assert_true(store.initial == 6 * KEY && store.expired == 0 && kh_keystore_balances(&store));
    (void)kh_keystore_arrive(&store, KEY);
    assert_true(store.generated == 0 && kh_keystore_balances(&store)); /* it was made before */
    kh_keystore_forget(&store);
    assert_true(store.level == 0 && store.transit == 0 && store.lost == 6 * KEY && kh_keystore_balances(&store));
}

static void the_reserve_is_for_the_highest_priority(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, NOT_GIVEN, 3, 4);
    assert_true(kh_keystore_has(&store, KEY, false));
    assert_false(kh_keystore_has(&store, KEY + 1, false));
    assert_true(kh_keystore_has(&store, 4 * KEY, true));
    assert_false(kh_keystore_has(&store, 4 * KEY + 1, true));
}

static void the_ledger_says_where_bits_went(void **state)
{
    (void)state;
    kh_keystore store = store_of(10, NOT_GIVEN, 0, 10);
    kh_keystore_take(&store, 2 * KEY, true);
    kh_keystore_take(&store, 3 * KEY, false);
    kh_keystore_forfeit(&store, KEY, false);
    kh_keystore_discard(&store, 5);
    assert_int_equal(store.delivered, 2 * KEY);
    assert_int_equal(store.relayed, 2 * KEY);
    assert_int_equal(store.lost, KEY + 5);
    assert_int_equal(store.lowest, 5 * KEY);
    assert_true(kh_keystore_balances(&store));
    kh_keystore_restart(&store);
    assert_int_equal(store.initial, 5 * KEY);
    assert_true(kh_keystore_balances(&store));
}

static void an_endless_store_stays_within_its_integers(void **state)
{
    (void)state;
    kh_keystore store = store_of((double)INFINITY, NOT_GIVEN, 0, 0);
    kh_keystore_deposit(&store, INT64_C(1) << 59);
    assert_int_equal(store.lost, 0);
    assert_true(kh_keystore_balances(&store) && kh_keystore_in_bounds(&store));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_starts_with_its_initial_fill_in_bits),
        cmocka_unit_test(values_above_the_capacity_are_cut_to_it),
        cmocka_unit_test(key_is_wanted_only_between_the_refill_level_and_full),
        cmocka_unit_test(what_does_not_fit_is_lost),
        cmocka_unit_test(a_block_that_does_not_fit_may_be_dropped_whole),
        cmocka_unit_test(the_oldest_key_may_make_room),
        cmocka_unit_test(key_in_transit_expired_or_forgotten_is_booked),
        cmocka_unit_test(the_reserve_is_for_the_highest_priority),
        cmocka_unit_test(the_ledger_says_where_bits_went),
        cmocka_unit_test(an_endless_store_stays_within_its_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

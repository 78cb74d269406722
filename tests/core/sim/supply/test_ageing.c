/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/ageing.h"
#include "tests/core/sim/supply/rig.h"

#include "tests/core/sim/cmocka_all.h"

enum { KEY = KH_KEY_BITS };

static void key_is_discarded_at_its_lifetime_and_not_before(void **state)
{
    (void)state;
    static rig r;
    handmade h = rig_pool(10 * KEY, 10);
    h.net.qkd_links[0].key_store.initial_keys = 3;
    h.net.qkd_links[0].key_store.lifetime_h = 25.0 / 3600;
    rig_start(&r, h);
    const kh_keystore *store = &r.links.states[0].store;
    rig_play(&r, kh_ns_from_s(25));
    assert_int_equal(store->level, 23 * KEY);
    rig_play(&r, kh_ns_from_s(25) + 1);
    assert_int_equal(store->level, 20 * KEY); /* the initial fill is gone */
    rig_play(&r, kh_ns_from_s(35));
    assert_int_equal(store->level, 30 * KEY);
    rig_play(&r, kh_ns_from_s(35) + 1);
    assert_int_equal(store->level, 20 * KEY);
    assert_int_equal(store->expired, 13 * KEY);
    assert_int_equal(store->lost, 0);
    rig_end(&r);
}

static void the_oldest_key_is_used_first(void **state)
{
    (void)state;
    static rig r;
    handmade h = rig_pool(10 * KEY, 10);
    h.net.qkd_links[0].key_store.lifetime_h = 25.0 / 3600;
    rig_start(&r, h);
    rig_play(&r, kh_ns_from_s(21)); /* blocks of 10 s and 20 s */
    kh_links_take(&r.links, 0, 9 * KEY, true);
    rig_play(&r, kh_ns_from_s(36));
    assert_int_equal(r.links.states[0].store.expired, KEY); /* what was left of the first */
    rig_end(&r);
}

static void key_can_be_used_when_it_is_at_both_ends(void **state)
{
    (void)state;
    static rig r;
    handmade h = rig_pool(10 * KEY, 10);
    h.net.qkd_links[0].key_store.sync_s = 25;
    rig_start(&r, h);
    const kh_keystore *store = &r.links.states[0].store;
    rig_play(&r, kh_ns_from_s(35));
    assert_true(store->level == 0 && store->transit == 30 * KEY && store->generated == 30 * KEY);
    rig_play(&r, kh_ns_from_s(35) + 1);
    assert_true(store->level == 10 * KEY && store->transit == 20 * KEY && store->generated == 30 * KEY);
    assert_int_equal(r.links.states[0].blocks.stored, 1);
    rig_end(&r);
}

static void production_rests_when_what_is_on_its_way_will_fill_the_store(void **state)
{
    (void)state;
    static rig r;
    handmade h = rig_pool(10 * KEY, 10);
    kh_store_policy *policy = &h.net.qkd_links[0].key_store;
    policy->capacity_keys = 20;
    policy->refill_below_keys = 20;
    policy->sync_s = 1000;
    rig_start(&r, h);
    rig_play(&r, kh_ns_from_s(2000));
    assert_int_equal(r.links.states[0].store.generated, 20 * KEY);
    assert_int_equal(r.links.states[0].store.lost, 0);
    rig_end(&r);
}

static void a_node_that_forgets_its_key_makes_the_other_copy_useless(void **state)
{
    (void)state;
    for (int is_volatile = 0; is_volatile < 2; is_volatile++) {
        static rig r;
        handmade h = rig_pool(10 * KEY, 10);
        kh_store_policy *policy = &h.net.qkd_links[0].key_store;
        policy->is_volatile = is_volatile;
        policy->sync_s = 15;
        policy->lifetime_h = 1;
        rig_start(&r, h);
        const kh_keystore *store = &r.links.states[0].store;
        rig_play(&r, kh_ns_from_s(42)); /* blocks of 10 s and 20 s are stored, those of 30 s and 40 s on their way */
        kh_links_break_node(&r.links, 0);
        kh_links_break_node(&r.links, 1);
        rig_play(&r, kh_ns_from_s(43));
        kh_links_repair_node(&r.links, 0);
        assert_int_equal(store->level, 20 * KEY); /* the other end is still away */
        kh_links_repair_node(&r.links, 1);
        assert_int_equal(store->level, is_volatile ? 0 : 20 * KEY);
        assert_int_equal(store->transit, is_volatile ? 0 : 20 * KEY);
        assert_int_equal(store->lost, is_volatile ? 40 * KEY : 0);
        rig_play(&r, kh_ns_from_s(66)); /* what was made since arrives: the block of 50 s */
        assert_int_equal(store->level, is_volatile ? 10 * KEY : 50 * KEY);
        assert_int_equal(store->expired, 0);
        rig_end(&r);
    }
}

static void a_used_lot_has_no_event(void **state)
{
    (void)state;
    static rig r;
    handmade h = rig_pool(10 * KEY, 10);
    h.net.qkd_links[0].key_store.lifetime_h = 1000.0 / 3600;
    rig_start(&r, h);
    for (int i = 1; i <= 1000; i++) {
        rig_play(&r, kh_ns_from_s(10 * i + 1));
        kh_links_take(&r.links, 0, 10 * KEY, true);
    }
    assert_true(r.kernel.events < 1000 + 20); /* blocks, and an expiry now and then */
    rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_is_discarded_at_its_lifetime_and_not_before),
        cmocka_unit_test(the_oldest_key_is_used_first),
        cmocka_unit_test(key_can_be_used_when_it_is_at_both_ends),
        cmocka_unit_test(production_rests_when_what_is_on_its_way_will_fill_the_store),
        cmocka_unit_test(a_node_that_forgets_its_key_makes_the_other_copy_useless),
        cmocka_unit_test(a_used_lot_has_no_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

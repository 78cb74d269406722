/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const uint32_t two_links[] = {0, 1};

/* A demand of one key a second over two links with 50 ms a hop, and a store of 40 keys at its ends. */
static handmade pair(double initial_keys)
{
    handmade h = handmade_create(3, 2, 1);
    for (uint32_t i = 0; i < 2; i++)
        handmade_link(&h, i, i + 1, 256 * 5)->key_store.initial_keys = 500;
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256, 1);
    demand->between[1].i = 2;
    demand->key_store = (kh_pair_store){.capacity_keys = 40, .refill_below_keys = 30, .initial_keys = initial_keys};
    handmade_route(&h, demand, 256, 2, two_links);
    h.options.hop_latency_s = 0.05;
    h.options.duration_s = 1000;
    return h;
}

static void assert_balances(const kh_sim_demand *demand)
{
    const kh_sim_pair_store *s = &demand->store;
    assert_true(s->initial_bits + s->filled_bits == s->drawn_bits + s->stored_bits);
    assert_true(s->drawn_bits == demand->delivered_bits);
    assert_true(s->lowest_bits >= 0 && s->stored_bits <= 40 * 256);
}

static void a_full_store_serves_at_once(void **state)
{
    (void)state;
    handmade h = pair(40);
    const kh_sim_result *result = handmade_run(&h);
    const kh_sim_demand *demand = &result->demands[0];
    assert_balances(demand);
    assert_true(demand->served == demand->requests && demand->served > 800 && demand->late == 0);
    assert_true(demand->mean_wait_s == 0 && demand->availability == 1);
    assert_true(demand->store.lowest_bits > 20 * 256);
    assert_true(result->links[0].delivered_bits >= demand->store.filled_bits); /* the last may be under way */
    assert_true(result->links[0].delivered_bits <= demand->store.filled_bits + 8 * 256);
    handmade_destroy(&h);
}

static void an_empty_store_is_filled_from_the_start(void **state)
{
    (void)state;
    handmade h = pair(0);
    h.net.demands[0].rate_bps = 1e-3; /* nobody asks */
    h.options.duration_s = 10;
    const kh_sim_pair_store *store = &handmade_run(&h)->demands[0].store;
    assert_true(store->filled_bits == 40 * 256 && store->stored_bits == 40 * 256 && store->failed == 0);
    handmade_destroy(&h);
}

/* With no hop latency the whole store is filled within one event, however deep. */
static void filling_without_latency_does_not_recur(void **state)
{
    (void)state;
    handmade h = pair(0);
    h.options.hop_latency_s = 0;
    for (int i = 0; i < 2; i++)
        h.net.qkd_links[i].key_store.capacity_keys = h.net.qkd_links[i].key_store.initial_keys = 3e6;
    h.net.demands[0].key_store = (kh_pair_store){.capacity_keys = 2e6, .refill_below_keys = NOT_GIVEN};
    h.options.duration_s = 1;
    h.options.audit = false;
    assert_true(handmade_run(&h)->demands[0].store.filled_bits >= 2e6 * 256);
    handmade_destroy(&h);
}

/* No key is made: 20 keys of the pair and 10 of the links are all. Those who ask afterwards wait and are blocked. */
static void a_store_carries_over_an_outage_as_far_as_it_goes(void **state)
{
    (void)state;
    handmade h = pair(20);
    for (int i = 0; i < 2; i++) {
        h.rates.qkd[i].key_rate_bps = 0;
        h.net.qkd_links[i].key_store.initial_keys = 10;
    }
    h.options.late_after_s = 5;
    h.options.duration_s = 200;
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_balances(demand);
    assert_true(demand->served == 30 && demand->store.stored_bits == 0);
    assert_true(demand->blocked > 100 && demand->blocked <= demand->requests - 30);
    assert_true(demand->store.failed > 0 && demand->availability < 0.3);
    handmade_destroy(&h);
}

static void a_request_that_waited_is_served_when_key_comes(void **state)
{
    (void)state;
    handmade h = pair(0);
    for (int i = 0; i < 2; i++) {
        h.net.qkd_links[i].key_store.initial_keys = 0;
        handmade_blocks(&h, &h.net.qkd_links[i], 256 * 100, 20);
    }
    h.options.late_after_s = 60;
    h.options.duration_s = 100;
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_balances(demand);
    assert_true(demand->late > 5 && demand->blocked == 0 && demand->mean_wait_s > 1);
    assert_true(demand->availability > 0.7 && demand->availability < 0.85); /* wants from the first request to 20 s */
    handmade_destroy(&h);
}

static void a_demand_without_a_path_fails_and_goes_on(void **state)
{
    (void)state;
    handmade h = pair(3);
    h.plan.demands[0].n_routes = 0;
    h.options.late_after_s = 1;
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_balances(demand);
    assert_true(demand->served == 3 && demand->store.failed > 100);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_store_serves_at_once),
        cmocka_unit_test(an_empty_store_is_filled_from_the_start),
        cmocka_unit_test(filling_without_latency_does_not_recur),
        cmocka_unit_test(a_store_carries_over_an_outage_as_far_as_it_goes),
        cmocka_unit_test(a_request_that_waited_is_served_when_key_comes),
        cmocka_unit_test(a_demand_without_a_path_fails_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

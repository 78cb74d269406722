/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/core/sim/service/scripted.h"

#include "tests/core/sim/cmocka_all.h"

#define S(seconds) ((kh_ns)((seconds)*1e9))

/* n0 - n1 - n2 over links 0 and 1, n0 - n3 - n4 - n2 over links 2, 3 and 4; one demand from n0 to n2 that nobody planned. */
static handmade ring(double initial_keys)
{
    handmade h = handmade_create(5, 5, 1);
    static const uint32_t ends[][2] = {{0, 1}, {1, 2}, {0, 3}, {3, 4}, {4, 2}};
    for (size_t i = 0; i < 5; i++)
        handmade_link(&h, ends[i][0], ends[i][1], 1e-3)->key_store.initial_keys = initial_keys;
    handmade_trust(&h);
    handmade_demand(&h, KH_USE_KEY, 0, 1)->between[1].i = 2;
    h.options.hop_latency_s = 1;
    h.options.late_after_s = 20;
    h.options.routing.disjoint_paths = 2;
    return h;
}

static void the_exclusive_or_of_two_shares_is_there_with_the_last(void **state)
{
    (void)state;
    handmade h = ring(10);
    static const scripted_step steps[] = {{S(10), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 1);
    const kh_sim_result *result = scripted_run(&s);
    assert_int_equal(s.n_deliveries, 1);
    assert_int_equal(s.deliveries[0].time, S(13));
    assert_true(s.deliveries[0].n_routes == 2 && s.deliveries[0].needed == 2);
    const kh_routes_entry *routes = s.engine.routing.routes.entries;
    assert_true(routes[s.deliveries[0].routes[0]].n_links == 2 && routes[s.deliveries[0].routes[1]].n_links == 3);
    const kh_sim_demand *demand = &result->demands[0];
    assert_true(demand->requests == 1 && demand->served == 1 && demand->mean_wait_s == 3 && demand->late == 0);
    assert_true(demand->routing.disjoint_paths == 2 && demand->routing.node_disjoint && demand->routing.fewer_shares == 0);
    assert_int_equal(s.engine.relay.ledger.served, 5 * 256);
    for (size_t i = 0; i < 5; i++)
        assert_true(result->links[i].stored_bits == 9 * 256);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void one_of_two_shares_is_enough_and_the_other_is_spent_all_the_same(void **state)
{
    (void)state;
    handmade h = ring(10);
    h.options.routing.shares_needed = 1;
    h.net.qkd_links[3].key_store.initial_keys = 0; /* the longer way is stuck after one hop */
    static const scripted_step steps[] = {{S(10), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 1);
    const kh_sim_result *result = scripted_run(&s);
    assert_int_equal(s.n_deliveries, 1);
    assert_int_equal(s.deliveries[0].time, S(12));
    const kh_sim_demand *demand = &result->demands[0];
    assert_true(demand->served == 1 && demand->blocked == 0 && demand->late == 0);
    assert_true(demand->availability == 1); /* a share that waits starves nobody while the others make the key */
    assert_int_equal(s.engine.relay.ledger.served, 2 * 256);
    assert_int_equal(s.engine.relay.ledger.burnt, 256);
    assert_int_equal(s.engine.sharing.keys[0].n, 0); /* forgotten with its last share */
    scripted_end(&s);
    handmade_destroy(&h);
}

static void a_key_is_blocked_as_soon_as_too_few_shares_can_come(void **state)
{
    (void)state;
    handmade h = ring(10);
    h.net.qkd_links[3].key_store.initial_keys = 0;
    static const scripted_step steps[] = {{S(10), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 1);
    const kh_sim_result *result = scripted_run(&s);
    const kh_sim_demand *demand = &result->demands[0];
    assert_true(s.n_deliveries == 0 && demand->served == 0 && demand->blocked == 1);
    assert_true(fabs(demand->availability - 0.12) < 1e-12); /* starved from 12 s, when the second hop of the longer way waits */
    assert_true(result->links[2].lost_bits == 256 && result->links[0].delivered_bits == 256);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void where_there_is_one_path_keys_go_over_it_and_the_result_says_so(void **state)
{
    (void)state;
    handmade h = ring(10);
    h.net.nodes[3].trusted = false;
    static const scripted_step steps[] = {{S(10), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 1);
    const kh_sim_result *result = scripted_run(&s);
    assert_true(s.n_deliveries == 1 && s.deliveries[0].n_routes == 1 && s.deliveries[0].needed == 1);
    assert_true(result->demands[0].routing.disjoint_paths == 1 && result->demands[0].routing.fewer_shares == 1);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void paths_that_share_a_node_but_no_link_are_better_than_one(void **state)
{
    (void)state;
    handmade h = handmade_create(3, 4, 1);
    static const uint32_t ends[][2] = {{0, 1}, {0, 1}, {1, 2}, {1, 2}};
    for (size_t i = 0; i < 4; i++)
        handmade_link(&h, ends[i][0], ends[i][1], 2560)->key_store.initial_keys = 10;
    handmade_trust(&h);
    handmade_demand(&h, KH_USE_KEY, 0, 1)->between[1].i = 2;
    h.options.routing.disjoint_paths = 3;
    static const scripted_step steps[] = {{S(10), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 1);
    const kh_sim_result *result = scripted_run(&s);
    assert_true(s.n_deliveries == 1 && s.deliveries[0].n_routes == 2);
    assert_true(result->demands[0].routing.disjoint_paths == 2 && !result->demands[0].routing.node_disjoint);
    assert_true(result->demands[0].routing.fewer_shares == 1);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void shares_follow_what_is_up_when_routes_do(void **state)
{
    (void)state;
    handmade h = ring(10);
    h.options.routing.policy = KH_ROUTING_SHORTEST;
    static const scripted_step steps[] = {
        {S(10), ACT_ASK, 0}, {S(20), ACT_BREAK, 0}, {S(21), ACT_ASK, 0}, {S(30), ACT_REPAIR, 0}, {S(31), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 5);
    const kh_sim_result *result = scripted_run(&s);
    assert_int_equal(s.n_deliveries, 3);
    assert_true(s.deliveries[0].n_routes == 2 && s.deliveries[1].n_routes == 1 && s.deliveries[2].n_routes == 2);
    assert_true(result->demands[0].routing.fewer_shares == 1 && result->demands[0].routing.rerouted == 1);
    assert_true(result->demands[0].routing.disjoint_paths == 2);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void wrong_numbers_of_shares_are_refused(void **state)
{
    (void)state;
    static const kh_routing_options wrong[] = {{.disjoint_paths = KH_MOST_PATHS + 1},
                                               {.disjoint_paths = 2, .shares_needed = 3},
                                               {.shares_needed = 2},
                                               {.policy = KH_ROUTING_RESTORE, .disjoint_paths = 2}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        handmade h = ring(10);
        kh_sim_result *result = NULL;
        kh_error err = {0};
        h.options.routing = wrong[i];
        assert_int_equal(handmade_try(&h, &result, &err), KH_ERANGE);
        assert_non_null(strstr(err.message, "must be"));
        handmade_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exclusive_or_of_two_shares_is_there_with_the_last),
        cmocka_unit_test(one_of_two_shares_is_enough_and_the_other_is_spent_all_the_same),
        cmocka_unit_test(a_key_is_blocked_as_soon_as_too_few_shares_can_come),
        cmocka_unit_test(where_there_is_one_path_keys_go_over_it_and_the_result_says_so),
        cmocka_unit_test(paths_that_share_a_node_but_no_link_are_better_than_one),
        cmocka_unit_test(shares_follow_what_is_up_when_routes_do),
        cmocka_unit_test(wrong_numbers_of_shares_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

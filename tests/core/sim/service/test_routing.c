/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/core/sim/service/scripted.h"

#include "tests/core/sim/cmocka_all.h"

#define S(seconds) ((kh_ns)((seconds)*1e9))

/* n0 - n1 - n2 over links 0 and 1, n0 - n3 - n4 - n2 over links 2, 3 and 4; one demand from n0 to n2, planned over the first. */
static handmade ring(double initial_keys, double rate_bps)
{
    static const uint32_t upper[] = {0, 1};
    handmade h = handmade_create(5, 5, 1);
    static const uint32_t ends[][2] = {{0, 1}, {1, 2}, {0, 3}, {3, 4}, {4, 2}};
    for (size_t i = 0; i < 5; i++)
        handmade_link(&h, ends[i][0], ends[i][1], rate_bps)->key_store.initial_keys = initial_keys;
    handmade_trust(&h);
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 0, 1);
    demand->between[1].i = 2;
    handmade_route(&h, demand, 256, 2, upper);
    h.options.hop_latency_s = 1;
    h.options.duration_s = 400;
    return h;
}

static uint32_t hops_of(const scripted *s, size_t delivery)
{
    return s->engine.routing.routes.entries[s->deliveries[delivery].routes[0]].n_links;
}

static void restoration_begins_at_its_instant_and_ends_with_the_repair(void **state)
{
    (void)state;
    handmade h = ring(500, 2560);
    h.options.routing = (kh_routing_options){.policy = KH_ROUTING_RESTORE, .restoration_s = 10};
    static const scripted_step steps[] = {
        {S(99), ACT_ASK, 0},    {S(100), ACT_ASK, 0},     {S(100), ACT_BREAK, 1},  {S(100), ACT_ASK, 0},
        {S(109.5), ACT_ASK, 0}, {S(110) - 1, ACT_ASK, 0}, {S(110), ACT_ASK, 0},    {S(150), ACT_ASK, 0},
        {S(199.5), ACT_ASK, 0}, {S(200), ACT_ASK, 0},     {S(200), ACT_REPAIR, 1}, {S(200), ACT_ASK, 0},
    };
    static scripted s;
    scripted_start(&s, &h, steps, sizeof steps / sizeof steps[0]);
    const kh_sim_result *result = scripted_run(&s);
    /* In the order of arrival; the stores of the cut link still have key, so the planned route serves to the last. */
    static const struct {
        kh_ns issued, time;
        uint32_t hops;
    } expected[] = {{S(99), S(101), 2},          {S(100), S(102), 2}, {S(100), S(102), 2}, {S(109.5), S(111.5), 2},
                    {S(110) - 1, S(112) - 1, 2}, {S(110), S(113), 3}, {S(150), S(153), 3}, {S(200), S(202), 2},
                    {S(199.5), S(202.5), 3},     {S(200), S(203), 3}};
    assert_int_equal(s.n_deliveries, 10);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(s.deliveries[i].issued, expected[i].issued);
        assert_int_equal(s.deliveries[i].time, expected[i].time);
        assert_int_equal(hops_of(&s, i), expected[i].hops);
    }
    assert_int_equal(s.n_notes, 3);
    static const kh_ns times[] = {S(100), S(110), S(200)};
    static const char *const names[] = {"fails", "restored", "reverts"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(s.notes[i].time, times[i]);
        assert_string_equal(s.notes[i].what, names[i]);
    }
    assert_true(s.notes[1].since_s == 10);
    const kh_sim_routing *routing = &result->demands[0].routing;
    assert_true(routing->restorations == 1 && routing->mean_restoration_s == 10 && routing->rerouted == 4);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void a_demand_without_a_path_is_restored_when_a_link_comes_up(void **state)
{
    (void)state;
    handmade h = ring(500, 2560);
    h.options.routing = (kh_routing_options){.policy = KH_ROUTING_RESTORE, .restoration_s = 10};
    static const scripted_step steps[] = {{S(50), ACT_BREAK, 3},   {S(100), ACT_BREAK, 1},  {S(120), ACT_ASK, 0},
                                          {S(130), ACT_REPAIR, 3}, {S(131), ACT_ASK, 0},    {S(140), ACT_BREAK, 4},
                                          {S(145), ACT_ASK, 0},    {S(150), ACT_REPAIR, 4}, {S(160), ACT_REPAIR, 1}};
    static scripted s;
    scripted_start(&s, &h, steps, sizeof steps / sizeof steps[0]);
    const kh_sim_result *result = scripted_run(&s);
    assert_int_equal(s.n_deliveries, 3);
    assert_true(hops_of(&s, 0) == 2 && hops_of(&s, 1) == 3 && hops_of(&s, 2) == 2);
    static const kh_ns times[] = {S(100), S(130), S(140), S(150), S(160)};
    static const char *const names[] = {"fails", "restored", "fails", "restored", "reverts"};
    assert_int_equal(s.n_notes, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(s.notes[i].time, times[i]);
        assert_string_equal(s.notes[i].what, names[i]);
    }
    assert_true(result->demands[0].routing.restorations == 2 && result->demands[0].routing.mean_restoration_s == 20);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void without_delay_requests_of_the_very_instant_take_the_new_path(void **state)
{
    (void)state;
    handmade h = ring(500, 2560);
    h.options.routing = (kh_routing_options){.policy = KH_ROUTING_RESTORE};
    static const scripted_step steps[] = {{S(100), ACT_ASK, 0}, {S(100), ACT_BREAK, 0}, {S(100), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, 3);
    (void)scripted_run(&s);
    assert_int_equal(s.n_deliveries, 2);
    assert_true(hops_of(&s, 0) == 2 && hops_of(&s, 1) == 3);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void the_shortest_route_follows_what_is_up(void **state)
{
    (void)state;
    handmade h = ring(500, 2560);
    h.plan.demands[0].n_routes = 0; /* no plan is needed */
    h.options.routing.policy = KH_ROUTING_SHORTEST;
    static const scripted_step steps[] = {{S(10), ACT_ASK, 0}, {S(20), ACT_BREAK, 0},  {S(20), ACT_ASK, 0}, {S(30), ACT_BREAK, 3},
                                          {S(31), ACT_ASK, 0}, {S(40), ACT_REPAIR, 0}, {S(40), ACT_ASK, 0}};
    static scripted s;
    scripted_start(&s, &h, steps, sizeof steps / sizeof steps[0]);
    const kh_sim_result *result = scripted_run(&s);
    assert_int_equal(s.n_deliveries, 4);
    assert_true(hops_of(&s, 0) == 2 && hops_of(&s, 1) == 3);
    assert_true(hops_of(&s, 2) == 3); /* nothing is up: the last route is kept, its stores still have key */
    assert_true(hops_of(&s, 3) == 2);
    assert_true(result->demands[0].routing.rerouted == 2);
    assert_int_equal(s.engine.routing.routes.n, 2); /* a sequence of links has one number */
    scripted_end(&s);
    handmade_destroy(&h);
}

static void untrusted_nodes_and_switches_do_not_relay(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        handmade h = ring(500, 2560);
        h.plan.demands[0].n_routes = 0;
        h.options.routing.policy = KH_ROUTING_SHORTEST;
        h.net.nodes[0].trusted = h.net.nodes[2].trusted = false; /* ends need no trust */
        if (kind == 0)
            h.net.nodes[1].trusted = false;
        else
            h.net.nodes[1].kind = KH_NODE_SWITCH;
        static const scripted_step steps[] = {{S(10), ACT_ASK, 0}, {S(20), ACT_BREAK, 2}, {S(21), ACT_ASK, 0}};
        static scripted s;
        scripted_start(&s, &h, steps, 3);
        (void)scripted_run(&s);
        assert_int_equal(s.n_deliveries, 2);
        assert_true(hops_of(&s, 0) == 3 && hops_of(&s, 1) == 3);
        scripted_end(&s);
        handmade_destroy(&h);
    }
}

static void the_price_of_a_hop_rises_from_one_to_twice_the_nodes(void **state)
{
    (void)state;
    kh_price_table table = kh_price_table_of(8);
    kh_keystore store = kh_keystore_of(&(kh_store_policy){.capacity_keys = 1000, .refill_below_keys = 1000, .initial_keys = 1000});
    assert_int_equal(kh_price_of(&table, &store, 0, 0), 256);
    store.level = store.capacity / 2;
    assert_int_equal(kh_price_of(&table, &store, 0, 0), 1024); /* 256 sqrt(16) */
    assert_int_equal(kh_price_of(&table, &store, (double)store.capacity / 2, 0), 256);
    assert_int_equal(kh_price_of(&table, &store, 0, store.level), 4096);
    store.level = 0;
    assert_int_equal(kh_price_of(&table, &store, 0, 0), 4096);
}

/* @param also what may happen beside: it must not matter */
static void assert_empty_store_is_left(scripted_step also)
{
    handmade h = ring(1000, 256);
    h.net.qkd_links[1].key_store.initial_keys = 4; /* as many as are asked for in the first 10 s */
    h.rates.qkd[1] = (kh_qkd_rate){0};
    h.net.qkd_links[0].modules = 2; /* one may break */
    h.options.routing = (kh_routing_options){.policy = KH_ROUTING_ADAPTIVE, .refresh_s = 20};
    h.options.late_after_s = 1;
    const scripted_step steps[] = {{S(1), ACT_ASK, 0},  {S(2), ACT_ASK, 0},  {S(3), ACT_ASK, 0},  {S(20.9), ACT_ASK, 0},
                                   {S(21), ACT_ASK, 0}, {S(22), ACT_ASK, 0}, {S(30), ACT_ASK, 0}, also};
    static scripted s;
    h.net.qkd_links[1].key_store.capacity_keys = 4; /* full at first: no dearer than the others */
    scripted_start(&s, &h, steps, sizeof steps / sizeof steps[0]);
    const kh_sim_result *result = scripted_run(&s);
    assert_int_equal(s.n_deliveries, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(hops_of(&s, i), i < 4 ? 2 : 3);
    assert_true(result->demands[0].routing.rerouted == 3 && result->demands[0].blocked == 0);
    scripted_end(&s);
    handmade_destroy(&h);
}

static void the_adaptive_route_leaves_an_empty_store_within_the_refresh_time(void **state)
{
    (void)state;
    assert_empty_store_is_left((scripted_step){S(1000), ACT_BREAK, 4});
}

static void a_link_that_makes_less_key_is_no_reason_to_seek_a_route(void **state)
{
    (void)state;
    assert_empty_store_is_left((scripted_step){S(10), ACT_BREAK_MODULE, 0});
}

/* A link of the planned route fails for good at 100 s: key is asked for at 1/s, the stores hold 50. */
static double served_with(kh_routing_policy policy)
{
    handmade h = ring(50, 2560);
    h.net.demands[0].use = KH_USE_OTP;
    h.net.demands[0].rate_bps = 256;
    for (size_t i = 0; i < 5; i++)
        h.net.qkd_links[i].key_store.capacity_keys = 50;
    h.options.hop_latency_s = 0;
    h.options.late_after_s = 1e-9;
    h.options.routing = (kh_routing_options){.policy = policy, .restoration_s = 60};
    static const scripted_step steps[] = {{S(100), ACT_BREAK, 1}};
    static scripted s;
    scripted_start(&s, &h, steps, 1);
    const kh_sim_result *result = scripted_run(&s);
    assert_true(result->demands[0].requests == 400);
    double served = result->demands[0].served;
    scripted_end(&s);
    handmade_destroy(&h);
    return served;
}

static void policies_serve_what_they_must_after_a_failure(void **state)
{
    (void)state;
    assert_true(served_with(KH_ROUTING_PLAN) == 149);    /* 100 before; 49 from the store, the block of that second is lost */
    assert_true(served_with(KH_ROUTING_RESTORE) == 389); /* 11 are lost between the empty store and the new path */
    assert_true(served_with(KH_ROUTING_SHORTEST) == 400);
    assert_true(served_with(KH_ROUTING_ADAPTIVE) == 400);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    handmade h = ring(1, 1);
    kh_sim_result *result = NULL;
    kh_error err = {0};
    h.options.level = KH_SIM_FLUID;
    h.options.routing.policy = KH_ROUTING_SHORTEST;
    assert_int_equal(handmade_try(&h, &result, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "routing is 'shortest', must be 'plan'"));
    h.options.level = KH_SIM_BLOCK;
    h.options.routing.restoration_s = -1;
    assert_int_equal(handmade_try(&h, &result, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "restoration_s is -1"));
    kh_routing_policy policy = KH_ROUTING_PLAN;
    assert_true(kh_routing_policy_find("adaptive", &policy) && policy == KH_ROUTING_ADAPTIVE);
    assert_false(kh_routing_policy_find("ospf", &policy));
    assert_string_equal(kh_routing_policy_name(KH_ROUTING_RESTORE), "restore");
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restoration_begins_at_its_instant_and_ends_with_the_repair),
        cmocka_unit_test(a_demand_without_a_path_is_restored_when_a_link_comes_up),
        cmocka_unit_test(without_delay_requests_of_the_very_instant_take_the_new_path),
        cmocka_unit_test(the_shortest_route_follows_what_is_up),
        cmocka_unit_test(untrusted_nodes_and_switches_do_not_relay),
        cmocka_unit_test(the_price_of_a_hop_rises_from_one_to_twice_the_nodes),
        cmocka_unit_test(the_adaptive_route_leaves_an_empty_store_within_the_refresh_time),
        cmocka_unit_test(a_link_that_makes_less_key_is_no_reason_to_seek_a_route),
        cmocka_unit_test(policies_serve_what_they_must_after_a_failure),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases solved by hand: constant rates, outages at known times. */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { KEY = 256 };

static const uint32_t LINKS[] = {0, 1, 2, 3};

/* A chain of links with stores of `keys` keys that never rest; one-time-pad demands have no randomness. */
static handmade chain(uint32_t links, double keys)
{
    handmade h = handmade_create(links + 1, links, 4);
    h.options.level = KH_SIM_FLUID;
    h.options.hop_latency_s = 0;
    h.options.late_after_s = 1e-9;
    for (uint32_t i = 0; i < links; i++) {
        (void)handmade_link(&h, i, i + 1, 10 * KEY);
        h.net.qkd_links[i].key_store.capacity_keys = 10000;
        h.net.qkd_links[i].key_store.initial_keys = keys;
    }
    return h;
}

static kh_demand *ask(handmade *h, double keys_per_s, double priority, uint32_t first, size_t n)
{
    kh_demand *demand = handmade_demand(h, KH_USE_OTP, keys_per_s * KEY, 2);
    demand->priority = priority;
    handmade_route(h, demand, 1, n, &LINKS[first]);
    return demand;
}

/* The link is down in [from, to] s. */
static void maintain(handmade *h, uint32_t link, double from_s, double to_s)
{
    kh_fault *fault = handmade_fault(h, KH_FAULT_MAINTENANCE, "work", NOT_GIVEN, NOT_GIVEN);
    fault->links = handmade_check(KH_NEW(h->arena, kh_qkd_link_id, 1));
    fault->links[0].i = link;
    fault->n_links = 1;
    fault->first_h = from_s / 3600;
    fault->duration_h = (to_s - from_s) / 3600;
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-6 * (fabs(a) + fabs(b)) + 1e-6);
}

/* 200 keys, 10 made and 14 asked for each second: empty after 50 s. */
static void a_store_runs_empty_and_shares_what_is_made(void **state)
{
    (void)state;
    handmade h = chain(1, 200);
    (void)ask(&h, 10.5, 1, 0, 1);
    (void)ask(&h, 3.5, 1, 0, 1);
    const kh_sim_result *r = handmade_run(&h);
    assert_near(r->demands[0].requests, 1050);
    assert_near(r->demands[0].served, 525 + 10.5 * 50 * 10 / 14);
    assert_near(r->demands[1].served, 175 + 3.5 * 50 * 10 / 14);
    assert_near(r->demands[1].served + r->demands[1].blocked, 350);
    assert_near(r->demands[0].availability, 0.5 + 0.5 * 10 / 14);
    assert_near(r->links[0].delivered_bits, (700 + 500) * KEY);
    assert_near(r->links[0].stored_bits, 0);
    assert_near(r->links[0].lowest_bits, 0);
    assert_true(r->events < 10);
    handmade_destroy(&h);
}

/* The first link is rich; the second, empty from the start, serves half; what the first gave for the rest is lost. */
static void what_was_taken_upstream_of_a_shortage_is_lost(void **state)
{
    (void)state;
    handmade h = chain(2, 5000);
    h.net.qkd_links[1].key_store.initial_keys = 0;
    (void)ask(&h, 20, 1, 0, 2);
    const kh_sim_result *r = handmade_run(&h);
    assert_near(r->demands[0].served, 1000);
    assert_near(r->demands[0].blocked, 1000);
    assert_near(r->links[0].delivered_bits, 1000 * KEY);
    assert_near(r->links[0].lost_bits, 1000 * KEY);
    assert_near(r->links[1].relayed_bits, 1000 * KEY);
    assert_near(r->links[0].stored_bits, (5000 + 1000 - 2000) * KEY);
    handmade_destroy(&h);
}

/* Two routes against each other over two short stores: t (1 + t) = 1/2 by symmetry, t = (sqrt 3 - 1) / 2. */
static void stores_in_a_ring_agree(void **state)
{
    (void)state;
    handmade h = chain(2, 0);
    static const uint32_t back[] = {1, 0};
    (void)ask(&h, 20, 1, 0, 2);
    handmade_route(&h, handmade_demand(&h, KH_USE_OTP, 20 * KEY, 1), 1, 2, back);
    h.net.demands[1].priority = 1;
    const kh_sim_result *r = handmade_run(&h);
    double t = (sqrt(3) - 1) / 2;
    assert_near(r->demands[0].served, 2000 * t * t);
    assert_near(r->demands[1].served, 2000 * t * t);
    handmade_destroy(&h);
}

/* Down from 10 to 60 s with 120 keys stored: at 6 a second empty at 30; patience 20 s: from 50 s on the oldest are blocked, 60 s of
 * them. At 60 s 120 wait, 4 more are served than come each second: nobody waits from 90 s on. */
static void requests_wait_for_a_repair_within_their_patience(void **state)
{
    (void)state;
    handmade h = chain(1, 80);
    h.options.late_after_s = 20;
    (void)ask(&h, 6, 1, 0, 1);
    maintain(&h, 0, 10, 60);
    const kh_sim_result *r = handmade_run(&h);
    const kh_sim_demand *d = &r->demands[0];
    assert_near(d->requests, 600);
    assert_near(d->blocked, 60);
    assert_near(d->served, 540);
    assert_near(d->late, 300); /* served from 60 to 90 s */
    assert_near(d->availability, 0.4);
    double area = 120 * 20 / 2.0 + 120 * 10 + 120 * 30 / 2.0; /* key s waited */
    assert_near(d->mean_wait_s, (area - 60 * 20) / 540);
    assert_near(r->links[0].up_fraction, 0.5);
    assert_near(r->links[0].lost_bits, 500 * KEY);
    assert_near(r->links[0].stored_bits, (80 + 1000 - 500 - 540) * KEY);
    handmade_destroy(&h);
}

/* 10 made; 6 of priority 0 and 12 others. At the reserve the others get 4; below it none. */
static void the_reserve_is_for_priority_0(void **state)
{
    (void)state;
    handmade h = chain(1, 180);
    h.net.qkd_links[0].key_store.reserve_keys = 100;
    (void)ask(&h, 6, 0, 0, 1);
    (void)ask(&h, 12, 1, 0, 1);
    maintain(&h, 0, 40, 50);
    const kh_sim_result *r = handmade_run(&h);
    /* at the reserve from 10 s on; 60 of it go while the link is down; 4 a second refill it until 65 s */
    assert_near(r->demands[0].served, 600);
    assert_near(r->demands[1].served, 120 + 4 * 30 + 4 * 35);
    assert_near(r->links[0].lowest_bits, 40 * KEY);
    assert_near(r->links[0].stored_bits, 100 * KEY);
    handmade_destroy(&h);
}

/* Two parallel links; the first is down from 20 to 50 s and its store empty at 30 s: its share goes over the other until 50 s. */
static void the_turn_passes_to_a_route_that_is_not_broken(void **state)
{
    (void)state;
    handmade h = chain(2, 0);
    h.net.qkd_links[0].ends[1].i = 2;
    h.net.qkd_links[1].ends[0].i = 0;
    h.net.qkd_links[0].key_store.initial_keys = 20;
    h.net.qkd_links[1].key_store.initial_keys = 500;
    const kh_demand *demand = ask(&h, 16, 1, 0, 1);
    handmade_route(&h, demand, 1, 1, &LINKS[1]);
    maintain(&h, 0, 20, 50);
    const kh_sim_result *r = handmade_run(&h);
    /* until 20 s: 20 + 2 * 20 = 60, empty 7.5 s later */
    assert_near(r->demands[0].served, 1600);
    assert_near(r->links[1].delivered_bits, (800 + 8 * 22.5) * KEY);
    handmade_destroy(&h);
}

static void a_node_that_is_down_closes_its_stores(void **state)
{
    (void)state;
    handmade h = chain(2, 1000);
    h.options.late_after_s = 30;
    (void)ask(&h, 5, 1, 0, 2);
    kh_fault *fault = handmade_fault(&h, KH_FAULT_MAINTENANCE, "work", NOT_GIVEN, NOT_GIVEN);
    fault->nodes = handmade_check(KH_NEW(h.arena, kh_node_id, 1));
    fault->nodes[0].i = 1;
    fault->n_nodes = 1;
    fault->first_h = 40.0 / 3600;
    fault->duration_h = 20.0 / 3600;
    const kh_sim_result *r = handmade_run(&h);
    assert_near(r->demands[0].served, 500); /* all who waited are served at once */
    assert_near(r->demands[0].availability, 0.8);
    assert_near(r->demands[0].mean_wait_s, 5 * 20 * 20 / 2.0 / 500);
    handmade_destroy(&h);
}

/* A store that goes up and down between refill level and full costs no events. */
static void a_year_of_refills_costs_no_events(void **state)
{
    (void)state;
    handmade h = chain(1, 1000);
    h.net.qkd_links[0].key_store = (kh_store_policy){.capacity_keys = 1000, .refill_below_keys = 500, .initial_keys = 1000};
    (void)ask(&h, 2, 1, 0, 1);
    h.options.duration_s = 365 * 86400;
    h.options.warm_up_s = 86400;
    const kh_sim_result *r = handmade_run(&h);
    assert_near(r->demands[0].served, 2.0 * 364 * 86400);
    assert_near(r->links[0].lowest_bits, 500 * KEY);
    assert_near(r->links[0].initial_bits + r->links[0].generated_bits, r->links[0].delivered_bits + r->links[0].stored_bits);
    assert_true(r->events <= 3);
    handmade_destroy(&h);
}

static void statistics_start_after_the_warm_up(void **state)
{
    (void)state;
    handmade h = chain(1, 200);
    (void)ask(&h, 14, 1, 0, 1);
    h.options.warm_up_s = 60;
    const kh_sim_result *r = handmade_run(&h);
    assert_near(r->demands[0].requests, 560);
    assert_near(r->demands[0].served, 400);
    assert_near(r->demands[0].blocked, 160);
    assert_near(r->demands[0].availability, 10.0 / 14);
    assert_near(r->links[0].initial_bits, 0);
    handmade_destroy(&h);
}

/* What a satellite brings: 300 keys at once to a store that makes none, at 50 s; 5 a second wait until then, patience 40 s. */
static void key_that_comes_at_once_serves_those_who_wait(void **state)
{
    (void)state;
    handmade h = chain(1, 0);
    h.rates.qkd[0] = (kh_qkd_rate){0};
    h.options.late_after_s = 40;
    (void)ask(&h, 5, 1, 0, 1);
    maintain(&h, 0, 50, 50 + 1e-6); /* an event at that time */
    kh_engine *engine = handmade_check(KH_NEW(h.arena, kh_engine, 1));
    kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
    assert_int_equal(kh_engine_init(engine, &inputs, h.arena, h.arena, NULL), KH_OK);
    for (bool more = true, done = false; more;) {
        assert_int_equal(kh_engine_step(engine, &more, NULL), KH_OK);
        if (!done && kh_kernel_now(&engine->kernel) > kh_ns_from_s(50)) {
            kh_links_deliver(&engine->links, 0, 300 * KEY);
            done = true;
        }
    }
    assert_int_equal(kh_engine_finish(engine, NULL), KH_OK);
    const kh_sim_result *r = engine->results;
    assert_true(fabs(r->demands[0].blocked - 50) < 1e-3); /* from 40 to 50 s; those who come after 90 s still wait */
    assert_true(fabs(r->demands[0].served - 300) < 1e-3);
    assert_near(r->links[0].generated_bits, 300 * KEY);
    handmade_destroy(&h);
}

/* A timetable of four passes a day, half of the days clear: the same key on the same days at both levels. */
static void passes_of_satellites_bring_the_key_that_they_bring_in_blocks(void **state)
{
    (void)state;
    static kh_pass passes[4 * 365];
    for (uint32_t i = 0; i < 4 * 365; i++)
        passes[i] = (kh_pass){.end_s = 21600.0 * i + 7000, .key_bits = 400 * KEY, .clear_share = 0.5, .day = i / 4};
    handmade h = chain(1, 0);
    h.rates.qkd[0] = (kh_qkd_rate){.key_rate_bps = 1, .passes = passes, .n_passes = 4 * 365, .is_satellite = true};
    h.net.qkd_links[0].passes_per_block = 1;
    h.net.qkd_links[0].key_store.capacity_keys = 1e6;
    h.options.duration_s = 40 * 86400.0;
    (void)ask(&h, 0.001, 1, 0, 1);
    double generated[2], served[2];
    for (int level = KH_SIM_BLOCK; level <= KH_SIM_FLUID; level++) {
        h.options.level = (kh_sim_level)level;
        const kh_sim_result *r = handmade_run(&h);
        generated[level] = r->links[0].generated_bits;
        served[level] = r->demands[0].served;
    }
    assert_true(generated[KH_SIM_BLOCK] > 30 * 400 * KEY && generated[KH_SIM_BLOCK] < 130 * 400 * KEY);
    assert_near(generated[KH_SIM_FLUID], generated[KH_SIM_BLOCK]);
    assert_true(fabs(served[KH_SIM_FLUID] - served[KH_SIM_BLOCK]) <= 2);
    handmade_destroy(&h);
}

static void a_demand_without_routes_is_blocked(void **state)
{
    (void)state;
    handmade h = chain(1, 200);
    (void)handmade_demand(&h, KH_USE_OTP, 3 * KEY, 1);
    const kh_sim_result *r = handmade_run(&h);
    assert_near(r->demands[0].blocked, 300);
    assert_near(r->demands[0].availability, 0);
    assert_true(isnan(r->demands[0].mean_wait_s));
    handmade_destroy(&h);
}

static void assert_refused(handmade *h, const char *what)
{
    kh_sim_result *result = NULL;
    kh_error err = {0};
    assert_int_equal(handmade_try(h, &result, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, what));
    handmade_destroy(h);
}

static void what_a_fluid_does_not_carry_is_refused_by_name(void **state)
{
    (void)state;
    handmade h = chain(1, 10);
    ask(&h, 1, 1, 0, 1)->calls.per_h = 3;
    assert_refused(&h, "calls");
    h = chain(1, 10);
    h.options.routing.policy = KH_ROUTING_SHORTEST;
    assert_refused(&h, "shortest");
    h = chain(1, 10);
    h.net.qkd_links[0].key_store.lifetime_h = 5;
    assert_refused(&h, "lifetime");
    h = chain(1, 10);
    (void)handmade_fault(&h, KH_FAULT_EAVESDROPPING, "q0", 5, 5);
    h.net.faults[0].qber = 0.2;
    assert_refused(&h, "eavesdropping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_runs_empty_and_shares_what_is_made),
        cmocka_unit_test(what_was_taken_upstream_of_a_shortage_is_lost),
        cmocka_unit_test(stores_in_a_ring_agree),
        cmocka_unit_test(requests_wait_for_a_repair_within_their_patience),
        cmocka_unit_test(the_reserve_is_for_priority_0),
        cmocka_unit_test(the_turn_passes_to_a_route_that_is_not_broken),
        cmocka_unit_test(a_node_that_is_down_closes_its_stores),
        cmocka_unit_test(a_year_of_refills_costs_no_events),
        cmocka_unit_test(statistics_start_after_the_warm_up),
        cmocka_unit_test(key_that_comes_at_once_serves_those_who_wait),
        cmocka_unit_test(passes_of_satellites_bring_the_key_that_they_bring_in_blocks),
        cmocka_unit_test(a_demand_without_routes_is_blocked),
        cmocka_unit_test(what_a_fluid_does_not_carry_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

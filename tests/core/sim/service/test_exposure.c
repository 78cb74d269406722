/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const double S_PER_H = 3600;

/* n0 - n1 - n2, a key every second of 100 s, and somebody in n1 from 20.25 s to 50.25 s. */
static handmade read_chain(const char *on)
{
    handmade h = handmade_create(3, 2, 1);
    static const uint32_t path[] = {0, 1};
    for (uint32_t i = 0; i < 2; i++)
        handmade_link(&h, i, i + 1, 2560)->key_store.initial_keys = 500;
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256, 1);
    demand->between[0].i = 0;
    demand->between[1].i = 2;
    handmade_route(&h, demand, demand->rate_bps, 2, path);
    kh_fault *fault = handmade_fault(&h, KH_FAULT_COMPROMISE, on, NOT_GIVEN, NOT_GIVEN);
    fault->first_h = 20.25 / S_PER_H;
    fault->duration_h = 30 / S_PER_H;
    h.options.hop_latency_s = 0;
    return h;
}

static void keys_that_pass_a_compromised_relay_are_exposed(void **state)
{
    (void)state;
    handmade h = read_chain("n1");
    const kh_sim_result *result = handmade_run(&h);
    const kh_sim_exposure *exposure = &result->demands[0].exposure;
    assert_true(result->compromises == 1 && result->demands[0].served == 100);
    assert_true(exposure->exposed_keys == 30 && exposure->exposed_bits == 30 * 256);
    assert_true(exposure->at_ends_keys == 0 && exposure->saved_keys == 0);
    handmade_destroy(&h);
}

static void keys_of_a_compromised_end_are_counted_apart(void **state)
{
    (void)state;
    handmade h = read_chain("n2");
    const kh_sim_exposure *exposure = &handmade_run(&h)->demands[0].exposure;
    assert_true(exposure->exposed_keys == 0 && exposure->at_ends_keys == 30);
    handmade_destroy(&h);
}

static void a_domain_an_operator_or_a_country_is_all_its_nodes(void **state)
{
    (void)state;
    static kh_domain domains[] = {{.id = "d", .operator_name = "Operator", .country = "NL"}};
    static const char *const names[] = {"d", "Operator", "NL"};
    for (size_t i = 0; i < 3; i++) {
        handmade h = read_chain(names[i]);
        h.net.domains = domains;
        h.net.n_domains = 1;
        h.net.nodes[0].domain.i = h.net.nodes[2].domain.i = KH_NO_INDEX;
        assert_true(handmade_run(&h)->demands[0].exposure.exposed_keys == 30);
        handmade_destroy(&h);
    }
}

static void stored_key_is_thrown_away_when_it_is_found_out(void **state)
{
    (void)state;
    handmade h = read_chain("n1");
    h.options.duration_s = 50.5;
    const kh_sim_link *link = &handmade_run(&h)->links[0];
    assert_true(link->stored_bits == 0 && link->lowest_bits == 0);
    assert_true(link->lost_bits == link->initial_bits + link->generated_bits - link->delivered_bits);
    handmade_destroy(&h);
}

static void a_key_under_way_when_it_begins_is_exposed_and_one_after_its_end_is_not(void **state)
{
    (void)state;
    handmade h = read_chain("n1");
    h.net.faults[0].first_h = 0;
    h.net.faults[0].duration_h = 1e-9;
    h.options.hop_latency_s = 0.9;
    h.options.duration_s = 200;
    double early = handmade_run(&h)->demands[0].exposure.exposed_keys; /* none was asked for yet, or the first at time 0 */
    assert_true(early <= 1);
    h.net.faults[0].first_h = 50 / S_PER_H;
    assert_true(handmade_run(&h)->demands[0].exposure.exposed_keys == 2); /* 1.8 s on the way, one a second; phase above 0.2 s */
    handmade_destroy(&h);
}

/* n0 - n1 - n3 and n0 - n2 - n3, somebody in n1 from 20.25 s to 50.25 s and in n2 from 40.25 s to 70.25 s. */
static handmade read_diamond(void)
{
    handmade h = handmade_create(4, 4, 1);
    static const uint32_t up[] = {0, 1}, down[] = {2, 3};
    static const uint32_t ends[][2] = {{0, 1}, {1, 3}, {0, 2}, {2, 3}};
    for (uint32_t i = 0; i < 4; i++) {
        handmade_link(&h, ends[i][0], ends[i][1], 2560)->key_store.initial_keys = 500;
    }
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 0, 2); /* asks for nothing by itself */
    demand->between[0].i = 0;
    demand->between[1].i = 3;
    handmade_route(&h, demand, 100, 2, up);
    handmade_route(&h, demand, 100, 2, down);
    static const char *const nodes[] = {"n1", "n2"};
    for (int i = 0; i < 2; i++) {
        kh_fault *fault = handmade_fault(&h, KH_FAULT_COMPROMISE, nodes[i], NOT_GIVEN, NOT_GIVEN);
        fault->first_h = (20.25 + 20 * i) / S_PER_H;
        fault->duration_h = 30 / S_PER_H;
    }
    return h;
}

/* A key in two shares, `needed` of them enough, delivered at a time of the diamond's run. */
static kh_exposure_counts deliver_shares(double time_s, uint32_t needed)
{
    handmade h = read_diamond();
    kh_engine engine;
    kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
    h.options.duration_s = time_s;
    assert_int_equal(kh_engine_init(&engine, &inputs, h.arena, h.arena, NULL), KH_OK);
    for (bool more = true; more;)
        assert_int_equal(kh_engine_step(&engine, &more, NULL), KH_OK);
    kh_relay_delivery delivery = {.n_routes = 2, .needed = needed, .bits = 256, .issued = kh_ns_from_s(time_s), .counted = true};
    delivery.routes = engine.routing.demands[0].planned;
    engine.relay.watchers[engine.relay.n_watchers - 1].tell(&engine.exposure, &delivery);
    kh_exposure_counts counts = engine.exposure.demands[0];
    handmade_destroy(&h);
    return counts;
}

static void a_key_in_shares_is_exposed_when_as_many_as_make_it_are(void **state)
{
    (void)state;
    kh_exposure_counts counts = deliver_shares(10, 2); /* nobody reads yet */
    assert_true(counts.exposed == 0 && counts.saved == 0);
    counts = deliver_shares(30, 2); /* one share of two */
    assert_true(counts.exposed == 0 && counts.saved == 1);
    counts = deliver_shares(30, 1);
    assert_true(counts.exposed == 1 && counts.saved == 0);
    counts = deliver_shares(45, 2); /* both */
    assert_true(counts.exposed == 1 && counts.saved == 0);
    counts = deliver_shares(60, 2);
    assert_true(counts.exposed == 0 && counts.saved == 1);
}

/* The same with keys that the relay shares over both paths itself: 100 of them, 20 to 50 s in n1, 40 to 70 s in n2. */
static void the_relay_tells_over_which_routes_its_shares_went(void **state)
{
    (void)state;
    for (uint32_t needed = 1; needed <= 2; needed++) {
        handmade h = read_diamond();
        handmade_trust(&h);
        h.net.demands[0].rate_bps = 256;
        h.options.hop_latency_s = 0;
        h.options.routing.disjoint_paths = 2;
        h.options.routing.shares_needed = needed;
        const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
        assert_true(demand->served == 100);
        assert_true(demand->exposure.exposed_keys == (needed == 1 ? 50 : 10));
        assert_true(demand->exposure.saved_keys == (needed == 1 ? 0 : 40));
        handmade_destroy(&h);
    }
}

static void nothing_of_that_name_is_refused(void **state)
{
    (void)state;
    handmade h = read_chain("n7");
    kh_sim_result *result = NULL;
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_pass_a_compromised_relay_are_exposed),
        cmocka_unit_test(keys_of_a_compromised_end_are_counted_apart),
        cmocka_unit_test(a_domain_an_operator_or_a_country_is_all_its_nodes),
        cmocka_unit_test(stored_key_is_thrown_away_when_it_is_found_out),
        cmocka_unit_test(a_key_under_way_when_it_begins_is_exposed_and_one_after_its_end_is_not),
        cmocka_unit_test(a_key_in_shares_is_exposed_when_as_many_as_make_it_are),
        cmocka_unit_test(the_relay_tells_over_which_routes_its_shares_went),
        cmocka_unit_test(nothing_of_that_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

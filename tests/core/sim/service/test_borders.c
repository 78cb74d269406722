/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

/* n0 - n1 - n2 - n3 - n4 of domains home, home, transit, transit, away; one key a second from n0 to n4. */
enum { HOME, TRANSIT, AWAY, DOMAINS };
static const uint32_t all_links[] = {0, 1, 2, 3};

static handmade three_domains(const uint32_t domains[5])
{
    handmade h = handmade_create(5, 4, 2);
    h.net.domains = handmade_check(KH_NEW(h.arena, kh_domain, DOMAINS));
    h.net.n_domains = DOMAINS;
    h.net.domains[TRANSIT].transit_price_per_mbit = 2;
    for (uint32_t i = 0; i < 5; i++)
        h.net.nodes[i].domain.i = domains[i];
    for (uint32_t i = 0; i < 4; i++)
        handmade_link(&h, i, i + 1, 2560)->key_store.initial_keys = 500;
    const kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256, 1);
    handmade_route(&h, demand, demand->rate_bps, 4, all_links);
    return h;
}

static handmade through_transit(void)
{
    static const uint32_t domains[] = {HOME, HOME, TRANSIT, TRANSIT, AWAY};
    return three_domains(domains);
}

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void a_hop_over_a_border_takes_the_hand_over_of_both_domains(void **state)
{
    (void)state;
    handmade h = through_transit();
    h.net.domains[HOME].handover_s = 0.01;
    h.net.domains[TRANSIT].handover_s = 0.1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(is_near(result->demands[0].mean_wait_s, 4 * 0.002 + (0.01 + 0.1) + 0.1));
    h.options.hop_latency_s = 0;
    result = handmade_run(&h);
    assert_true(is_near(result->demands[0].mean_wait_s, (0.01 + 0.1) + 0.1));
    handmade_destroy(&h);
}

static void without_hand_over_times_borders_cost_nothing(void **state)
{
    (void)state;
    handmade h = through_transit();
    uint64_t events = handmade_run(&h)->events;
    h.net.n_domains = 0;
    assert_int_equal(handmade_run(&h)->events, events);
    handmade_destroy(&h);
}

static void a_domain_carries_for_others_what_neither_begins_nor_ends_there(void **state)
{
    (void)state;
    handmade h = through_transit();
    const kh_sim_result *result = handmade_run(&h);
    double served = result->demands[0].served;
    assert_true(served >= 99 && result->n_domains == DOMAINS);
    assert_true(result->domains[TRANSIT].transit_keys == served && result->domains[TRANSIT].transit_bits == 256 * served);
    assert_true(is_near(result->domains[TRANSIT].transit_eur, 256 * served * 1e-6 * 2));
    assert_true(result->domains[HOME].transit_keys == 0 && result->domains[AWAY].transit_keys == 0);
    handmade_destroy(&h);
}

static void border_links_count_the_keys_that_were_handed_over(void **state)
{
    (void)state;
    handmade h = through_transit();
    const kh_sim_result *result = handmade_run(&h);
    double served = result->demands[0].served;
    assert_true(result->links[1].handed_over_keys == served && result->links[3].handed_over_keys == served);
    assert_true(result->links[0].handed_over_keys == 0 && result->links[2].handed_over_keys == 0);
    handmade_destroy(&h);
}

static void a_route_that_comes_back_is_carried_twice(void **state)
{
    (void)state;
    static const uint32_t domains[] = {HOME, TRANSIT, AWAY, TRANSIT, AWAY};
    handmade h = three_domains(domains);
    const kh_sim_result *result = handmade_run(&h);
    double served = result->demands[0].served;
    assert_true(result->domains[TRANSIT].transit_keys == 2 * served && result->domains[AWAY].transit_keys == 0);
    handmade_destroy(&h);
}

static void nodes_without_a_domain_belong_to_nobody(void **state)
{
    (void)state;
    static const uint32_t domains[] = {HOME, KH_NO_INDEX, TRANSIT, KH_NO_INDEX, AWAY};
    handmade h = three_domains(domains);
    h.net.domains[TRANSIT].handover_s = 1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(is_near(result->demands[0].mean_wait_s, 4 * 0.002));
    assert_true(result->domains[TRANSIT].transit_keys == result->demands[0].served);
    for (int i = 0; i < 4; i++)
        assert_true(result->links[i].handed_over_keys == 0);
    handmade_destroy(&h);
}

static void keys_asked_for_before_the_statistics_are_not_carried_in_them(void **state)
{
    (void)state;
    handmade h = through_transit();
    h.net.domains[TRANSIT].handover_s = 3; /* so that some are under way */
    h.options.warm_up_s = 40;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->domains[TRANSIT].transit_keys == result->demands[0].served && result->demands[0].served <= 60);
    handmade_destroy(&h);
}

static void a_run_goes_on_from_its_saved_state_with_the_same_transit(void **state)
{
    (void)state;
    handmade h = through_transit();
    h.net.domains[AWAY].handover_s = 0.5;
    kh_engine_inputs inputs = {&h.net, &h.rates, &h.plan, &h.options};
    kh_engine *engines = handmade_check(KH_NEW(h.arena, kh_engine, 2));
    kh_error err = {0};
    bool more = true;
    assert_int_equal(kh_engine_init(&engines[0], &inputs, h.arena, h.arena, &err), KH_OK);
    assert_int_equal(kh_engine_init(&engines[1], &inputs, h.arena, h.arena, &err), KH_OK);
    for (int i = 0; i < 500 && more; i++)
        assert_int_equal(kh_engine_step(&engines[0], &more, &err), KH_OK);
    kh_state saving = kh_state_saving(h.arena);
    kh_engine_visit(&engines[0], &saving);
    kh_state loading = kh_state_loading(saving.bytes, saving.n, h.arena);
    kh_engine_visit(&engines[1], &loading);
    assert_true(more && loading.status == KH_OK && loading.at == loading.n);
    for (int i = 0; i < 2; i++) {
        for (more = true; more;)
            assert_int_equal(kh_engine_step(&engines[i], &more, &err), KH_OK);
        assert_int_equal(kh_engine_finish(&engines[i], &err), KH_OK);
    }
    assert_memory_equal(engines[0].results[0].domains, engines[1].results[0].domains, DOMAINS * sizeof(kh_sim_domain));
    assert_true(engines[1].results[0].domains[TRANSIT].transit_keys >= 99);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hop_over_a_border_takes_the_hand_over_of_both_domains),
        cmocka_unit_test(without_hand_over_times_borders_cost_nothing),
        cmocka_unit_test(a_domain_carries_for_others_what_neither_begins_nor_ends_there),
        cmocka_unit_test(border_links_count_the_keys_that_were_handed_over),
        cmocka_unit_test(a_route_that_comes_back_is_carried_twice),
        cmocka_unit_test(nodes_without_a_domain_belong_to_nobody),
        cmocka_unit_test(keys_asked_for_before_the_statistics_are_not_carried_in_them),
        cmocka_unit_test(a_run_goes_on_from_its_saved_state_with_the_same_transit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

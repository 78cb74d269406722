/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks and times at the edge of what can be played: nothing there, nothing made, no room, no time. */
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

static void set_routing(handmade *h, int variant)
{
    h->options.routing = (kh_routing_options){.policy = (kh_routing_policy)(variant % 4)};
    if (variant >= 4 && h->options.routing.policy != KH_ROUTING_RESTORE)
        h->options.routing.disjoint_paths = 3;
}

/* With every way to route, and as a fluid. */
static void play(handmade *h, void (*check)(const kh_sim_result *result))
{
    for (int variant = 0; variant < 8; variant++) {
        set_routing(h, variant);
        check(handmade_run(h));
    }
    h->options.routing = (kh_routing_options){0};
    h->options.level = KH_SIM_FLUID;
    check(handmade_run(h));
    h->options.level = KH_SIM_BLOCK;
}

static void check_nothing(const kh_sim_result *result)
{
    assert_int_equal(result->n_links, 0);
    for (size_t i = 0; i < result->n_demands; i++)
        assert_true(result->demands[i].served == 0 && result->demands[i].availability <= 1);
}

static void a_network_without_links_and_demands_is_played(void **state)
{
    (void)state;
    handmade h = handmade_create(1, 1, 1);
    (void)handmade_fault(&h, KH_FAULT_NODE, "all-nodes", 0.01, 0.01);
    h.options.batches = 2;
    h.options.warm_up_s = 10;
    play(&h, check_nothing);
    handmade_destroy(&h);
    handmade none = handmade_create(0, 1, 1);
    play(&none, check_nothing);
    handmade_destroy(&none);
}

static void a_demand_between_nodes_without_links_is_blocked(void **state)
{
    (void)state;
    handmade h = handmade_create(2, 1, 1);
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256, 1);
    demand->between[1].i = 1;
    play(&h, check_nothing);
    assert_true(handmade_run(&h)->demands[0].blocked > 0);
    handmade_destroy(&h);
}

static void check_numbers(const kh_sim_result *result)
{
    for (size_t i = 0; i < result->n_links; i++) {
        const kh_sim_link *link = &result->links[i];
        assert_true(link->up_fraction == 1 && link->delivered_bits == 0 && link->stored_bits == 0 && isfinite(link->lost_bits));
    }
    for (size_t i = 0; i < result->n_demands; i++) {
        const kh_sim_demand *demand = &result->demands[i];
        assert_true(demand->served == 0 && demand->availability >= 0 && demand->availability <= 1);
        assert_true(isnan(demand->mean_wait_s) && isfinite(demand->delivered_bits) && isfinite(demand->requests));
    }
}

/* d0 asks for nothing, d1 for key that is never there. */
static handmade two_demands(double rate_bps, double capacity_keys)
{
    static const uint32_t path[] = {0};
    handmade h = handmade_create(2, 2, 2);
    kh_qkd_link *link = handmade_link(&h, 0, 1, rate_bps);
    link->key_store.capacity_keys = capacity_keys;
    for (int i = 0; i < 2; i++) {
        kh_demand *demand = handmade_demand(&h, KH_USE_OTP, i == 0 ? 0 : 256, 1);
        demand->between[1].i = 1;
        handmade_route(&h, demand, 256, 1, path);
    }
    h.options.late_after_s = 1;
    return h;
}

static void links_that_make_nothing_are_played(void **state)
{
    (void)state;
    handmade h = two_demands(0, 1000);
    play(&h, check_numbers);
    handmade_destroy(&h);
}

static void stores_without_room_are_played(void **state)
{
    (void)state;
    handmade h = two_demands(1000, 0);
    play(&h, check_numbers);
    h.net.qkd_links[0].key_store.refill_below_keys = 0;
    play(&h, check_numbers);
    handmade_destroy(&h);
}

static void assert_refused(handmade *h, const char *why)
{
    kh_sim_result *result = NULL;
    kh_error err = {0};
    assert_int_equal(handmade_try(h, &result, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, why));
}

/* Each batch lasts, so that shares of its time are numbers. */
static void batches_of_no_time_are_refused(void **state)
{
    (void)state;
    handmade h = two_demands(1000, 1000);
    h.options.duration_s = 1e-6;
    h.options.batches = 1000;
    const kh_sim_result *parts = handmade_run(&h);
    for (size_t i = 0; i < h.options.batches; i++)
        assert_true(parts[i].links[0].up_fraction == 1);
    h.options.batches = 1001;
    assert_refused(&h, "batches is 1001");
    h.options = (kh_sim_options){.duration_s = 1, .warm_up_s = 1 - 1e-12};
    assert_refused(&h, "nothing is counted");
    handmade_destroy(&h);
}

static void assert_too_much(handmade *h)
{
    kh_sim_result *result = NULL;
    kh_error err = {0};
    assert_int_equal(handmade_try(h, &result, &err), KH_ELIMIT);
    assert_non_null(strstr(err.message, "play less time"));
}

/* Rather than played for ever. */
static void what_changes_at_once_again_is_refused(void **state)
{
    (void)state;
    handmade h = two_demands(1000, 1000);
    (void)handmade_link(&h, 0, 1, 1000);
    kh_qkd_link_id links[] = {{0}, {1}};
    kh_optical_switch at = {.id = "s", .links = links, .n_links = 2, .dwell_s = 1e-10};
    h.net.optical_switches = &at;
    h.net.n_optical_switches = 1;
    assert_too_much(&h);
    h.net.n_optical_switches = 0;
    kh_device device = {.id = "d", .calibration_every_h = 1e-12, .calibration_min = 1e-14};
    h.net.devices = &device;
    h.net.n_devices = 1;
    assert_too_much(&h);
    h.net.n_devices = 0;
    kh_time_slot slots[] = {{.id = "a", .share = 0.5, .mean_spell_h = 1e-30}, {.id = "b", .share = 0.5, .mean_spell_h = 1}};
    kh_slot_rate rates[] = {{.key_rate_bps = 500}, {.key_rate_bps = 1500}, {.key_rate_bps = 1000}, {.key_rate_bps = 1000}};
    h.net.time_slots = slots;
    h.net.n_time_slots = h.rates.n_slots = 2;
    h.rates.slots = rates;
    assert_too_much(&h);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_without_links_and_demands_is_played),
        cmocka_unit_test(a_demand_between_nodes_without_links_is_blocked),
        cmocka_unit_test(links_that_make_nothing_are_played),
        cmocka_unit_test(stores_without_room_are_played),
        cmocka_unit_test(batches_of_no_time_are_refused),
        cmocka_unit_test(what_changes_at_once_again_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

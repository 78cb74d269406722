/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

static const uint32_t first_link[] = {0}, second_link[] = {1}, both_links[] = {0, 1};

/* Two sites, one link, one periodic demand for `keys_per_s`. */
static handmade one_link(double initial_keys, double rate_bps, double keys_per_s)
{
    handmade h = handmade_create(2, 1, 2);
    handmade_link(&h, 0, 1, rate_bps)->key_store.initial_keys = initial_keys;
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256 * keys_per_s, 1);
    if (keys_per_s > 0)
        handmade_route(&h, demand, demand->rate_bps, 1, first_link);
    return h;
}

/* n0 - n1 - n2 with a demand from end to end. */
static handmade chain(double initial_keys, double rate_bps, double keys_per_s)
{
    handmade h = handmade_create(3, 2, 2);
    handmade_link(&h, 0, 1, rate_bps)->key_store.initial_keys = initial_keys;
    handmade_link(&h, 1, 2, rate_bps)->key_store.initial_keys = initial_keys;
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256 * keys_per_s, 1);
    handmade_route(&h, demand, demand->rate_bps, 2, both_links);
    return h;
}

static void every_request_is_served_where_there_is_key(void **state)
{
    (void)state;
    handmade h = chain(500, 2560, 4);
    const kh_sim_result *result = handmade_run(&h);
    const kh_sim_demand *demand = &result->demands[0];
    assert_true(demand->requests == 400 && demand->blocked == 0 && demand->late == 0);
    assert_true(demand->served >= 399); /* the last may be on its way at the end */
    assert_true(fabs(demand->mean_wait_s - 2 * 0.002) < 1e-12);
    assert_true(demand->availability == 1);
    assert_true(demand->delivered_bits == demand->served * 256);
    assert_true(result->links[0].generated_bits == 2560 * 99);
    assert_true(result->links[1].delivered_bits == 0 && result->links[0].relayed_bits == 0);
    handmade_destroy(&h);
}

static void pqc_and_psk_ask_for_nothing(void **state)
{
    (void)state;
    handmade h = one_link(10, 256, 1);
    h.net.demands[0].security = KH_SECURITY_PQC;
    kh_demand *psk = handmade_demand(&h, KH_USE_AES_256, 256, 1);
    psk->security = KH_SECURITY_PSK;
    const kh_sim_result *result = handmade_run(&h);
    for (int i = 0; i < 2; i++) {
        assert_true(result->demands[i].requests == 0 && result->demands[i].availability == 1);
        assert_true(isnan(result->demands[i].mean_wait_s));
    }
    handmade_destroy(&h);
}

static void a_demand_without_a_route_is_blocked_and_starved(void **state)
{
    (void)state;
    handmade h = one_link(10, 256, 0);
    h.net.demands[0].rate_bps = 2560;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].requests == 1000 && result->demands[0].blocked == 1000);
    assert_true(result->demands[0].availability < 0.002);
    handmade_destroy(&h);
}

static void a_request_waits_for_key_and_then_is_late(void **state)
{
    (void)state;
    handmade h = one_link(0, 0, 0.01); /* one request somewhere in 100 s */
    handmade_blocks(&h, &h.net.qkd_links[0], 256, 99.9);
    h.options.late_after_s = 100;
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_true(demand->requests == 1 && demand->served == 1 && demand->late == 1 && demand->blocked == 0);
    assert_true(fabs(1 - demand->availability - (demand->mean_wait_s - 0.002) / 100) < 1e-9);
    handmade_destroy(&h);
}

static void a_request_that_waits_too_long_is_blocked_and_its_bits_are_lost(void **state)
{
    (void)state;
    handmade h = chain(5, 0, 1);
    h.net.qkd_links[1].key_store.initial_keys = 2;
    h.options.late_after_s = 3;
    const kh_sim_result *result = handmade_run(&h);
    const kh_sim_demand *demand = &result->demands[0];
    assert_true(demand->served == 2);
    assert_true(demand->blocked >= 95); /* those of the last 3 s still wait */
    assert_true(result->links[0].delivered_bits == 2 * 256);
    assert_true(result->links[0].lost_bits == 3 * 256);
    assert_true(result->links[1].relayed_bits == 2 * 256);
    assert_true(demand->availability < 0.05);
    handmade_destroy(&h);
}

static void the_default_deadline_is_the_rekey_period(void **state)
{
    (void)state;
    handmade h = one_link(0, 0, 1);
    kh_demand *demand = &h.net.demands[0];
    demand->use = KH_USE_AES_256;
    demand->encryptors = 8;
    demand->directions = 2;
    demand->rekey_s = 40;
    demand->rate_bps = 16 * 256 / 40.0;
    const kh_sim_demand *result = &handmade_run(&h)->demands[0];
    assert_true(result->requests == 40 || (result->requests > 32 && result->requests < 48)); /* 2.5 periods of 16 */
    h.options.duration_s = 40 + 39;
    result = &handmade_run(&h)->demands[0];
    assert_true(result->blocked < 16 && result->served == 0);
    handmade_destroy(&h);
}

static void a_store_at_rest_makes_no_key_until_it_falls_below_its_refill_level(void **state)
{
    (void)state;
    handmade h = one_link(1000, 2560, 1);
    h.net.qkd_links[0].key_store.refill_below_keys = 950;
    h.options.duration_s = 50;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->links[0].generated_bits == 0);
    h.options.duration_s = 70; /* 51st take at 50 to 51 s, then 10 keys a second against 1 */
    result = handmade_run(&h);
    assert_true(result->links[0].generated_bits > 0 && result->links[0].generated_bits <= 80 * 256);
    assert_true(result->links[0].lowest_bits == 948 * 256 || result->links[0].lowest_bits == 949 * 256);
    handmade_destroy(&h);
}

static void the_reserve_feeds_only_the_highest_priority(void **state)
{
    (void)state;
    handmade h = one_link(100, 0, 1);
    h.net.qkd_links[0].key_store.reserve_keys = 40;
    h.net.demands[0].priority = 1;
    kh_demand *first = handmade_demand(&h, KH_USE_OTP, 256, 1);
    handmade_route(&h, first, 256, 1, first_link);
    h.options.late_after_s = 1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].served == 30);
    assert_true(result->demands[1].served == 70);
    assert_true(result->links[0].lowest_bits == 0);
    handmade_destroy(&h);
}

static void routes_share_in_proportion_to_their_rates(void **state)
{
    (void)state;
    handmade h = handmade_create(2, 2, 1);
    (void)handmade_link(&h, 0, 1, 25600);
    (void)handmade_link(&h, 0, 1, 25600);
    h.net.qkd_links[0].key_store.initial_keys = h.net.qkd_links[1].key_store.initial_keys = 1000;
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256 * 6, 2);
    handmade_route(&h, demand, 256 * 4, 1, first_link);
    handmade_route(&h, demand, 256 * 2, 1, second_link);
    h.options.hop_latency_s = 0;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->links[0].delivered_bits == 400 * 256 && result->links[1].delivered_bits == 200 * 256);
    handmade_destroy(&h);
}

static void keys_fetched_together_are_counted_one_by_one(void **state)
{
    (void)state;
    handmade h = one_link(1000, 0, 4);
    h.options.fetch_s = 5;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].requests == 400 && result->demands[0].served == 400);
    assert_true(result->links[0].delivered_bits == 400 * 256 && result->demands[0].delivered_bits == 400 * 256);
    uint64_t few = result->events;
    h.options.fetch_s = 0;
    assert_true(handmade_run(&h)->events > 10 * few);
    handmade_destroy(&h);
}

static void at_most_a_twentieth_of_the_smallest_store_is_fetched_together(void **state)
{
    (void)state;
    handmade h = chain(0, 0, 10);
    h.net.qkd_links[0].key_store = (kh_store_policy){
        .capacity_keys = 100, .refill_below_keys = NOT_GIVEN, .initial_keys = 100}; /* 5 of these keys are a twentieth */
    h.net.qkd_links[1].key_store.initial_keys = 1000;
    h.options.fetch_s = 60;
    h.options.late_after_s = 1e-9;
    h.options.hop_latency_s = 0;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].requests == 1000 && result->demands[0].served == 100);
    h.plan.demands[0].routes[0].links[0].i = 9;
    kh_sim_result *none = NULL;
    assert_int_equal(handmade_try(&h, &none, NULL), KH_ERANGE);
    handmade_destroy(&h);
}

/* --- faults: one that comes at once and stays for the whole run --- */

static void stored_key_stays_usable_while_the_fibre_is_cut(void **state)
{
    (void)state;
    handmade h = one_link(60, 2560, 1);
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "f0", 1e-9, 1e9);
    h.options.late_after_s = 1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].served == 60);
    assert_true(result->links[0].up_fraction < 1e-6 && result->fibre_cuts == 1);
    assert_true(result->links[0].lost_bits == result->links[0].generated_bits);
    handmade_destroy(&h);
}

static void a_link_that_has_failed_makes_no_key_and_its_store_stays_usable(void **state)
{
    (void)state;
    handmade h = one_link(60, 2560, 1);
    (void)handmade_fault(&h, KH_FAULT_LINK, "q0", 1e-9, 1e9);
    h.options.late_after_s = 1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].served == 60 && result->link_failures == 1 && result->fibre_cuts == 0);
    assert_true(result->links[0].up_fraction < 1e-6 && result->links[0].lost_bits == result->links[0].generated_bits);
    handmade_destroy(&h);
}

static void a_node_that_is_down_relays_nothing(void **state)
{
    (void)state;
    handmade h = chain(1000, 2560, 1);
    (void)handmade_fault(&h, KH_FAULT_NODE, "n1", 1e-9, 1e9);
    h.options.late_after_s = 1;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].served == 0 && result->demands[0].blocked >= 98);
    assert_true(result->links[0].delivered_bits == 0 && result->node_failures == 1);
    handmade_destroy(&h);
}

static void those_who_wait_for_a_node_go_on_when_it_is_back(void **state)
{
    (void)state;
    handmade h = chain(1000, 0, 1);
    (void)handmade_fault(&h, KH_FAULT_NODE, "n1", 20.0 / 3600, 5.0 / 3600);
    h.options.late_after_s = 1000;
    h.options.duration_s = 500;
    const kh_sim_demand *demand = &handmade_run(&h)->demands[0];
    assert_true(demand->blocked == 0 && demand->late > 10 && demand->served >= demand->requests - 30);
    assert_true(demand->availability > 0.6 && demand->availability < 0.95);
    handmade_destroy(&h);
}

static void a_broken_route_gives_its_turn_to_another_planned_one(void **state)
{
    (void)state;
    handmade h = handmade_create(2, 2, 1);
    (void)handmade_link(&h, 0, 1, 25600); /* empty store, and its fibre is cut */
    (void)handmade_link(&h, 0, 1, 25600);
    h.net.qkd_links[1].key_store.initial_keys = 1000;
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256 * 2, 2);
    handmade_route(&h, demand, 256, 1, first_link);
    handmade_route(&h, demand, 256, 1, second_link);
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "f0", 1e-9, 1e9);
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].blocked == 0 && result->demands[0].late == 0 && result->demands[0].served >= 199);
    assert_true(result->links[0].delivered_bits == 0);
    handmade_destroy(&h);
}

static void a_broken_module_lowers_the_rate_by_its_share(void **state)
{
    (void)state;
    handmade h = one_link(0, 4000, 0);
    h.net.qkd_links[0].modules = 4;
    h.net.qkd_links[0].key_store.capacity_keys = 1e6;
    (void)handmade_fault(&h, KH_FAULT_MODULE, "q0", 1e-9, 1e9);
    const kh_sim_result *result = handmade_run(&h);
    assert_int_equal(result->module_failures, 4);
    assert_true(result->links[0].generated_bits == 0 && result->links[0].up_fraction < 1e-6);
    h.net.faults[0].mtbf_h = 1e9;
    assert_true(handmade_run(&h)->links[0].generated_bits == 99 * 4000);
    h.net.faults[0].mtbf_h = h.net.faults[0].mttr_h = 0.1;
    h.options.duration_s = 4e6;
    double share = handmade_run(&h)->links[0].generated_bits / (4000 * 4e6);
    assert_true(fabs(share - 0.5) < 0.01);
    handmade_destroy(&h);
}

static void an_entry_for_one_entity_replaces_the_one_for_all(void **state)
{
    (void)state;
    handmade h = handmade_create(2, 2, 1);
    (void)handmade_link(&h, 0, 1, 256);
    (void)handmade_link(&h, 0, 1, 256);
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "f1", 1e9, 1);
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 1e-9, 1e9);
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->links[0].up_fraction < 1e-6 && result->links[1].up_fraction == 1);
    handmade_destroy(&h);
}

/* --- blocks --- */

static void fractions_of_a_bit_are_carried(void **state)
{
    (void)state;
    handmade h = one_link(0, 2000.3, 0);
    h.options.duration_s = 1001;
    assert_true(fabs(handmade_run(&h)->links[0].generated_bits - 2000300) <= 1);
    handmade_destroy(&h);
}

static void a_slow_link_delivers_whole_keys(void **state)
{
    (void)state;
    handmade h = one_link(0, 2, 0); /* four keys every 512 s */
    h.options.duration_s = 1025;
    assert_true(handmade_run(&h)->links[0].generated_bits == 2048);
    handmade_destroy(&h);
}

static void finite_key_comes_in_blocks_of_all_modules(void **state)
{
    (void)state;
    handmade h = one_link(0, 0, 0);
    h.net.qkd_links[0].modules = 3;
    h.net.qkd_links[0].key_store.capacity_keys = 1e6;
    handmade_blocks(&h, &h.net.qkd_links[0], 12345, 7);
    assert_true(handmade_run(&h)->links[0].generated_bits == 14 * 3 * 12345);
    h.rates.qkd[0].key_rate_bps /= 2; /* the electronics take half */
    assert_true(handmade_run(&h)->links[0].generated_bits == 7 * 3 * 12345);
    handmade_destroy(&h);
}

/* --- the door --- */

static void assert_refused(handmade *h, kh_status expected, const char *word)
{
    kh_error err = {0};
    kh_sim_result *result = NULL;
    assert_int_equal(handmade_try(h, &result, &err), expected);
    assert_null(result);
    if (strstr(err.message, word) == NULL && strstr(err.steps, word) == NULL)
        fail_msg("'%s' is not in: %s%s", word, err.steps, err.message);
}

static void wrong_input_is_refused_with_its_name(void **state)
{
    (void)state;
    handmade h = one_link(10, 256, 1);
    handmade good = h;
    h.options.duration_s = NOT_GIVEN;
    assert_refused(&h, KH_ERANGE, "duration_s");
    h.options = good.options;
    h.options.warm_up_s = 100;
    assert_refused(&h, KH_ERANGE, "warm_up_s");
    h.options = good.options;
    h.options.hop_latency_s = -1;
    assert_refused(&h, KH_ERANGE, "hop_latency_s");
    h.options = good.options;
    h.plan.n_demands = 0;
    assert_refused(&h, KH_ERANGE, "plan");
    h.plan = good.plan;
    h.plan.demands[0].routes[0].links[0].i = 7;
    assert_refused(&h, KH_ERANGE, "'d0'");
    h.plan.demands[0].routes[0].links[0].i = 0;
    h.net.demands[0].key_bits = 0.5;
    assert_refused(&h, KH_ERANGE, "key_bits");
    h.net.demands[0].key_bits = 256;
    h.rates.qkd[0].key_rate_bps = (double)INFINITY;
    assert_refused(&h, KH_ERANGE, "'q0'");
    h.rates.qkd[0].key_rate_bps = 256;
    h.net.qkd_links[0].key_store.capacity_keys = NOT_GIVEN;
    assert_refused(&h, KH_ERANGE, "capacity");
    h.net.qkd_links[0].key_store.capacity_keys = 10;
    (void)handmade_fault(&h, KH_FAULT_NODE, "nowhere", 1, 1);
    assert_refused(&h, KH_ERANGE, "'nowhere'");
    h.net.faults[0].on = "n0";
    h.net.faults[0].mttr_h = 0;
    assert_refused(&h, KH_ERANGE, "mttr");
    handmade_destroy(&h);
}

static void a_run_stops_when_told(void **state)
{
    (void)state;
    handmade h = one_link(10, 256, 1);
    volatile int stop = 1;
    h.options.stop = &stop;
    assert_refused(&h, KH_EINTERRUPTED, "stopped");
    handmade_destroy(&h);
}

static void memory_out_anywhere_is_an_error(void **state)
{
    (void)state;
    handmade h = chain(10, 256, 1);
    kh_sim_result *result = NULL;
    kh_error err;
    kh_status status = KH_ENOMEM;
    uint64_t nth = 0;
    while (status == KH_ENOMEM) {
        kh_arena_fail_after(h.arena, ++nth);
        status = handmade_try(&h, &result, &err);
        assert_true(status == KH_OK || result == NULL);
    }
    assert_int_equal(status, KH_OK);
    assert_true(nth > 4);
    handmade_destroy(&h);
}

/* --- the audit sees what it should --- */

static kh_status run_with_damage(void (*damage)(kh_engine *engine), kh_error *err)
{
    handmade h = chain(500, 2560, 4);
    kh_arena *scratch = kh_arena_create(0);
    kh_engine engine;
    kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
    kh_status status = kh_engine_init(&engine, &inputs, scratch, h.arena, err);
    bool more = true;
    for (int i = 0; status == KH_OK && more; i++) {
        if (i == 500)
            damage(&engine);
        status = kh_engine_step(&engine, &more, err);
    }
    if (status == KH_OK)
        status = kh_engine_finish(&engine, err);
    kh_arena_destroy(scratch);
    handmade_destroy(&h);
    return status;
}

static void do_nothing(kh_engine *engine)
{
    (void)engine;
}

static void add_a_bit(kh_engine *engine)
{
    engine->links.states[1].store.level++;
}

static void overfill(kh_engine *engine)
{
    kh_keystore *store = &engine->links.states[0].store;
    store->generated += store->capacity;
    store->level += store->capacity;
}

static void forget_a_served_key(kh_engine *engine)
{
    engine->relay.ledger.served -= 256;
}

static void lose_a_request(kh_engine *engine)
{
    engine->relay.ledger.taken += 256;
}

static void turn_back_time(kh_engine *engine)
{
    engine->last_time = kh_kernel_now(&engine->kernel) + kh_ns_from_s(50);
}

static void an_audit_finds_every_planted_fault(void **state)
{
    (void)state;
    static const struct {
        void (*damage)(kh_engine *engine);
        const char *law, *where;
    } cases[] = {
        {add_a_bit, "initial + generated = delivered", "'q1'"},   {overfill, "0 <= level <= capacity", "'q0'"},
        {forget_a_served_key, "bits taken = served", "requests"}, {lose_a_request, "bits taken = served", "requests"},
        {turn_back_time, "time never goes back", "event"},
    };
    kh_error err = {0};
    assert_int_equal(run_with_damage(do_nothing, &err), KH_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(run_with_damage(cases[i].damage, &err), KH_EINTERNAL);
        assert_non_null(strstr(err.message, cases[i].law));
        assert_non_null(strstr(err.message, cases[i].where));
        assert_non_null(strstr(err.message, "t = "));
    }
}

/* Its shares would be told as keys. */
static void a_secret_plan_is_refused_with_what_to_take_instead(void **state)
{
    (void)state;
    for (int kind = KH_SECRECY_NONE; kind <= KH_SECRECY_COALITIONS; kind++) {
        handmade h = one_link(10, 256, 1);
        kh_sim_result *result = NULL;
        kh_error err = {0};
        h.plan.secrecy.kind = (kh_secrecy)kind;
        assert_int_equal(handmade_try(&h, &result, &err), kind == KH_SECRECY_NONE ? KH_OK : KH_ERANGE);
        if (kind != KH_SECRECY_NONE)
            assert_non_null(strstr(err.message, "disjoint_paths"));
        handmade_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_is_served_where_there_is_key),
        cmocka_unit_test(pqc_and_psk_ask_for_nothing),
        cmocka_unit_test(a_demand_without_a_route_is_blocked_and_starved),
        cmocka_unit_test(a_request_waits_for_key_and_then_is_late),
        cmocka_unit_test(a_request_that_waits_too_long_is_blocked_and_its_bits_are_lost),
        cmocka_unit_test(the_default_deadline_is_the_rekey_period),
        cmocka_unit_test(a_store_at_rest_makes_no_key_until_it_falls_below_its_refill_level),
        cmocka_unit_test(the_reserve_feeds_only_the_highest_priority),
        cmocka_unit_test(routes_share_in_proportion_to_their_rates),
        cmocka_unit_test(keys_fetched_together_are_counted_one_by_one),
        cmocka_unit_test(at_most_a_twentieth_of_the_smallest_store_is_fetched_together),
        cmocka_unit_test(stored_key_stays_usable_while_the_fibre_is_cut),
        cmocka_unit_test(a_link_that_has_failed_makes_no_key_and_its_store_stays_usable),
        cmocka_unit_test(a_node_that_is_down_relays_nothing),
        cmocka_unit_test(those_who_wait_for_a_node_go_on_when_it_is_back),
        cmocka_unit_test(a_broken_route_gives_its_turn_to_another_planned_one),
        cmocka_unit_test(a_broken_module_lowers_the_rate_by_its_share),
        cmocka_unit_test(an_entry_for_one_entity_replaces_the_one_for_all),
        cmocka_unit_test(fractions_of_a_bit_are_carried),
        cmocka_unit_test(a_slow_link_delivers_whole_keys),
        cmocka_unit_test(finite_key_comes_in_blocks_of_all_modules),
        cmocka_unit_test(wrong_input_is_refused_with_its_name),
        cmocka_unit_test(a_secret_plan_is_refused_with_what_to_take_instead),
        cmocka_unit_test(a_run_stops_when_told),
        cmocka_unit_test(memory_out_anywhere_is_an_error),
        cmocka_unit_test(an_audit_finds_every_planted_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

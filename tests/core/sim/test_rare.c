/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rare outages: what is refused, and outages frequent enough to be met by a plain run too. */
#include "core/sim/rare.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

enum { KEY = 25600 };
static const double BPS = 20;

/* A link that is cut now and then, with key for two hours; and as much at the pair's own store, if it has one. */
static handmade one_link(double pair_hours)
{
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 2 * BPS);
    handmade_blocks(&h, link, KEY, KEY / (2 * BPS));
    link->key_store.capacity_keys = link->key_store.initial_keys = round(2 * 3600 * BPS / KH_KEY_BITS);
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, BPS, 1);
    demand->key_bits = KEY;
    demand->key_store.capacity_keys = demand->key_store.initial_keys = round(pair_hours * 3600 * BPS / KEY) * KEY / KH_KEY_BITS;
    demand->key_store.refill_below_keys = demand->key_store.capacity_keys;
    handmade_route(&h, demand, BPS, 1, (uint32_t[]){0});
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 10, 1);
    h.options = (kh_sim_options){.duration_s = 100 * 86400, .warm_up_s = 86400, .seed = 1, .faults = true};
    return h;
}

static kh_rare_options options_of(const handmade *h)
{
    return (kh_rare_options){.sim = h->options, .demand = {0}, .runs_per_stage = 100, .repetitions = 8};
}

static void assert_refused(const handmade *h, const kh_rare_options *options, kh_status status, const char *why)
{
    kh_rare_result result = {0};
    kh_error err = {0};
    assert_int_equal(kh_rare_run(&h->net, &h->rates, &h->plan, options, &result, &err), status);
    assert_non_null(strstr(err.message, why));
    assert_int_equal(result.events, 0);
}

static void options_that_cannot_be_played_are_refused(void **state)
{
    (void)state;
    handmade h = one_link(0);
    kh_rare_options options = options_of(&h);
    options.sim.level = KH_SIM_FLUID;
    assert_refused(&h, &options, KH_ERANGE, "block level");
    options = options_of(&h);
    options.demand.i = 1;
    assert_refused(&h, &options, KH_ERANGE, "no demand 1");
    options = options_of(&h);
    options.repetitions = 1;
    assert_refused(&h, &options, KH_ERANGE, "at least 10 and 2");
    options = options_of(&h);
    h.plan.demands[0].n_routes = 0;
    assert_refused(&h, &options, KH_INFEASIBLE, "no route");
    handmade_destroy(&h);
}

/* The interval of a plain run of many years is too narrow to matter. */
static void assert_as_a_plain_run(double pair_hours)
{
    handmade h = one_link(pair_hours);
    kh_rare_options options = options_of(&h);
    kh_rare_result found = {0};
    kh_error err = {0};
    assert_int_equal(kh_rare_run(&h.net, &h.rates, &h.plan, &options, &found, &err), KH_OK);
    h.options.duration_s = 40 * 365 * 86400.0;
    double starved = 1 - handmade_run(&h)->demands[0].availability;
    print_message("%.4g +- %.2g, %.4g in a plain run\n", found.starved_share.mean, found.starved_share.half_width_95, starved);
    assert_true(found.starved_share.half_width_95 < 0.5 * starved);
    assert_true(fabs(found.starved_share.mean - starved) < 1.3 * found.starved_share.half_width_95); /* 99 % */
    handmade_destroy(&h);
}

static void outages_are_as_long_as_in_a_plain_run(void **state)
{
    (void)state;
    assert_as_a_plain_run(0);
}

/* With a store of its own a pair does without key only when that is empty too. */
static void outages_of_a_pair_with_a_store_are_those_of_its_users(void **state)
{
    (void)state;
    assert_as_a_plain_run(1);
}

static void mirrored_repetitions_are_not_taken_for_independent_ones(void **state)
{
    (void)state;
    handmade h = one_link(0);
    kh_rare_options options = options_of(&h);
    kh_rare_result results[2];
    memset(results, 0, sizeof results);
    kh_error err = {0};
    for (int i = 0; i < 2; i++) {
        options.sim.antithetic = i == 1;
        assert_int_equal(kh_rare_run(&h.net, &h.rates, &h.plan, &options, &results[i], &err), KH_OK);
    }
    assert_memory_equal(&results[0], &results[1], sizeof results[0]);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_that_cannot_be_played_are_refused),
        cmocka_unit_test(outages_are_as_long_as_in_a_plain_run),
        cmocka_unit_test(outages_of_a_pair_with_a_store_are_those_of_its_users),
        cmocka_unit_test(mirrored_repetitions_are_not_taken_for_independent_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

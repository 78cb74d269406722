/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/rush.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const double S_PER_H = 3600;

/* Two demands of a key a second over one link with key for all; a rush from 20.5 s to 50.5 s of 100 s. */
static handmade rush_of(kh_use use, const char *on, double factor)
{
    handmade h = handmade_create(2, 1, 2);
    static const uint32_t path[] = {0};
    handmade_link(&h, 0, 1, 0)->key_store.initial_keys = 1000;
    for (int i = 0; i < 2; i++) {
        kh_demand *demand = handmade_demand(&h, use, 256, 1);
        demand->rekey_s = 1;
        handmade_route(&h, demand, demand->rate_bps, 1, path);
    }
    kh_fault *fault = handmade_fault(&h, KH_FAULT_FLASH_DEMAND, on, NOT_GIVEN, NOT_GIVEN);
    fault->first_h = 20.5 / S_PER_H;
    fault->duration_h = 30 / S_PER_H;
    fault->factor = factor;
    return h;
}

static void one_demand_asks_so_many_times_as_often_in_the_rush(void **state)
{
    (void)state;
    static const kh_use uses[] = {KH_USE_OTP, KH_USE_AES_256};
    for (int i = 0; i < 2; i++) {
        handmade h = rush_of(uses[i], "d0", 4);
        const kh_sim_result *result = handmade_run(&h);
        assert_true(result->flash_demands == 1);
        assert_true(result->demands[0].requests == 70 + 30 * 4 && result->demands[1].requests == 100);
        handmade_destroy(&h);
    }
}

static void a_calm_is_a_rush_with_a_factor_below_one(void **state)
{
    (void)state;
    handmade h = rush_of(KH_USE_OTP, "all-demands", 0.1);
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].requests == 73 && result->demands[1].requests == 73);
    handmade_destroy(&h);
}

static void rushes_that_overlap_multiply(void **state)
{
    (void)state;
    handmade h = rush_of(KH_USE_OTP, "all-demands", 2);
    kh_fault *other = handmade_fault(&h, KH_FAULT_FLASH_DEMAND, "d1", NOT_GIVEN, NOT_GIVEN);
    other->first_h = 30.5 / S_PER_H;
    other->duration_h = 10 / S_PER_H;
    other->factor = 3;
    const kh_sim_result *result = handmade_run(&h);
    assert_true(result->demands[0].requests == 130 && result->demands[1].requests == 130 + 10 * 4);
    handmade_destroy(&h);
}

/* The next request, drawn before, comes sooner too: a demand of one request in hours feels a rush of minutes. */
static void a_rare_request_that_is_pending_comes_sooner(void **state)
{
    (void)state;
    handmade h = rush_of(KH_USE_OTP, "d0", 2000);
    h.net.demands[0].rate_bps = 256 / 1000.0;
    assert_true(handmade_run(&h)->demands[0].requests >= 60); /* 30 s of rush are 60 000 s */
    assert_true(handmade_run(&h)->demands[0].requests <= 61);
    handmade_destroy(&h);
}

static double requests_by(handmade *h, double end_s)
{
    h->options.duration_s = end_s;
    return handmade_run(h)->demands[0].requests;
}

/* 20.5 s at 1/s, then 3 times as fast: what comes by 20.5 + t comes by 20.5 + 3 t without the rush. */
static void random_times_are_the_same_numbers_run_through_faster(void **state)
{
    (void)state;
    handmade rush = rush_of(KH_USE_KEY, "d0", 3), calm = rush_of(KH_USE_KEY, "d0", 3);
    calm.options.faults = false;
    for (double t_s = 0.1; t_s < 29; t_s += 0.7)
        assert_true(requests_by(&rush, 20.5 + t_s) == requests_by(&calm, 20.5 + 3 * t_s));
    handmade_destroy(&rush);
    handmade_destroy(&calm);
}

/* Four hours of a rush are 456 years of the demand's own time, and bring key for as many: more than 63 bits of nanoseconds. */
static void a_rush_may_be_longer_than_time_lasts(void **state)
{
    (void)state;
    static const kh_use uses[] = {KH_USE_OTP, KH_USE_AES_256, KH_USE_KEY};
    for (int i = 0; i < 3; i++) {
        handmade h = rush_of(uses[i], "d0", 1e6);
        kh_store_policy *store = &h.net.qkd_links[0].key_store;
        store->capacity_keys = store->initial_keys = 1e6;
        h.net.demands[0].rate_bps = 256 / 1e5;
        h.net.faults[0].duration_h = 4;
        h.options.duration_s = 5 * S_PER_H;
        h.options.audit = false;
        const kh_sim_demand *found = &handmade_run(&h)->demands[0];
        assert_true(fabs(found->requests - 144000) < (uses[i] == KH_USE_KEY ? 1500 : 2));
        assert_true(found->served == found->requests);
        assert_true(uses[i] != KH_USE_AES_256 || found->encryptors.fresh > 0.99);
        assert_true(uses[i] != KH_USE_OTP || found->pads.starved < 0.01);
        handmade_destroy(&h);
    }
}

static void a_factor_of_nothing_is_refused(void **state)
{
    (void)state;
    handmade h = rush_of(KH_USE_OTP, "d0", 0);
    kh_sim_result *result = NULL;
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    h.net.faults[0].factor = 2;
    h.net.faults[0].on = "d7";
    assert_int_equal(handmade_try(&h, &result, NULL), KH_ERANGE);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_demand_asks_so_many_times_as_often_in_the_rush),
        cmocka_unit_test(a_calm_is_a_rush_with_a_factor_below_one),
        cmocka_unit_test(rushes_that_overlap_multiply),
        cmocka_unit_test(a_rare_request_that_is_pending_comes_sooner),
        cmocka_unit_test(random_times_are_the_same_numbers_run_through_faster),
        cmocka_unit_test(a_rush_may_be_longer_than_time_lasts),
        cmocka_unit_test(a_factor_of_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

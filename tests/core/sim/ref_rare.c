/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Importance splitting against the closed form of a store that is filled while its link is up and drained while it is down. */
#include "core/sim/rare.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

#include <math.h>
#include <string.h>

enum { KEY = 2560 };
static const double NET_UP_BPS = 20, NET_DOWN_BPS = 20, MTBF_H = 10, MTTR_H = 1;

/* The key store of one link: one key every KEY / NET_DOWN_BPS seconds is asked for. */
static handmade one_link(double hours)
{
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, NET_UP_BPS + NET_DOWN_BPS);
    handmade_blocks(&h, link, KEY, KEY / (NET_UP_BPS + NET_DOWN_BPS));
    link->key_store.capacity_keys = link->key_store.initial_keys = round(hours * 3600 * NET_DOWN_BPS / KH_KEY_BITS);
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, NET_DOWN_BPS, 1);
    demand->key_bits = KEY;
    handmade_route(&h, demand, NET_DOWN_BPS, 1, (uint32_t[]){0});
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", MTBF_H, MTTR_H);
    h.options.audit = false;
    h.options.hop_latency_s = 0;
    h.options.series_points = 0;
    return h;
}

/* Fluid store with outages (Markov-modulated fluid: rates al and be of failure and repair, net a up and -d down, capacity C):
 * time empty = M0 / (M0 + Mc + (1 + a / d) I), M0 = a / be, Mc = a exp(-z C) / al, I = (1 - exp(-z C)) / z, z = al / a - be / d. */
static double time_empty(double hours)
{
    double al = 1 / MTBF_H, be = 1 / MTTR_H, a = NET_UP_BPS * 3600, d = NET_DOWN_BPS * 3600, c = hours * 3600 * NET_DOWN_BPS;
    double z = al / a - be / d, m0 = a / be, mc = a * exp(-z * c) / al, i = (1 - exp(-z * c)) / z;
    return m0 / (m0 + mc + (1 + a / d) * i);
}

static void assert_within(kh_estimate e, double expected, double widest)
{
    print_message("%.4g +- %.2g, %.4g expected\n", e.mean, e.half_width_95, expected);
    assert_true(e.half_width_95 < widest * expected);
    assert_true(fabs(e.mean - expected) < 1.3 * e.half_width_95); /* 99 % */
}

static kh_rare_result find_outages(double hours, double days)
{
    handmade h = one_link(hours);
    kh_rare_options options = {.sim = h.options, .demand = {0}, .runs_per_stage = 200, .repetitions = 10};
    options.sim.duration_s = days * 86400;
    options.sim.warm_up_s = 10 * 86400;
    kh_rare_result result = {0};
    kh_error err = {0};
    kh_status status = kh_rare_run(&h.net, &h.rates, &h.plan, &options, &result, &err);
    if (status != KH_OK)
        print_message("%s\n", err.message);
    assert_int_equal(status, KH_OK);
    for (size_t i = 0; i < result.n_stages; i++)
        print_message("  threshold %.3f passed %.4g\n", result.thresholds[i], result.passed[i]);
    print_message("  %.3g events\n", (double)result.events);
    handmade_destroy(&h);
    return result;
}

static void outages_are_as_frequent_as_the_closed_form_says(void **state)
{
    (void)state;
    static const double hours[] = {6, 14};
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        kh_rare_result found = find_outages(hours[i], 200);
        double empty = time_empty(hours[i]);
        assert_within(found.starved_share, empty, 0.5);
        assert_within(found.outages_per_year, empty / MTTR_H * 8760, 0.5); /* each ends with the repair */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outages_are_as_frequent_as_the_closed_form_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

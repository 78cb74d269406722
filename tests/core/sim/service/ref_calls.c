/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls on a number of lines against Erlang and Engset. Seeds are fixed, so a test passes or fails for good. */
#include "tests/core/sim/handmade.h"
#include "tests/core/sim/service/control.h"

/* Calls of a mean of one second over a link with all the key that they may want. */
static handmade exchange(kh_calls calls, double duration_s)
{
    static const uint32_t path[] = {0};
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 0);
    link->key_store.capacity_keys = link->key_store.initial_keys = 1e9;
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256, 1);
    demand->between[1].i = 1;
    demand->calls = calls;
    demand->calls.mean_s = 1;
    handmade_route(&h, demand, 256, 1, path);
    h.options.hop_latency_s = 0;
    h.options.duration_s = duration_s;
    h.options.warm_up_s = 20;
    h.options.audit = false;
    return h;
}

static double call_congestion(const kh_sim_calls *calls)
{
    return calls->without_line / calls->offered;
}

static double time_congestion(const kh_sim_calls *calls)
{
    return calls->all_busy;
}

/* The control is the rate of arrivals. */
static void assert_agrees(handmade h, double (*of)(const kh_sim_calls *), double rate_per_s, double truth, double widest)
{
    control_sample sample;
    for (uint64_t i = 0; i < CONTROL_RUNS; i++) {
        h.options.seed = 500 + i;
        const kh_sim_calls *calls = &handmade_run(&h)->demands[0].calls;
        sample.values[i] = of(calls);
        sample.controls[i] = calls->offered / (h.options.duration_s - h.options.warm_up_s);
    }
    handmade_destroy(&h);
    control_assert(control_estimate(&sample, rate_per_s), truth, widest);
}

/* Erlang's B: E_0 = 1, E_i = a E_(i-1) / (i + a E_(i-1)). */
static double erlang_b(double a, int lines)
{
    double e = 1;
    for (int i = 1; i <= lines; i++)
        e = a * e / (i + a * e);
    return e;
}

/* Engset, blocking of calls of n sources: C(n-1, c) al^c / sum over i <= c of C(n-1, i) al^i. With n + 1 for n: of time. */
static double engset(int n, int lines, double al)
{
    double term = 1, sum = 1;
    for (int i = 1; i <= lines; i++) {
        term *= al * (n - i) / i;
        sum += term;
    }
    return term / sum;
}

/* Calls a second of n sources that call al times a second while idle: p_i ~ C(n, i) al^i, i <= c. */
static double engset_rate(int n, int lines, double al)
{
    double term = 1, sum = 1, busy = 0;
    for (int i = 1; i <= lines; i++) {
        term *= al * (n + 1 - i) / i;
        sum += term;
        busy += i * term;
    }
    return al * (n - busy / sum);
}

static const kh_calls EIGHT_ERLANG = {.per_h = 8 * 3600, .lines = 10};

static void exponential_calls_are_blocked_as_erlang_says(void **state)
{
    (void)state;
    assert_true(fabs(erlang_b(8, 10) - 0.12166) < 5e-6);
    assert_agrees(exchange(EIGHT_ERLANG, 12000), call_congestion, 8, erlang_b(8, 10), 6e-4);
}

static void calls_of_a_fixed_length_are_blocked_alike(void **state)
{
    (void)state;
    kh_calls calls = EIGHT_ERLANG;
    calls.law = KH_LAW_FIXED;
    assert_agrees(exchange(calls, 12000), call_congestion, 8, erlang_b(8, 10), 6e-4);
}

static void poisson_calls_see_lines_busy_as_time_does(void **state)
{
    (void)state;
    assert_agrees(exchange(EIGHT_ERLANG, 3000), time_congestion, 8, erlang_b(8, 10), 1.5e-3);
}

static void calls_of_few_sources_are_blocked_as_engset_says(void **state)
{
    (void)state;
    assert_true(fabs(engset(20, 5, 0.2) - 0.12693) < 5e-6);
    const kh_calls calls = {.per_h = 0.2 * 3600, .lines = 5, .sources = 20};
    assert_agrees(exchange(calls, 25000), call_congestion, engset_rate(20, 5, 0.2), engset(20, 5, 0.2), 6e-4);
    assert_agrees(exchange(calls, 5000), time_congestion, engset_rate(20, 5, 0.2), engset(21, 5, 0.2), 1.5e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponential_calls_are_blocked_as_erlang_says),
        cmocka_unit_test(calls_of_a_fixed_length_are_blocked_alike),
        cmocka_unit_test(poisson_calls_see_lines_busy_as_time_does),
        cmocka_unit_test(calls_of_few_sources_are_blocked_as_engset_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

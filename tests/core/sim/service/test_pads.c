/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/traffic.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const uint32_t one_link[] = {0};

/* A stream of one portion a second over a link that makes @p portions at once every @p every_s seconds. */
static handmade stream(double portions, double every_s, double duration_s)
{
    handmade h = handmade_create(2, 1, 1);
    handmade_blocks(&h, handmade_link(&h, 0, 1, 1), 256 * portions, every_s);
    kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 256, 1);
    handmade_route(&h, demand, 256, 1, one_link);
    h.options.hop_latency_s = 0;
    h.options.duration_s = duration_s;
    h.options.late_after_s = 1000;
    return h;
}

static double phase_s(const handmade *h)
{
    kh_traffic traffic;
    assert_int_equal(kh_traffic_init(&traffic, &h->net.demands[0], h->options.seed, h->arena, NULL), KH_OK);
    return kh_s_from_ns(traffic.phases[0]);
}

/* All that is made by 10 s goes to those who wait since the phase: five seconds of pad, then a gap until 20 s, and so on. */
static void a_stream_is_starved_while_its_pad_is_out(void **state)
{
    (void)state;
    handmade h = stream(5, 10, 30);
    double phase = phase_s(&h);
    const kh_sim_pads *pads = &handmade_run(&h)->demands[0].pads;
    assert_true(fabs(pads->starved * 30 - (10 - phase + 5 + 5)) < 1e-8);
    assert_true(fabs(pads->longest_gap_s - (10 - phase)) < 1e-8);
    handmade_destroy(&h);
}

static void a_gap_counts_from_the_end_of_the_warm_up(void **state)
{
    (void)state;
    handmade h = stream(5, 10, 30);
    h.options.warm_up_s = 8;
    const kh_sim_pads *pads = &handmade_run(&h)->demands[0].pads;
    assert_true(fabs(pads->starved * 22 - (2 + 5 + 5)) < 1e-8);
    assert_true(fabs(pads->longest_gap_s - 5) < 1e-8);
    handmade_destroy(&h);
}

/* In the long run as much is starved as is not made. */
static void a_link_at_half_the_rate_starves_half_of_the_time(void **state)
{
    (void)state;
    handmade h = stream(7, 14, 140000);
    h.net.demands[0].rate_bps = 256.0 * 7 / 7.3; /* portions that are no whole number of nanoseconds */
    h.options.late_after_s = 30;
    h.options.audit = false;
    const kh_sim_pads *pads = &handmade_run(&h)->demands[0].pads;
    assert_true(fabs(pads->starved - (1 - 0.5 * 7.3 / 7)) < 2e-4);
    assert_true(pads->longest_gap_s < 14);
    handmade_destroy(&h);
}

static void a_stream_with_enough_key_is_never_starved(void **state)
{
    (void)state;
    handmade h = stream(100, 5, 5000);
    h.net.qkd_links[0].key_store.initial_keys = 100;
    h.net.demands[0].rate_bps = 256.0 * 7 / 7.3;
    const kh_sim_pads *pads = &handmade_run(&h)->demands[0].pads;
    assert_true(pads->starved == 0 && pads->longest_gap_s == 0);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_starved_while_its_pad_is_out),
        cmocka_unit_test(a_gap_counts_from_the_end_of_the_warm_up),
        cmocka_unit_test(a_link_at_half_the_rate_starves_half_of_the_time),
        cmocka_unit_test(a_stream_with_enough_key_is_never_starved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/service/traffic.h"

#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { LONG_RUN = 100000 };

static int set_up(void **state)
{
    *state = kh_arena_create(0);
    return *state == NULL;
}

static int tear_down(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

static kh_demand demand_of(kh_use use, double rate_bps)
{
    return (kh_demand){.id = "d", .use = use, .rate_bps = rate_bps, .key_bits = 256, .encryptors = 1, .directions = 1};
}

static kh_traffic traffic_of(const kh_demand *demand, kh_arena *arena)
{
    kh_traffic traffic;
    assert_int_equal(kh_traffic_init(&traffic, demand, 7, arena, NULL), KH_OK);
    return traffic;
}

static void encryptors_change_keys_once_a_period_each_at_its_phase(void **state)
{
    kh_demand demand = demand_of(KH_USE_AES_256, 12 * 2 * 256 / 60.0);
    demand.encryptors = 12;
    demand.directions = 2;
    kh_traffic traffic = traffic_of(&demand, *state);
    assert_int_equal(traffic.keys_at_once, 2);
    kh_ns first[12], last = -1;
    for (int i = 0; i < 12; i++) {
        first[i] = kh_traffic_next(&traffic);
        assert_true(first[i] >= last && first[i] < kh_ns_from_s(60));
        last = first[i];
    }
    assert_true(first[11] > first[0]);
    for (kh_ns period = 1; period < 10000; period++)
        for (int i = 0; i < 12; i++)
            assert_true(kh_traffic_next(&traffic) == first[i] + period * kh_ns_from_s(60));
}

static void a_pad_is_asked_for_evenly_and_its_rate_is_exact(void **state)
{
    kh_demand demand = demand_of(KH_USE_OTP, 3e8); /* 853.33 ns between portions */
    kh_traffic traffic = traffic_of(&demand, *state);
    kh_ns first = kh_traffic_next(&traffic), now = first;
    for (int i = 0; i < LONG_RUN; i++) {
        kh_ns next = kh_traffic_next(&traffic);
        assert_true(next - now == 853 || next - now == 854);
        now = next;
    }
    assert_true(llabs(now - first - (kh_ns)(LONG_RUN * 256.0 / 3e8 * 1e9)) <= 1);
}

static void keys_are_asked_for_at_random_with_the_right_mean_and_variance(void **state)
{
    kh_demand demand = demand_of(KH_USE_KEY, 512);
    kh_traffic traffic = traffic_of(&demand, *state);
    double squares = 0;
    kh_ns now = 0;
    for (int i = 0; i < LONG_RUN; i++) {
        kh_ns next = kh_traffic_next(&traffic);
        assert_true(next >= now);
        double gap_s = kh_s_from_ns(next - now);
        squares += gap_s * gap_s;
        now = next;
    }
    assert_true(fabs(kh_s_from_ns(now) / LONG_RUN - 0.5) < 0.005);
    assert_true(fabs(squares / LONG_RUN - 0.5) < 0.02); /* E x^2 = 2 mean^2 */
}

static void nothing_is_asked_for_without_a_rate_or_without_qkd(void **state)
{
    kh_demand demand = demand_of(KH_USE_KEY, 0);
    assert_int_equal(traffic_of(&demand, *state).keys_at_once, 0);
    demand = demand_of(KH_USE_AES_256, 512);
    demand.security = KH_SECURITY_PSK;
    assert_int_equal(traffic_of(&demand, *state).keys_at_once, 0);
}

static void what_cannot_be_played_is_refused(void **state)
{
    kh_traffic traffic = {.keys_at_once = 77};
    kh_demand demand = demand_of(KH_USE_OTP, 1e12);
    assert_int_equal(kh_traffic_init(&traffic, &demand, 1, *state, NULL), KH_ERANGE);
    demand = demand_of(KH_USE_AES_256, 256);
    demand.encryptors = 1.5;
    assert_int_equal(kh_traffic_init(&traffic, &demand, 1, *state, NULL), KH_ERANGE);
    demand = demand_of(KH_USE_KEY, 256);
    demand.key_bits = NOT_GIVEN;
    assert_int_equal(kh_traffic_init(&traffic, &demand, 1, *state, NULL), KH_ERANGE);
    assert_int_equal(traffic.keys_at_once, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(encryptors_change_keys_once_a_period_each_at_its_phase, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pad_is_asked_for_evenly_and_its_rate_is_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_are_asked_for_at_random_with_the_right_mean_and_variance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_asked_for_without_a_rate_or_without_qkd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_played_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits at a key management server against M/D/1, M/M/1 and Pollaczek-Khinchine. Seeds are fixed, so a test passes or fails for
 * good. */
#include "tests/core/sim/service/control.h"
#include "tests/core/sim/service/queue.h"

static void assert_waits(kh_law law, double load, double duration_s, double widest_s)
{
    control_sample sample;
    handmade h = queue_create(law, load, duration_s);
    for (uint64_t i = 0; i < CONTROL_RUNS; i++) {
        h.options.seed = 300 + i;
        const kh_sim_kms *kms = &handmade_run(&h)->demands[0].kms;
        sample.values[i] = kms->mean_wait_s;
        sample.controls[i] = kms->busy;
    }
    handmade_destroy(&h);
    control_assert(control_estimate(&sample, load), queue_formula_s(law, load), widest_s);
}

static void a_fixed_service_makes_an_m_d_1_queue(void **state)
{
    (void)state;
    assert_waits(KH_LAW_FIXED, 0.8, 170000, 0.011);
}

static void an_exponential_service_makes_an_m_m_1_queue(void **state)
{
    (void)state;
    assert_waits(KH_LAW_EXPONENTIAL, 0.8, 200000, 0.027);
}

static void waits_follow_pollaczek_and_khinchine_at_other_loads(void **state)
{
    (void)state;
    assert_waits(KH_LAW_FIXED, 0.3, 40000, 0.002);
    assert_waits(KH_LAW_EXPONENTIAL, 0.5, 80000, 0.01);
}

static void a_server_works_for_the_share_of_its_load(void **state)
{
    (void)state;
    handmade h = queue_create(KH_LAW_FIXED, 0.8, 200000);
    const kh_sim_kms *kms = &handmade_run(&h)->demands[0].kms;
    assert_true(fabs(kms->busy - 0.8) < 0.01);
    assert_true(fabs(kms->requests - 0.8 * 199000) < 4 * sqrt(0.8 * 199000));
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fixed_service_makes_an_m_d_1_queue),
        cmocka_unit_test(an_exponential_service_makes_an_m_m_1_queue),
        cmocka_unit_test(waits_follow_pollaczek_and_khinchine_at_other_loads),
        cmocka_unit_test(a_server_works_for_the_share_of_its_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

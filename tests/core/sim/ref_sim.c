/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms that a block-level engine has to reproduce: textbook queueing and renewal theory. Seeds are fixed, so a test passes
 * or fails for good; the truth must lie within twice the 95 % half-width (about four standard errors), and that must be narrow. */
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { REPLICATIONS = 20 };

typedef double (*quantity)(const kh_sim_result *result);

static kh_estimate replicate(handmade *h, quantity of)
{
    double values[REPLICATIONS];
    for (uint64_t i = 0; i < REPLICATIONS; i++) {
        h->options.seed = 100 + i;
        values[i] = of(handmade_run(h));
    }
    return kh_estimate_of(values, REPLICATIONS);
}

static void assert_agrees(kh_estimate estimate, double truth, double widest)
{
    if (!(fabs(estimate.mean - truth) <= 2 * estimate.half_width_95 && estimate.half_width_95 <= widest))
        fail_msg("%.6f +- %.6f, the closed form gives %.6f", estimate.mean, estimate.half_width_95, truth);
}

static double up_of_first_link(const kh_sim_result *result)
{
    return result->links[0].up_fraction;
}

static double wait_s(const kh_sim_result *result)
{
    return result->demands[0].mean_wait_s;
}

/* Availability of an alternating renewal process, any repair law. Fibres: 100 km at 2.5 h per 1000 km are 25 h. */
static void a_link_is_up_for_mtbf_of_mtbf_plus_mttr(void **state)
{
    (void)state;
    handmade h = handmade_create(2, 1, 1);
    (void)handmade_link(&h, 0, 1, 0);
    kh_fault *fault = handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", NOT_GIVEN, 1);
    fault->mtbf_h_per_1000km = 2.5;
    h.options.duration_s = 3600.0 * 26 * 4000;
    assert_agrees(replicate(&h, up_of_first_link), 25.0 / 26, 5e-4);
    handmade_destroy(&h);
}

/* Two end nodes in series with two fibres: independent, so availabilities multiply. */
static void a_link_is_up_only_while_all_its_parts_are(void **state)
{
    (void)state;
    handmade h = handmade_create(2, 2, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 0);
    (void)handmade_link(&h, 0, 1, 0);
    static kh_fibre_id both[] = {{0}, {1}};
    link->via = both;
    link->n_via = 2;
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 25, 1);
    (void)handmade_fault(&h, KH_FAULT_NODE, "all-nodes", 9, 1);
    h.options.duration_s = 3600.0 * 26 * 2000;
    assert_agrees(replicate(&h, up_of_first_link), pow(25.0 / 26, 2) * pow(0.9, 2), 2e-3);
    handmade_destroy(&h);
}

static handmade block_pool(double capacity_keys, double block_keys, double rate_keys_per_s)
{
    handmade h = handmade_create(2, 1, 1);
    static const uint32_t path[] = {0};
    kh_qkd_link *link = handmade_link(&h, 0, 1, 1);
    link->key_store.capacity_keys = capacity_keys;
    handmade_blocks(&h, link, 256 * block_keys, 1);
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256 * rate_keys_per_s, 1);
    handmade_route(&h, demand, demand->rate_bps, 1, path);
    h.options.hop_latency_s = 0;
    return h;
}

/* A store of one key that is made anew in exactly one second after it was taken: the wait is that of M/D/1,
 * rho / (2 mu (1 - rho)) = 2 s for rho = 0.8. */
static void a_store_of_one_key_is_an_m_d_1_queue(void **state)
{
    (void)state;
    handmade h = block_pool(1, 1, 0.8);
    h.net.qkd_links[0].key_store.refill_below_keys = 1;
    h.net.qkd_links[0].key_store.initial_keys = 1;
    h.options.duration_s = 60000;
    h.options.warm_up_s = 1000;
    h.options.late_after_s = 1e6;
    assert_agrees(replicate(&h, wait_s), 2, 0.04);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_up_for_mtbf_of_mtbf_plus_mttr),
        cmocka_unit_test(a_link_is_up_only_while_all_its_parts_are),
        cmocka_unit_test(a_store_of_one_key_is_an_m_d_1_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

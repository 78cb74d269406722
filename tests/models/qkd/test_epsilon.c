/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/net/plan.h"
#include "models/qkd/epsilon.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int is_near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b);
}

static const kh_device device = {.eps_sec = 1e-10, .eps_cor = 1e-15, .eps_auth = 1e-12};

static void a_block_adds_up_and_a_year_adds_up_its_blocks(void **state)
{
    (void)state;
    kh_qkd_key key = {.block_s = 365.25 * 864.0};
    kh_epsilon e = kh_epsilon_of(&kh_qkd_bb84_finite, &device, &key, 2.0);
    assert_true(is_near(e.block, 1.01001e-10) && is_near(e.term, 1e-10 / 21.0));
    assert_true(is_near(e.blocks_per_year, 200.0) && is_near(e.year, 2.02002e-8));
    key.block_s = 1e-6;
    assert_true(kh_epsilon_of(&kh_qkd_bb84_finite, &device, &key, 1.0).year == 1.0);
}

static void each_proof_shares_the_secrecy_among_its_own_terms(void **state)
{
    (void)state;
    const struct {
        const kh_qkd_protocol *protocol;
        double terms;
    } proofs[] = {
        {&kh_qkd_bb84_finite, 21.0}, {&kh_qkd_bb84_one_decoy, 15.0}, {&kh_qkd_bb84_one_decoy_rusca, 19.0}, {&kh_qkd_bbm92, 8.0},
        {&kh_qkd_bbm92_cw, 8.0},     {&kh_qkd_cv_gaussian, 3.0},     {&kh_qkd_cv_gaussian_composable, 4.0}};
    kh_qkd_key key = {.block_s = 1.0};
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++)
        assert_true(is_near(kh_epsilon_of(proofs[i].protocol, &device, &key, 1.0).term, 1e-10 / proofs[i].terms));
}

static void a_proof_that_does_not_share_evenly_has_no_term(void **state)
{
    (void)state;
    kh_qkd_key key = {.block_s = 1.0};
    kh_qkd_protocol uneven = kh_qkd_bb84_finite;
    uneven.terms = 0.0;
    kh_epsilon e = kh_epsilon_of(&uneven, &device, &key, 1.0);
    assert_true(isnan(e.term) && is_near(e.block, 1.01001e-10));
}

static void a_key_without_a_block_has_no_epsilon(void **state)
{
    (void)state;
    kh_qkd_key key = {.block_s = 0.0};
    assert_true(isnan(kh_epsilon_of(&kh_qkd_bb84_finite, &device, &key, 1.0).block));
    key.block_s = 1.0;
    assert_true(isnan(kh_epsilon_of(&kh_qkd_bb84_asymptotic, &device, &key, 1.0).year));
    assert_true(isnan(kh_epsilon_unknown().block));
}

/* --- chains and demands --- */

static kh_qkd_rate links[] = {{.epsilon = {.block = 1e-10, .year = 1e-6}},
                              {.epsilon = {.block = 2e-10, .year = 2e-6}},
                              {.epsilon = {.block = 4e-10, .year = 0.9999999}},
                              {.epsilon = {.block = (double)NAN, .year = (double)NAN}}};
static const kh_rates rates = {.qkd = links, .n_qkd = 4};

static void a_chain_adds_up_its_hops(void **state)
{
    (void)state;
    const kh_qkd_link_id chain[] = {{0}, {1}, {2}, {3}};
    assert_true(is_near(kh_rates_chain_epsilon(&rates, chain, 3), 7e-10));
    assert_true(isnan(kh_rates_chain_epsilon(&rates, chain, 4)) && isnan(kh_rates_chain_epsilon(&rates, chain, 0)));
}

static void a_demand_has_the_worst_route_and_all_of_its_links_once(void **state)
{
    (void)state;
    kh_qkd_link_id first[] = {{0}, {1}}, second[] = {{1}}, third[] = {{2}}, unknown[] = {{3}};
    kh_route routes[] = {{first, 2, 1.0}, {second, 1, 1.0}, {third, 1, 1.0}, {unknown, 1, 1.0}};
    kh_plan_demand demand = {.routes = routes, .n_routes = 2};
    kh_demand_epsilon e = kh_plan_demand_epsilon(&demand, &rates);
    assert_true(is_near(e.key, 3e-10) && is_near(e.year, 3e-6));
    demand.n_routes = 3;
    e = kh_plan_demand_epsilon(&demand, &rates);
    assert_true(is_near(e.key, 4e-10) && e.year == 1.0);
    demand.n_routes = 4;
    assert_true(isnan(kh_plan_demand_epsilon(&demand, &rates).key));
    demand.n_routes = 0;
    assert_true(isnan(kh_plan_demand_epsilon(&demand, &rates).year));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_adds_up_and_a_year_adds_up_its_blocks),
        cmocka_unit_test(each_proof_shares_the_secrecy_among_its_own_terms),
        cmocka_unit_test(a_proof_that_does_not_share_evenly_has_no_term),
        cmocka_unit_test(a_key_without_a_block_has_no_epsilon),
        cmocka_unit_test(a_chain_adds_up_its_hops),
        cmocka_unit_test(a_demand_has_the_worst_route_and_all_of_its_links_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

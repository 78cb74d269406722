/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Availability of keys over disjoint routes against its closed form: nodes fail and are repaired, a share comes when all nodes of
   its route work. Requests are Poisson, so they see the share of time (Wolff, Oper. Res. 30:223, 1982). */
#include "core/sim/stats/estimate.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { BATCHES = 40, MOST_ROUTES = 3 };
static const double MTBF_H = 0.09, MTTR_H = 0.01; /* A = 0.9 */

/* Two ends n0 and n1, and routes with so many nodes between them. */
static handmade routes_of(const uint32_t *inner, size_t n_routes)
{
    size_t n_nodes = 2, n_links = n_routes;
    for (size_t r = 0; r < n_routes; r++)
        n_nodes += inner[r], n_links += inner[r];
    handmade h = handmade_create(n_nodes, n_links, 1);
    handmade_trust(&h);
    uint32_t next = 2;
    for (size_t r = 0; r < n_routes; r++) {
        uint32_t at = 0;
        for (uint32_t i = 0; i < inner[r]; i++, at = next++)
            (void)handmade_link(&h, at, next, 1000);
        (void)handmade_link(&h, at, 1, 1000);
    }
    for (size_t i = 0; i < h.net.n_qkd_links; i++)
        h.net.qkd_links[i].key_store = (kh_store_policy){.capacity_keys = 1e6, .refill_below_keys = 5e5, .initial_keys = 1e6};
    handmade_demand(&h, KH_USE_KEY, 256 / 20.0, 1)->between[1].i = 1; /* one in 20 s */
    (void)handmade_fault(&h, KH_FAULT_NODE, "all-nodes", MTBF_H, MTTR_H);
    h.options.audit = false;
    h.options.hop_latency_s = 0;
    h.options.late_after_s = 1e-9;
    h.options.duration_s = 1.2e7;
    h.options.warm_up_s = 36000; /* all works at 0; ten times the period of failures */
    h.options.series_points = 0;
    h.options.batches = BATCHES;
    h.options.routing.disjoint_paths = (uint32_t)n_routes;
    return h;
}

/* Chance that at least t shares come when the ends work. */
static double closed_form(const uint32_t *inner, size_t n_routes, size_t t)
{
    double a = MTBF_H / (MTBF_H + MTTR_H), arrived[MOST_ROUTES + 1] = {1}; /* chance of so many */
    for (size_t r = 0; r < n_routes; r++)
        for (size_t k = r + 2; k-- > 0;)
            arrived[k] = arrived[k] * (1 - pow(a, inner[r])) + (k > 0 ? arrived[k - 1] * pow(a, inner[r]) : 0);
    double enough = 0;
    for (size_t k = t; k <= n_routes; k++)
        enough += arrived[k];
    return a * a * enough;
}

static void assert_served(const uint32_t *inner, size_t n_routes, uint32_t t)
{
    handmade h = routes_of(inner, n_routes);
    h.options.routing.shares_needed = t;
    const kh_sim_result *batches = handmade_run(&h);
    double shares[BATCHES];
    for (size_t i = 0; i < BATCHES; i++)
        shares[i] = batches[i].demands[0].served / batches[i].demands[0].requests;
    kh_estimate estimate = kh_estimate_of(shares, BATCHES);
    double right = closed_form(inner, n_routes, t);
    print_message("%u of %zu shares: served %.5f +- %.5f, closed form %.5f\n", t, n_routes, estimate.mean, estimate.half_width_95,
                  right);
    assert_true(estimate.half_width_95 < 0.003);
    assert_true(fabs(estimate.mean - right) <= estimate.half_width_95);
    handmade_destroy(&h);
}

static void one_of_two_routes_is_1_plus_1_protection(void **state)
{
    (void)state;
    static const uint32_t inner[] = {2, 4}; /* h = 3 and 5 hops */
    assert_served(inner, 2, 1);
}

static void both_of_two_routes_are_a_series(void **state)
{
    (void)state;
    static const uint32_t inner[] = {1, 2};
    assert_served(inner, 2, 2);
}

static void two_of_three_equal_routes_are_a_binomial_tail(void **state)
{
    (void)state;
    static const uint32_t inner[] = {1, 1, 1};
    assert_served(inner, 3, 2);
}

static void two_of_three_unequal_routes(void **state)
{
    (void)state;
    static const uint32_t inner[] = {1, 2, 3};
    assert_served(inner, 3, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_two_routes_is_1_plus_1_protection),
        cmocka_unit_test(both_of_two_routes_are_a_series),
        cmocka_unit_test(two_of_three_equal_routes_are_a_binomial_tail),
        cmocka_unit_test(two_of_three_unequal_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Availability in closed form: one link with either law of repair, paths in series, disjoint paths side by side, k of n of them,
 * and keys exposed by compromised relays. The truth must lie within twice the 95 % half-width, and that must be narrow. */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { REPLICATIONS = 20, MOST_PATHS = 8 };
static const double MTBF_H = 25, MTTR_H = 1, A = 25.0 / 26; /* of one link */

/* Disjoint paths, each a chain of its own links; watches how many are up. */
typedef struct watch {
    const kh_links *links;
    uint32_t first[MOST_PATHS + 1]; /* links of path i: first[i] to first[i + 1] - 1 */
    uint32_t n_paths, needed;
    bool up;
    kh_ns since, up_ns;
} watch;

static bool enough_paths(const watch *w)
{
    uint32_t paths = 0;
    for (uint32_t i = 0; i < w->n_paths; i++) {
        bool up = true;
        for (uint32_t link = w->first[i]; link < w->first[i + 1]; link++)
            up = up && kh_links_up(w->links, link);
        paths += up;
    }
    return paths >= w->needed;
}

static void hear(void *self, uint32_t link, kh_link_news news)
{
    (void)link, (void)news;
    watch *w = self;
    kh_ns now = kh_kernel_now(w->links->kernel);
    w->up_ns += w->up ? now - w->since : 0;
    w->since = now;
    w->up = enough_paths(w);
}

/* Share of time in which enough of the paths are up. @param hops [n_paths] */
static double run_paths(const uint32_t *hops, uint32_t n_paths, uint32_t needed, bool fixed, uint64_t seed)
{
    watch w = {.n_paths = n_paths, .needed = needed, .up = true};
    for (uint32_t i = 0; i < n_paths; i++)
        w.first[i + 1] = w.first[i] + hops[i];
    handmade h = handmade_create(2, w.first[n_paths], 1);
    for (uint32_t i = 0; i < w.first[n_paths]; i++)
        (void)handmade_link(&h, 0, 1, 0);
    kh_fault *fault = handmade_fault(&h, KH_FAULT_LINK, "all-links", MTBF_H, fixed ? NOT_GIVEN : MTTR_H);
    fault->duration_h = fixed ? MTTR_H : NOT_GIVEN;
    h.options.duration_s = 3600 * 26 * 3000;
    h.options.seed = seed;
    h.options.audit = false;
    kh_engine engine;
    kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
    assert_int_equal(kh_engine_init(&engine, &inputs, h.arena, h.arena, NULL), KH_OK);
    w.links = &engine.links;
    assert_int_equal(kh_links_listen(&engine.links, hear, &w, NULL), KH_OK);
    for (bool more = true; more;)
        assert_int_equal(kh_engine_step(&engine, &more, NULL), KH_OK);
    w.up_ns += w.up ? engine.end - w.since : 0;
    handmade_destroy(&h);
    return kh_s_from_ns(w.up_ns) / h.options.duration_s;
}

static void assert_availability(const uint32_t *hops, uint32_t n_paths, uint32_t needed, bool fixed, double truth)
{
    double values[REPLICATIONS];
    for (uint64_t i = 0; i < REPLICATIONS; i++)
        values[i] = run_paths(hops, n_paths, needed, fixed, 500 + i);
    kh_estimate estimate = kh_estimate_of(values, REPLICATIONS);
    if (!(fabs(estimate.mean - truth) <= 2 * estimate.half_width_95 && estimate.half_width_95 <= 1.5e-3))
        fail_msg("%.6f +- %.6f, the closed form gives %.6f", estimate.mean, estimate.half_width_95, truth);
    print_message("    %.5f +- %.5f, closed form %.5f\n", estimate.mean, estimate.half_width_95, truth);
}

static void a_link_is_up_for_mtbf_of_mtbf_plus_mttr_with_either_law_of_repair(void **state)
{
    (void)state;
    static const uint32_t hops[] = {1};
    assert_availability(hops, 1, 1, false, A);
    assert_availability(hops, 1, 1, true, A);
}

static void a_path_is_up_while_all_its_links_are(void **state)
{
    (void)state;
    static const uint32_t hops[] = {5};
    assert_availability(hops, 1, 1, false, pow(A, 5));
    assert_availability(hops, 1, 1, true, pow(A, 5));
}

static void two_disjoint_paths_are_down_only_together(void **state)
{
    (void)state;
    static const uint32_t hops[] = {3, 5};
    double truth = 1 - (1 - pow(A, 3)) * (1 - pow(A, 5));
    assert_availability(hops, 2, 1, false, truth);
    assert_availability(hops, 2, 1, true, truth);
}

/* At least k of n, each up with probability p. */
static double binomial_tail(uint32_t n, uint32_t k, double p)
{
    double sum = 0, choose = 1;
    for (uint32_t i = 0; i <= n; i++) {
        sum += i >= k ? choose * pow(p, i) * pow(1 - p, n - i) : 0;
        choose = choose * (n - i) / (i + 1);
    }
    return sum;
}

static void a_key_in_shares_needs_k_of_n_disjoint_paths(void **state)
{
    (void)state;
    static const uint32_t hops[] = {4, 4, 4, 4, 4};
    for (uint32_t k = 2; k <= 5; k++)
        assert_availability(hops, 5, k, k % 2 == 0, binomial_tail(5, k, pow(A, 4)));
}

/* Three relays, each read for a share p of the time, independent: a key passes none of them with (1 - p)^3. */
static double exposed_share(uint64_t seed)
{
    static const uint32_t path[] = {0, 1, 2, 3};
    static const char *const relays[] = {"n1", "n2", "n3"};
    handmade h = handmade_create(5, 4, 1);
    for (uint32_t i = 0; i < 4; i++) {
        kh_qkd_link *link = handmade_link(&h, i, i + 1, 0);
        handmade_blocks(&h, link, 512, 20);
        link->key_store = (kh_store_policy){.capacity_keys = 10, .refill_below_keys = 8, .initial_keys = 10};
    }
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 0.64, 1); /* a key in 400 s */
    demand->between[1].i = 4;
    handmade_route(&h, demand, demand->rate_bps, 4, path);
    for (int i = 0; i < 3; i++)
        (void)handmade_fault(&h, KH_FAULT_COMPROMISE, relays[i], 4, 1);
    h.options.duration_s = 3600 * 4000;
    h.options.seed = seed;
    h.options.audit = false;
    h.options.hop_latency_s = 0;
    const kh_sim_demand *result = &handmade_run(&h)->demands[0];
    double share = result->exposure.exposed_keys / result->served;
    assert_true(result->served > 0.99 * result->requests);
    handmade_destroy(&h);
    return share;
}

static void keys_are_exposed_in_proportion_to_the_time_that_relays_are_read(void **state)
{
    (void)state;
    double values[REPLICATIONS], truth = 1 - pow(0.8, 3);
    for (uint64_t i = 0; i < REPLICATIONS; i++)
        values[i] = exposed_share(900 + i);
    kh_estimate estimate = kh_estimate_of(values, REPLICATIONS);
    if (!(fabs(estimate.mean - truth) <= 2 * estimate.half_width_95 && estimate.half_width_95 <= 5e-3))
        fail_msg("%.6f +- %.6f, the closed form gives %.6f", estimate.mean, estimate.half_width_95, truth);
    print_message("    %.5f +- %.5f, closed form %.5f\n", estimate.mean, estimate.half_width_95, truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_up_for_mtbf_of_mtbf_plus_mttr_with_either_law_of_repair),
        cmocka_unit_test(a_path_is_up_while_all_its_links_are),
        cmocka_unit_test(two_disjoint_paths_are_down_only_together),
        cmocka_unit_test(a_key_in_shares_needs_k_of_n_disjoint_paths),
        cmocka_unit_test(keys_are_exposed_in_proportion_to_the_time_that_relays_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

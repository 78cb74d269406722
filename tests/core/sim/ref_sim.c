/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms that a block-level engine has to reproduce: textbook queueing and renewal theory. Seeds are fixed, so a test passes
 * or fails for good; the truth must lie within twice the 95 % half-width (about four standard errors), and that must be narrow. */
#include "core/sim/kernel/queue.h"
#include "core/sim/service/traffic.h"
#include "core/sim/supply/keystore.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { KEY_COMES, REQUEST }; /* kinds of events */

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

static double blocking(const kh_sim_result *result)
{
    return result->demands[0].blocked / result->demands[0].requests;
}

static double wait_s(const kh_sim_result *result)
{
    return result->demands[0].mean_wait_s;
}

static double share_lost(const kh_sim_result *result)
{
    return result->links[0].lost_bits / result->links[0].generated_bits;
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

/* Whatever the law of arrivals, all key is used: blocking = 1 - m / (lambda D). */
static void an_overloaded_pool_blocks_what_its_blocks_cannot_cover(void **state)
{
    (void)state;
    handmade h = block_pool(1000, 16, 20);
    h.options.duration_s = 5000;
    h.options.warm_up_s = 50;
    h.options.late_after_s = 0.5;
    assert_agrees(replicate(&h, blocking), 1 - 16.0 / 20, 2e-3);
    handmade_destroy(&h);
}

/* Blocks of m keys every second into a store of C, Poisson requests that do not wait. Chain of the level before a block:
 * n' = max(0, min(n + m, C) - N), N ~ Poisson(lambda); blocking = 1 - E min(min(n + m, C), N) / lambda. */
static double embedded_chain_blocking(int m, int capacity, double lambda)
{
    enum { MOST = 64, TERMS = 120 };
    double poisson[TERMS], level[MOST] = {1}, served = 0;
    poisson[0] = exp(-lambda);
    for (int k = 1; k < TERMS; k++)
        poisson[k] = poisson[k - 1] * lambda / k;
    for (int step = 0; step < 5000; step++) {
        double next[MOST] = {0};
        served = 0;
        for (int n = 0; n <= capacity; n++) {
            int filled = n + m < capacity ? n + m : capacity;
            for (int k = 0; k < TERMS; k++) {
                int used = k < filled ? k : filled;
                next[filled - used] += level[n] * poisson[k];
                served += level[n] * poisson[k] * used;
            }
        }
        for (int n = 0; n <= capacity; n++)
            level[n] = next[n];
    }
    return 1 - served / lambda;
}

static void a_pool_with_a_cap_blocks_as_its_embedded_chain(void **state)
{
    (void)state;
    double truth = embedded_chain_blocking(16, 40, 15.5);
    assert_true(fabs(truth - 0.00629) < 5e-6);
    handmade h = block_pool(40, 16, 15.5);
    h.options.duration_s = 5000;
    h.options.warm_up_s = 100;
    h.options.late_after_s = 1e-9;
    assert_agrees(replicate(&h, blocking), truth, 8e-4);
    handmade_destroy(&h);
}

/* A store refilled to full every period: blocking = E (N - m)+ / lambda, the chain above with C = m. */
static void a_pool_refilled_to_full_blocks_the_excess_of_each_period(void **state)
{
    (void)state;
    double truth = embedded_chain_blocking(16, 16, 15.5);
    handmade h = block_pool(16, 16, 15.5);
    h.options.duration_s = 3000;
    h.options.warm_up_s = 100;
    h.options.late_after_s = 1e-9;
    assert_agrees(replicate(&h, blocking), truth, 1.5e-3);
    handmade_destroy(&h);
}

/* A rich pool loses what nobody asks for: 1 - mu / lambda_a of what it makes. */
static void a_rich_pool_loses_what_is_not_asked_for(void **state)
{
    (void)state;
    handmade h = block_pool(500, 26, 20);
    h.options.duration_s = 5000;
    h.options.warm_up_s = 200;
    assert_agrees(replicate(&h, share_lost), 1 - 20.0 / 26, 2e-3);
    handmade_destroy(&h);
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

/* Keys arrive one by one (Poisson, la), requests too (Poisson, mu), room for K: birth and death. A request finds nothing with
 * probability (1 - r) / (1 - r^(K+1)), r = la / mu. Store and event queue alone. */
static double empty_share(uint64_t seed, double la, double mu, double capacity)
{
    kh_arena *arena = kh_arena_create(0);
    kh_queue queue;
    kh_queue_init(&queue, arena);
    kh_store_policy policy = {.capacity_keys = capacity, .refill_below_keys = NOT_GIVEN};
    kh_keystore store = kh_keystore_of(&policy);
    kh_rng keys = kh_rng_stream(seed, "pool", "keys"), requests = kh_rng_stream(seed, "pool", "requests");
    kh_queue_push(&queue, 0, KEY_COMES, 0);
    kh_queue_push(&queue, 0, REQUEST, 0);
    kh_event event;
    double asked = 0, missed = 0;
    while (kh_queue_pop(&queue, &event) && event.time < kh_ns_from_s(20000)) {
        bool is_key = event.kind == KEY_COMES;
        bool takes = !is_key && kh_keystore_has(&store, KH_KEY_BITS, true);
        if (is_key)
            kh_keystore_deposit(&store, KH_KEY_BITS);
        else if (takes)
            kh_keystore_take(&store, KH_KEY_BITS, true);
        asked += !is_key;
        missed += !is_key && !takes;
        double wait = is_key ? kh_rng_exponential(&keys, 1 / la) : kh_rng_exponential(&requests, 1 / mu);
        kh_queue_push(&queue, event.time + kh_ns_from_s(wait), event.kind, 0);
    }
    assert_true(kh_keystore_balances(&store));
    kh_arena_destroy(arena);
    return missed / asked;
}

static void a_key_pool_is_a_birth_and_death_process(void **state)
{
    (void)state;
    double la = 0.9, mu = 1, values[REPLICATIONS];
    int capacity = 10;
    for (uint64_t i = 0; i < REPLICATIONS; i++)
        values[i] = empty_share(i, la, mu, capacity);
    double r = la / mu;
    assert_agrees(kh_estimate_of(values, REPLICATIONS), (1 - r) / (1 - pow(r, capacity + 1)), 3e-3);
}

/* No randomness but one phase: pool(t) = p0 + B floor(t / T) - key * (requests due by t), to the bit, until it is empty. */
static void a_depletion_curve_is_exact_to_the_bit(void **state)
{
    (void)state;
    enum { P0 = 900, BLOCK = 65536, KEY = 256 };
    handmade h = block_pool(1000, 1, 1);
    h.net.qkd_links[0].key_store.initial_keys = P0;
    handmade_blocks(&h, &h.net.qkd_links[0], BLOCK, 30);
    h.net.demands[0].use = KH_USE_OTP;
    h.net.demands[0].rate_bps = 16 * KEY;
    h.options.duration_s = 120;
    h.options.series_points = 12000; /* every span holds one change */
    kh_traffic traffic;
    assert_int_equal(kh_traffic_init(&traffic, &h.net.demands[0], h.options.seed, h.arena, NULL), KH_OK);
    kh_ns next = kh_traffic_next(&traffic);
    const kh_series *series = &handmade_run(&h)->links[0].level;
    int64_t level = P0 * KEY;
    size_t empty = 0;
    kh_ns block = kh_ns_from_s(30);
    for (size_t i = 1; i < series->n && empty == 0; i++) {
        kh_ns now = (kh_ns)llround(series->t_s[i] * 1e9);
        for (; next <= now && level >= KEY && next < block; next = kh_traffic_next(&traffic))
            level -= KEY;
        if (block <= now) {
            level += BLOCK;
            block += kh_ns_from_s(30);
        }
        assert_true(series->level_bits[i] == (double)level);
        empty = level < KEY ? i : 0;
    }
    /* 900 keys, 16 taken a second, 256 more at 30 and at 60 s: the last goes with take 1412, after 88.2 s and before the next block
     */
    assert_true(empty > 0 && fabs(series->t_s[empty] - 1412.0 / 16) < 1.0 / 16 + 1e-9);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_is_up_for_mtbf_of_mtbf_plus_mttr),
        cmocka_unit_test(a_link_is_up_only_while_all_its_parts_are),
        cmocka_unit_test(an_overloaded_pool_blocks_what_its_blocks_cannot_cover),
        cmocka_unit_test(a_pool_with_a_cap_blocks_as_its_embedded_chain),
        cmocka_unit_test(a_pool_refilled_to_full_blocks_the_excess_of_each_period),
        cmocka_unit_test(a_rich_pool_loses_what_is_not_asked_for),
        cmocka_unit_test(a_store_of_one_key_is_an_m_d_1_queue),
        cmocka_unit_test(a_key_pool_is_a_birth_and_death_process),
        cmocka_unit_test(a_depletion_curve_is_exact_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

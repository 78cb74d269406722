/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms of key stores, from textbook queueing and renewal theory. Seeds are fixed, so a test passes or fails for good: the
 * truth must lie within twice the 95 % half-width (about four standard errors) of twenty runs, and that must be narrow. */
#include "core/sim/service/traffic.h"
#include "core/sim/supply/calibration.h"
#include "core/sim/supply/passes.h"
#include "core/sim/supply/slots.h"
#include "core/sim/supply/switches.h"
#include "tests/core/sim/supply/rig.h"

#include "tests/core/sim/cmocka_all.h"

enum { RUNS = 20, KEY = KH_KEY_BITS };

static void assert_agrees(const char *what, kh_estimate estimate, double truth, double widest)
{
    print_message("  %s: %.6f +- %.6f, in theory %.6f\n", what, estimate.mean, estimate.half_width_95, truth);
    if (!(fabs(estimate.mean - truth) <= 2 * estimate.half_width_95 && estimate.half_width_95 <= widest))
        fail_msg("%.6f +- %.6f, the closed form gives %.6f", estimate.mean, estimate.half_width_95, truth);
}

/* --- with requests through relay and traffic --- */

typedef double (*quantity)(const kh_sim_result *result);

static kh_estimate replicate(handmade *h, quantity of)
{
    double values[RUNS];
    h->options.audit = false;
    for (uint64_t i = 0; i < RUNS; i++) {
        h->options.seed = 100 + i;
        values[i] = of(handmade_run(h));
    }
    return kh_estimate_of(values, RUNS);
}

static double blocking(const kh_sim_result *result)
{
    return result->demands[0].blocked / result->demands[0].requests;
}

static double share_lost(const kh_sim_result *result)
{
    return result->links[0].lost_bits / result->links[0].generated_bits;
}

/* Blocks of so many keys every second, Poisson requests for one key. */
static handmade block_pool(double capacity_keys, double block_keys, double rate_keys_per_s)
{
    static const uint32_t path[] = {0};
    handmade h = rig_pool(KEY * block_keys, 1);
    h.net.qkd_links[0].key_store.capacity_keys = capacity_keys;
    kh_demand *demand = handmade_demand(&h, KH_USE_KEY, KEY * rate_keys_per_s, 1);
    handmade_route(&h, demand, demand->rate_bps, 1, path);
    h.options.hop_latency_s = 0;
    h.options.late_after_s = 1e-9;
    h.options.series_points = 0;
    return h;
}

/* Whatever the law of arrivals, all key is used: blocking = 1 - m / (lambda D). */
static void an_overloaded_pool_blocks_what_its_blocks_cannot_cover(void **state)
{
    (void)state;
    handmade h = block_pool(1000, 16, 20);
    h.options.duration_s = 10000;
    h.options.warm_up_s = 50;
    assert_agrees("overloaded pool", replicate(&h, blocking), 1 - 16.0 / 20, 1e-3);
    h.net.demands[0].use = KH_USE_OTP; /* periodic: nothing is random but the phase */
    assert_true(fabs(blocking(handmade_run(&h)) - (1 - 16.0 / 20)) < 1e-12);
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
    h.options.duration_s = 15000;
    h.options.warm_up_s = 100;
    assert_agrees("pool with a cap", replicate(&h, blocking), truth, 4e-4);
    handmade_destroy(&h);
}

/* A store refilled to full every period: blocking = E (N - m)+ / lambda, the chain above with C = m. */
static void a_pool_refilled_to_full_blocks_the_excess_of_each_period(void **state)
{
    (void)state;
    double truth = embedded_chain_blocking(16, 16, 14);
    assert_true(fabs(truth - 0.05169) < 5e-6);
    handmade h = block_pool(16, 16, 14);
    h.options.duration_s = 10000;
    h.options.warm_up_s = 100;
    assert_agrees("refilled pool", replicate(&h, blocking), truth, 6e-4);
    handmade_destroy(&h);
}

/* A rich pool loses what nobody asks for: 1 - mu / lambda_a of what it makes. */
static void a_rich_pool_loses_what_is_not_asked_for(void **state)
{
    (void)state;
    handmade h = block_pool(500, 26, 20);
    h.options.duration_s = 10000;
    h.options.warm_up_s = 200;
    assert_agrees("rich pool", replicate(&h, share_lost), 1 - 20.0 / 26, 9e-4);
    handmade_destroy(&h);
}

/* No randomness but one phase: pool(t) = p0 + B floor((t - t0) / T + 1) - c (requests due by t), to the bit, at every change until
 * it is empty; it empties at the first request that finds less than a key. */
static void a_depletion_curve_is_exact_to_the_bit(void **state)
{
    (void)state;
    enum { P0 = 900, BLOCK = 65536 };
    handmade h = block_pool(1000, 1, 1);
    h.net.qkd_links[0].key_store.initial_keys = P0;
    handmade_blocks(&h, &h.net.qkd_links[0], BLOCK, 30); /* t0 = T = 30 s */
    h.net.demands[0].use = KH_USE_OTP;
    h.net.demands[0].rate_bps = 16 * KEY;
    h.options.duration_s = 120;
    h.options.series_points = 12000; /* every span holds one change */
    kh_traffic traffic;
    assert_int_equal(kh_traffic_init(&traffic, &h.net.demands[0], h.options.seed, h.arena, NULL), KH_OK);
    kh_ns first = kh_traffic_next(&traffic), period = kh_ns_from_s(1) / 16;
    const kh_series *series = &handmade_run(&h)->links[0].level;
    size_t empty = 0;
    for (size_t i = 1; i < series->n && empty == 0; i++) {
        kh_ns now = (kh_ns)llround(series->t_s[i] * 1e9), block = kh_ns_from_s(30);
        int64_t blocks = now >= block ? (now - block) / block + 1 : 0, due = now >= first ? (now - first) / period + 1 : 0;
        int64_t level = P0 * KEY + BLOCK * blocks - KEY * due;
        assert_true(series->level_bits[i] == (double)level);
        empty = level < KEY ? i : 0;
    }
    /* 900 keys, 16 taken a second, 256 more at 30 and at 60 s: the last goes with take 1412 */
    assert_true(empty > 0 && fabs(series->t_s[empty] - kh_s_from_ns(first + 1411 * period)) < 1e-9);
    handmade_destroy(&h);
}

/* --- with keys and requests of the test's own --- */

typedef struct pool {
    rig r;
    kh_rng keys, requests;
    double la, mu; /* a second; la = 0: no keys come */
    kh_event_kind key, request;
    double asked, missed;
    kh_ns empty; /* when it became so first; 0: not yet */
} pool;

static void come_again(pool *p, kh_event_kind kind, kh_rng *rng, double rate)
{
    rig_push(&p->r, kh_ns_from_s(kh_rng_exponential(rng, 1 / rate)), kind);
}

static void bring_key(void *self, uint32_t subject)
{
    (void)subject;
    pool *p = self;
    kh_links_deliver(&p->r.links, 0, KEY);
    come_again(p, p->key, &p->keys, p->la);
}

static void request_key(void *self, uint32_t subject)
{
    (void)subject;
    pool *p = self;
    p->asked += 1;
    if (kh_keystore_has(&p->r.links.states[0].store, KEY, true))
        kh_links_take(&p->r.links, 0, KEY, true);
    else
        p->missed += 1;
    if (p->empty == 0 && p->r.links.states[0].store.level == 0)
        p->empty = kh_kernel_now(&p->r.kernel);
    come_again(p, p->request, &p->requests, p->mu);
}

static void start_pool(pool *p, uint64_t seed, double capacity_keys, double initial_keys)
{
    handmade h = rig_pool(0, 0);
    h.net.qkd_links[0].key_store.capacity_keys = capacity_keys;
    h.net.qkd_links[0].key_store.initial_keys = initial_keys;
    rig_start(&p->r, h);
    p->keys = kh_rng_stream(seed, "pool", "keys");
    p->requests = kh_rng_stream(seed, "pool", "requests");
    p->key = rig_handle(&p->r, "key", bring_key, p);
    p->request = rig_handle(&p->r, "request", request_key, p);
    p->asked = p->missed = 0;
    p->empty = 0;
    if (p->la > 0)
        come_again(p, p->key, &p->keys, p->la);
    come_again(p, p->request, &p->requests, p->mu);
}

/* Keys arrive one by one (Poisson, la), requests too (Poisson, mu), room for K: birth and death. A request finds nothing with
 * probability (1 - r) / (1 - r^(K+1)), r = la / mu. */
static void a_key_pool_is_a_birth_and_death_process(void **state)
{
    (void)state;
    double la = 0.9, mu = 1, values[RUNS];
    int capacity = 10;
    static pool p;
    for (uint64_t i = 0; i < RUNS; i++) {
        p = (pool){.la = la, .mu = mu};
        start_pool(&p, i, capacity, 0);
        rig_play(&p.r, kh_ns_from_s(100000));
        values[i] = p.missed / p.asked;
        rig_end(&p.r);
    }
    double r = la / mu;
    assert_agrees("birth and death", kh_estimate_of(values, RUNS), (1 - r) / (1 - pow(r, capacity + 1)), 1.5e-3);
}

/* Mean and variance of the time until a store of n keys is empty, over so many runs. */
static void depletion(double la, double mu, double n, double *mean, double *variance)
{
    enum { DEPLETIONS = 150 };
    static pool p;
    double means[RUNS] = {0}, squares[RUNS] = {0};
    for (uint64_t i = 0; i < RUNS * DEPLETIONS; i++) {
        p = (pool){.la = la, .mu = mu};
        start_pool(&p, i, 1e6, n);
        for (kh_ns end = kh_ns_from_s(100); p.empty == 0; end += kh_ns_from_s(100))
            rig_play(&p.r, end);
        double t_s = kh_s_from_ns(p.empty);
        means[i % RUNS] += t_s / DEPLETIONS;
        squares[i % RUNS] += t_s * t_s / DEPLETIONS;
        rig_end(&p.r);
    }
    kh_estimate m = kh_estimate_of(means, RUNS);
    for (int i = 0; i < RUNS; i++)
        squares[i] = (squares[i] - means[i] * means[i]) * DEPLETIONS / (DEPLETIONS - 1);
    kh_estimate v = kh_estimate_of(squares, RUNS);
    assert_agrees("depletion, mean s", m, *mean, 0.02 * *mean);
    assert_agrees("depletion, variance s2", v, *variance, 0.09 * *variance);
}

/* n keys with drift mu - la > 0 last n / (mu - la) on average, with variance n (mu + la) / (mu - la)^3 (first passage of a walk);
 * without supply the time is Erlang(n, mu). */
static void a_store_is_empty_after_the_time_of_its_drift(void **state)
{
    (void)state;
    double mean = 50 / 0.3, variance = 50 * 1.7 / 0.027;
    depletion(0.7, 1, 50, &mean, &variance);
    mean = 50 / 2.0;
    variance = 50 / 4.0;
    depletion(0, 2, 50, &mean, &variance);
}

/* --- long-run means of what varies: the planner's --- */

static const double BLOCK_BITS = 100000, BLOCK_S = 600, LONG_S = 400 * 86400.0;

static double made_bps(const rig *r, uint32_t link)
{
    return (double)r->links.states[link].store.generated / LONG_S;
}

/* In slots of 70, 20 and 10 % of the time a link makes 1, 3 and 0 times a rate. */
static void time_slots_give_the_mean_rate_of_the_planner(void **state)
{
    (void)state;
    static const double times[] = {1, 3, 0};
    double unit_bps = BLOCK_BITS / BLOCK_S / 1.3, values[RUNS], longest[RUNS];
    kh_time_slot slots[] = {{.id = "a", .share = 0.7, .mean_spell_h = 6},
                            {.id = "b", .share = 0.2, .mean_spell_h = 2},
                            {.id = "c", .share = 0.1, .mean_spell_h = 12}};
    kh_slot_rate rates[3];
    for (size_t i = 0; i < 3; i++)
        rates[i] = (kh_slot_rate){times[i] * unit_bps, 0.01 * (double)i};
    for (uint64_t i = 0; i < RUNS; i++) {
        static rig r;
        handmade h = rig_pool(BLOCK_BITS, BLOCK_S);
        h.rates.slots = rates;
        h.net.time_slots = slots;
        h.rates.n_slots = h.net.n_time_slots = 3;
        rig_start(&r, h);
        kh_slots played;
        rig_check(&r, kh_slots_init(&played, &r.links, i, &r.err));
        double worst = 0, samples = 0;
        for (kh_ns t = kh_ns_from_s(3600); t < kh_ns_from_s(LONG_S); t += kh_ns_from_s(3600)) {
            rig_play(&r, t);
            worst += kh_links_qber(&r.links, 0) == 0.02;
            samples += 1;
        }
        rig_play(&r, kh_ns_from_s(LONG_S));
        values[i] = made_bps(&r, 0);
        longest[i] = worst / samples;
        rig_end(&r);
    }
    assert_agrees("time slots, bit/s", kh_estimate_of(values, RUNS), BLOCK_BITS / BLOCK_S, 1.5);
    assert_agrees("share of the third slot", kh_estimate_of(longest, RUNS), 0.1, 6e-3);
}

/* Two links at a switch, one of which calibrates: nothing but the phase is random, so the rate is met to a part in a thousand. */
static void pauses_leave_the_mean_rate_of_the_planner(void **state)
{
    (void)state;
    static rig r;
    handmade h = handmade_create(3, 2, 1);
    kh_device devices[] = {{.id = "d", .calibration_every_h = 5.3, .calibration_min = 40},
                           {.id = "e", .calibration_every_h = NOT_GIVEN}};
    kh_qkd_link_id links[] = {{0}, {1}};
    kh_optical_switch at = {.id = "s", .links = links, .n_links = 2, .dwell_s = 700, .changeover_s = 31};
    h.net.devices = devices;
    h.net.n_devices = 2;
    h.net.optical_switches = &at;
    h.net.n_optical_switches = 1;
    for (uint32_t i = 0; i < 2; i++) {
        kh_qkd_link *link = handmade_link(&h, 0, i + 1, 0);
        link->device.i = i;
        link->key_store.capacity_keys = 1e9;
        handmade_blocks(&h, link, BLOCK_BITS, BLOCK_S);
    }
    rig_start(&r, h);
    kh_calibration calibration;
    kh_switches switches;
    rig_check(&r, kh_calibration_init(&calibration, &r.links, 1, h.arena, &r.err));
    rig_check(&r, kh_switches_init(&switches, &r.links, h.arena, &r.err));
    assert_true(fabs(kh_net_on_share(&h.net, links[0]) - 700 / 1462.0 * (1 - 40 / 318.0)) < 1e-12);
    rig_play(&r, kh_ns_from_s(LONG_S));
    for (uint32_t i = 0; i < 2; i++)
        assert_true(fabs(made_bps(&r, i) / (BLOCK_BITS / BLOCK_S) - 1) < 1e-3);
    rig_end(&r);
}

/* A pass in the morning and one at noon of each day, clear with one chance of three in winter and two of three in summer. */
static void passes_give_the_mean_key_of_a_year(void **state)
{
    (void)state;
    enum { PASSES = 2 * 365, YEARS = 4, DAY_S = 86400 };
    static kh_pass passes[PASSES];
    static rig r;
    double values[RUNS], year_bits = 0, variance = 0;
    for (uint32_t i = 0; i < PASSES; i++) {
        double share = i < PASSES / 2 ? 1.0 / 3 : 2.0 / 3;
        passes[i] = (kh_pass){.end_s = DAY_S * (i + 0.5) / 2, .key_bits = 100.5 + i % 2, .clear_share = share, .day = i / 2};
        year_bits += passes[i].key_bits * share;
        variance += i % 2 == 0 ? 202 * 202 * share * (1 - share) : 0;
    }
    for (uint64_t i = 0; i < RUNS; i++) {
        handmade h = rig_pool(0, 0);
        h.net.qkd_links[0].passes_per_block = 1;
        h.rates.qkd[0] = (kh_qkd_rate){.key_rate_bps = 1, .passes = passes, .n_passes = PASSES};
        rig_start(&r, h);
        kh_passes played;
        rig_check(&r, kh_passes_init(&played, &r.links, i, h.arena, &r.err));
        rig_play(&r, kh_ns_from_s(365.0 * DAY_S * YEARS));
        values[i] = (double)r.links.states[0].store.generated / YEARS;
        rig_end(&r);
    }
    kh_estimate played = kh_estimate_of(values, RUNS);
    assert_agrees("passes, bit a year", played, year_bits, 0.02 * year_bits);
    /* days are independent, the passes of one are not: standard deviation of the mean of so many years */
    double deviation = sqrt(variance / (YEARS * RUNS));
    assert_true(played.half_width_95 > 2.09 * deviation * 0.6 && played.half_width_95 < 2.09 * deviation * 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overloaded_pool_blocks_what_its_blocks_cannot_cover),
        cmocka_unit_test(a_pool_with_a_cap_blocks_as_its_embedded_chain),
        cmocka_unit_test(a_pool_refilled_to_full_blocks_the_excess_of_each_period),
        cmocka_unit_test(a_rich_pool_loses_what_is_not_asked_for),
        cmocka_unit_test(a_depletion_curve_is_exact_to_the_bit),
        cmocka_unit_test(a_key_pool_is_a_birth_and_death_process),
        cmocka_unit_test(a_store_is_empty_after_the_time_of_its_drift),
        cmocka_unit_test(time_slots_give_the_mean_rate_of_the_planner),
        cmocka_unit_test(pauses_leave_the_mean_rate_of_the_planner),
        cmocka_unit_test(passes_give_the_mean_key_of_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

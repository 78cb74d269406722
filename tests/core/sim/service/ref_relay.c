/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Relays under way on a chain with plenty of key: requests come Poisson and each takes hops x latency, so the number under way is
 * that of an M/D/infinity queue: Poisson with mean lambda h tau, and L = lambda W (Little). Sampled by an event of the test every
 * 0.1 s, five times the 20 ms for which two samples would be related; seeds are fixed. */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

enum { HOPS = 10, SAMPLES = 15000, MOST = 40, RUNS = 10 };
static const double RATE = 200, LATENCY_S = 0.002;

typedef struct sampler {
    kh_engine engine;
    kh_event_kind kind;
    double counts[MOST], sum, squares;
} sampler;

static void sample(void *self, uint32_t subject)
{
    sampler *s = self;
    const kh_relay *relay = &s->engine.relay;
    uint32_t n = 0;
    for (size_t i = 0; i < relay->n_requests; i++)
        n += relay->requests[i].in_use;
    s->counts[n < MOST ? n : MOST - 1]++;
    s->sum += n;
    s->squares += (double)n * n;
    kh_queue_push(&s->engine.kernel.queue, kh_kernel_now(&s->engine.kernel) + KH_NS_PER_S / 10, s->kind, subject);
}

static handmade chain_with_plenty(void)
{
    handmade h = handmade_create(HOPS + 1, HOPS, 1);
    uint32_t links[HOPS];
    for (uint32_t i = 0; i < HOPS; i++) {
        kh_qkd_link *link = handmade_link(&h, i, i + 1, 1);
        link->key_store.capacity_keys = link->key_store.initial_keys = 1e9;
        links[i] = i;
    }
    const kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 256 * RATE, 1);
    handmade_route(&h, demand, demand->rate_bps, HOPS, links);
    h.options.hop_latency_s = LATENCY_S;
    h.options.duration_s = SAMPLES / 10.0 / RUNS;
    h.options.audit = false;
    return h;
}

/* One run into *s, from an empty network: the first sample is taken after a second. */
static const kh_sim_result *run(handmade *h, sampler *s)
{
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    kh_error err = {0};
    bool more = true;
    assert_int_equal(kh_engine_init(&s->engine, &inputs, h->arena, h->arena, &err), KH_OK);
    assert_int_equal(kh_kernel_handle(&s->engine.kernel, "sample", sample, s, &s->kind, &err), KH_OK);
    kh_queue_push(&s->engine.kernel.queue, KH_NS_PER_S, s->kind, 0);
    while (more)
        assert_int_equal(kh_engine_step(&s->engine, &more, &err), KH_OK);
    assert_int_equal(kh_engine_finish(&s->engine, &err), KH_OK);
    return &s->engine.results[0];
}

static void as_many_relays_are_under_way_as_little_says(void **state)
{
    (void)state;
    handmade h = chain_with_plenty();
    double means[RUNS];
    for (uint64_t i = 0; i < RUNS; i++) {
        sampler *s = handmade_check(KH_NEW(h.arena, sampler, 1));
        h.options.seed = 100 + i;
        const kh_sim_result *result = run(&h, s);
        double n = (h.options.duration_s - 1) * 10;
        means[i] = s->sum / n;
        double wait_s = result->demands[0].mean_wait_s;
        assert_true(fabs(wait_s - HOPS * LATENCY_S) < 1e-12);
    }
    kh_estimate of = kh_estimate_of(means, RUNS);
    double truth = RATE * HOPS * LATENCY_S;
    if (!(fabs(of.mean - truth) <= 2 * of.half_width_95 && of.half_width_95 <= 0.05))
        fail_msg("%.4f +- %.4f, lambda h tau is %.4f", of.mean, of.half_width_95, truth);
    handmade_destroy(&h);
}

static double poisson(double mean, int n)
{
    return exp(n * log(mean) - mean - lgamma(n + 1.0));
}

static void the_number_under_way_is_poisson(void **state)
{
    (void)state;
    handmade h = chain_with_plenty();
    h.options.duration_s = 1 + SAMPLES / 10.0;
    sampler *s = handmade_check(KH_NEW(h.arena, sampler, 1));
    (void)run(&h, s);
    double mean = RATE * HOPS * LATENCY_S, chi_squared = 0, tail = 1, counted = 0;
    enum { CLASSES = 11 }; /* 0 to 9, and more */
    for (int i = 0; i < CLASSES - 1; i++) {
        double expected = SAMPLES * poisson(mean, i);
        chi_squared += pow(s->counts[i] - expected, 2) / expected;
        tail -= poisson(mean, i);
        counted += s->counts[i];
    }
    chi_squared += pow(SAMPLES - counted - SAMPLES * tail, 2) / (SAMPLES * tail);
    assert_true(chi_squared < 25.2); /* 10 degrees of freedom, 0.995 */
    double variance = s->squares / SAMPLES - pow(s->sum / SAMPLES, 2);
    assert_true(fabs(variance / mean - 1) < 0.05); /* 0.05 is four standard errors: sqrt(2 / 15000) */
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_relays_are_under_way_as_little_says),
        cmocka_unit_test(the_number_under_way_is_poisson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

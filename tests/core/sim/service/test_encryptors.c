/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

static const uint32_t one_link[] = {0};

/* One pair that wants a key every 10 s over a link with two keys in store and one more every 45 s; nobody gives up. */
static handmade scarce(void)
{
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 1);
    link->key_store.initial_keys = 2;
    handmade_blocks(&h, link, 256, 45);
    kh_demand *demand = handmade_demand(&h, KH_USE_AES_256, 25.6, 1);
    demand->rekey_s = 10;
    demand->grace_s = 5;
    handmade_route(&h, demand, 25.6, 1, one_link);
    h.options.hop_latency_s = 0;
    h.options.duration_s = 60;
    h.options.late_after_s = 1000;
    return h;
}

static double phase_s(const handmade *h)
{
    kh_traffic traffic;
    assert_int_equal(kh_traffic_init(&traffic, &h->net.demands[0], h->options.seed, h->arena, NULL), KH_OK);
    return kh_s_from_ns(traffic.phases[0]);
}

static void assert_near(double found, double expected)
{
    if (!(fabs(found - expected) < 1e-9))
        fail_msg("%.12f, expected %.12f", found, expected);
}

/* Keys at phase and phase + 10; the third comes at 45 s instead of phase + 20, and lasts until the next is due. */
static void a_key_that_comes_late_is_used_until_the_next_is_due(void **state)
{
    (void)state;
    handmade h = scarce();
    for (h.options.seed = 1; h.options.seed < 6; h.options.seed++) {
        double phase = phase_s(&h), next = phase < 5 ? phase + 50 : phase + 40;
        const kh_sim_encryptors *e = &handmade_run(&h)->demands[0].encryptors;
        assert_near(e->fresh * 60, phase + 20 + next - 45);
        assert_near(e->grace * 60, 5 + fmin(5, 60 - next));
        assert_near(e->stopped * 60, 60 - (e->fresh + e->grace) * 60);
        assert_true(e->flows == 1 && e->fallback == 0 && e->changes == 3);
    }
    handmade_destroy(&h);
}

static void a_fallback_takes_over_when_grace_is_over(void **state)
{
    (void)state;
    handmade h = scarce();
    double stopped = handmade_run(&h)->demands[0].encryptors.stopped;
    h.net.demands[0].fallback = KH_FALLBACK_PSK;
    assert_near(handmade_run(&h)->demands[0].encryptors.fallback, stopped);
    h.net.demands[0].fallback = (kh_fallback)KH_NO_INDEX; /* as the security says */
    assert_near(handmade_run(&h)->demands[0].encryptors.stopped, stopped);
    h.net.demands[0].security = KH_SECURITY_HYBRID;
    assert_near(handmade_run(&h)->demands[0].encryptors.fallback, stopped);
    assert_near(handmade_run(&h)->demands[0].encryptors.stopped, 0);
    handmade_destroy(&h);
}

static void grace_is_one_period_unless_it_is_given(void **state)
{
    (void)state;
    handmade h = scarce();
    h.net.demands[0].grace_s = 10;
    double ten = handmade_run(&h)->demands[0].encryptors.grace;
    h.net.demands[0].grace_s = NOT_GIVEN;
    assert_near(handmade_run(&h)->demands[0].encryptors.grace, ten);
    handmade_destroy(&h);
}

static void a_demand_that_asks_for_no_key_has_no_flows(void **state)
{
    (void)state;
    handmade h = scarce();
    h.net.demands[0].security = KH_SECURITY_PQC;
    const kh_sim_encryptors *e = &handmade_run(&h)->demands[0].encryptors;
    assert_true(e->flows == 0 && isnan(e->fresh) && isnan(e->stopped) && e->changes == 0);
    handmade_destroy(&h);
}

/* --- against a model that goes from event to event --- */

enum { MOST_KEYS = 20000 };

typedef struct recorder {
    kh_engine engine;
    kh_relay_client client; /* the encryptors */
    struct {
        kh_ns time;
        uint32_t flow;
    } arrivals[MOST_KEYS];
    size_t n;
} recorder;

static void record(void *self, uint32_t demand, uint32_t ticket, bool served)
{
    recorder *r = self;
    if (served) {
        assert_true(r->n < MOST_KEYS);
        r->arrivals[r->n].time = kh_kernel_now(&r->engine.kernel);
        r->arrivals[r->n++].flow = ticket;
    }
    r->client.tell(r->client.self, demand, ticket, served);
}

typedef struct model {
    kh_ns times[3]; /* fresh, grace, after */
    uint64_t changes;
} model;

static void pass(model *m, kh_ns *now, kh_ns until, kh_ns expired, kh_ns grace)
{
    for (int i = 0; i < 3; i++) {
        kh_ns ends[] = {expired, expired + grace, INT64_MAX}, end = ends[i] < until ? ends[i] : until;
        if (end > *now) {
            m->times[i] += end - *now;
            *now = end;
        }
    }
}

/* One flow: a key in use, others in a drawer, and a clock that says when to change. */
static model play(const recorder *r, uint32_t flow, kh_ns end)
{
    const kh_encryptors_demand *demand = &r->engine.users.encryptors.demands[0];
    model m = {{0}, 0};
    kh_ns now = 0, phase = demand->phases[flow / demand->directions], expired = INT64_MAX - demand->grace;
    int64_t drawer = 0, tick = 0;
    for (size_t i = 0; i <= r->n; i++) {
        if (i < r->n && r->arrivals[i].flow != flow)
            continue;
        kh_ns at = i < r->n ? r->arrivals[i].time : end;
        for (;; tick++) {
            kh_ns within = (kh_ns)((double)demand->interval * (double)(tick % demand->keys) / (double)demand->keys);
            kh_ns due = phase + tick / demand->keys * demand->interval + within;
            if (due >= at)
                break;
            pass(&m, &now, due, expired, demand->grace);
            bool waits = expired <= due;
            if (drawer > 0) {
                drawer--;
                m.changes++;
            } else if (!waits) {
                expired = due;
            }
        }
        pass(&m, &now, at, expired, demand->grace);
        drawer += i < r->n ? demand->keys : 0;
        if (i < r->n && expired < at) {
            expired = INT64_MAX - demand->grace;
            drawer--;
            m.changes++;
        }
    }
    return m;
}

static void assert_as_the_model(const recorder *r, kh_ns end, const kh_sim_encryptors *e)
{
    model sum = {{0}, 0};
    for (uint32_t flow = 0; flow < (uint32_t)e->flows; flow++) {
        model one = play(r, flow, end);
        for (int i = 0; i < 3; i++)
            sum.times[i] += one.times[i];
        sum.changes += one.changes;
    }
    double whole = (double)end * e->flows;
    assert_near(e->fresh, (double)sum.times[0] / whole);
    assert_near(e->grace, (double)sum.times[1] / whole);
    assert_near(e->stopped, (double)sum.times[2] / whole);
    assert_near(e->fresh + e->grace + e->fallback + e->stopped, 1);
    assert_true(e->changes == (double)sum.changes);
}

/* Pairs on a link that is too slow for them and fails. */
static handmade drawn(uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "encryptors", "draw");
    handmade h = handmade_create(2, 1, 1);
    kh_qkd_link *link = handmade_link(&h, 0, 1, 1);
    link->key_store.capacity_keys = 20 + (double)kh_rng_below(&rng, 2000);
    kh_demand *demand = handmade_demand(&h, KH_USE_AES_256, 1, 1);
    demand->rekey_s = 1 + 20 * kh_rng_uniform(&rng);
    demand->encryptors = 1 + (double)kh_rng_below(&rng, 4);
    demand->directions = 1 + (double)kh_rng_below(&rng, 2);
    demand->rate_bps = 256 * demand->encryptors * demand->directions / demand->rekey_s;
    demand->grace_s = 20 * kh_rng_uniform(&rng);
    h.plan.demands[0].requested_bps = h.plan.demands[0].rate_bps = demand->rate_bps;
    handmade_route(&h, demand, demand->rate_bps, 1, one_link);
    double block_s = 5 + 50 * kh_rng_uniform(&rng);
    handmade_blocks(&h, link, ceil(demand->rate_bps * block_s * (0.6 + 0.8 * kh_rng_uniform(&rng))), block_s);
    (void)handmade_fault(&h, KH_FAULT_FIBRE_CUT, "all-fibres", 0.1, 0.03);
    h.options.seed = seed;
    h.options.duration_s = 3000;
    h.options.late_after_s = kh_rng_below(&rng, 2) == 0 ? NOT_GIVEN : 100 * kh_rng_uniform(&rng);
    h.options.fetch_s = kh_rng_below(&rng, 2) == 0 ? 0 : 60;
    return h;
}

static void states_are_those_of_a_model_from_event_to_event(void **state)
{
    (void)state;
    double fresh = 0, stopped = 0;
    enum { NETWORKS = 40 };
    for (uint64_t seed = 0; seed < NETWORKS; seed++) {
        handmade h = drawn(seed);
        recorder *r = handmade_check(KH_NEW(h.arena, recorder, 1));
        kh_engine_inputs inputs = {.net = &h.net, .rates = &h.rates, .plan = &h.plan, .options = &h.options};
        kh_error err = {0};
        bool more = true;
        assert_int_equal(kh_engine_init(&r->engine, &inputs, h.arena, h.arena, &err), KH_OK);
        r->client = r->engine.relay.demands[0].client;
        r->engine.relay.demands[0].client = (kh_relay_client){record, r};
        while (more)
            assert_int_equal(kh_engine_step(&r->engine, &more, &err), KH_OK);
        assert_int_equal(kh_engine_finish(&r->engine, &err), KH_OK);
        const kh_sim_encryptors *e = &r->engine.results[0].demands[0].encryptors;
        assert_as_the_model(r, r->engine.end, e);
        fresh += e->fresh;
        stopped += e->stopped;
        handmade_destroy(&h);
    }
    assert_true(fresh > 5 && fresh < NETWORKS - 5 && stopped > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_comes_late_is_used_until_the_next_is_due),
        cmocka_unit_test(a_fallback_takes_over_when_grace_is_over),
        cmocka_unit_test(grace_is_one_period_unless_it_is_given),
        cmocka_unit_test(a_demand_that_asks_for_no_key_has_no_flows),
        cmocka_unit_test(states_are_those_of_a_model_from_event_to_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conservation of one-time pads, exact in integers, on random networks with faults, queues, reserves and several routes: what the
 * links have spent is what the served keys took on all their hops, plus what blocked requests burnt, plus what is under way. */
#include "core/sim/engine.h"
#include "core/sim/service/relay_audit.h"
#include "tests/core/sim/drawn.h"

#include "tests/core/sim/cmocka_all.h"

typedef struct tally {
    const kh_engine *engine;
    int64_t pads; /* of what was served: bits x hops */
    uint64_t deliveries;
} tally;

static void witness(void *self, const kh_relay_delivery *delivery)
{
    tally *t = self;
    t->deliveries++;
    for (uint32_t i = 0; i < delivery->n_routes; i++)
        t->pads += delivery->bits * t->engine->routing.routes.entries[delivery->routes[i]].n_links;
}

static void play(handmade *h, kh_engine *engine, tally *t)
{
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    kh_error err = {0};
    bool more = true;
    *t = (tally){.engine = engine};
    assert_int_equal(kh_engine_init(engine, &inputs, h->arena, h->arena, &err), KH_OK);
    assert_int_equal(kh_relay_watch(&engine->relay, witness, t, &err), KH_OK);
    while (more && kh_engine_step(engine, &more, &err) == KH_OK)
        continue;
    if (more || kh_engine_finish(engine, &err) != KH_OK)
        fail_msg("%s%s", err.steps, err.message);
}

static void assert_conserved(const kh_engine *engine, const tally *t)
{
    const kh_relay_ledger *ledger = &engine->relay.ledger;
    int64_t under_way = kh_relay_bits_under_way(&engine->relay), spent = 0, lost = 0, fallen = 0;
    for (size_t i = 0; i < engine->links.n; i++) {
        const kh_keystore *store = &engine->links.states[i].store;
        spent += store->delivered + store->relayed;
        lost += store->lost;
        fallen += store->initial + store->generated - store->level;
    }
    assert_true(ledger->taken == t->pads + ledger->burnt + under_way);
    assert_true(ledger->served == t->pads);
    assert_true(spent == t->pads + under_way);
    assert_true(lost >= ledger->burnt && fallen == ledger->taken + (lost - ledger->burnt));
}

static void every_bit_that_links_spend_was_served_burnt_or_is_under_way(void **state)
{
    (void)state;
    uint64_t deliveries = 0, burnt = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        handmade h = drawn_network(seed);
        h.options.duration_s = 200;
        kh_engine *engine = handmade_check(KH_NEW(h.arena, kh_engine, 1));
        tally t;
        play(&h, engine, &t);
        assert_conserved(engine, &t);
        deliveries += t.deliveries;
        burnt += (uint64_t)engine->relay.ledger.burnt;
        handmade_destroy(&h);
    }
    assert_true(deliveries > 1000 && burnt > 0);
}

/* What served keys took on links that carry nothing else can be told from the counts alone. */
static void a_key_takes_its_length_from_every_link_of_its_route(void **state)
{
    (void)state;
    for (uint32_t hops = 1; hops <= 9; hops++) {
        handmade h = handmade_create(10, 9, 1);
        uint32_t links[9];
        for (uint32_t i = 0; i < hops; i++) {
            handmade_link(&h, i, i + 1, 256)->key_store.initial_keys = 20;
            links[i] = i;
        }
        kh_demand *demand = handmade_demand(&h, KH_USE_KEY, 512, 1);
        demand->key_bits = 384;
        handmade_route(&h, demand, demand->rate_bps, hops, links);
        const kh_sim_result *result = handmade_run(&h);
        double served_bits = result->demands[0].delivered_bits;
        assert_true(served_bits == 384 * result->demands[0].served && served_bits > 0);
        for (uint32_t i = 0; i < hops; i++) {
            double spent = result->links[i].delivered_bits + result->links[i].relayed_bits;
            double under_way = (result->demands[0].requests - result->demands[0].served - result->demands[0].blocked) * 384;
            assert_true(spent >= served_bits && spent <= served_bits + under_way);
            assert_true((i == 0 ? result->links[i].relayed_bits : result->links[i].delivered_bits) == 0);
        }
        handmade_destroy(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_that_links_spend_was_served_burnt_or_is_under_way),
        cmocka_unit_test(a_key_takes_its_length_from_every_link_of_its_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/engine.h"
#include "tests/core/sim/handmade.h"

#include "tests/core/sim/cmocka_all.h"

#include <string.h>

static const uint32_t three_links[] = {0, 1, 2};

/* What clients and witnesses were told, in order. */
typedef struct story {
    kh_engine engine;
    struct {
        char what; /* w: witness, s: served, b: blocked */
        kh_ns time;
        uint32_t ticket;
    } lines[16];
    size_t n;
} story;

static void tell(story *s, char what, uint32_t ticket)
{
    if (s->n < 16) {
        s->lines[s->n].what = what;
        s->lines[s->n].time = kh_kernel_now(&s->engine.kernel);
        s->lines[s->n++].ticket = ticket;
    }
}

static void tell_end(void *self, uint32_t demand, uint32_t ticket, bool served)
{
    assert_int_equal(demand, 0);
    tell(self, served ? 's' : 'b', ticket);
}

static void tell_delivery(void *self, const kh_relay_delivery *delivery)
{
    story *s = self;
    assert_true(delivery->n_routes == 1 && delivery->bits == 256);
    assert_int_equal(s->engine.routing.routes.entries[delivery->routes[0]].n_links, 3);
    tell(s, 'w', 0);
}

/* n0 - n1 - n2 - n3 with 256 bit in each store of which `short_of` has none, and a demand that asks for nothing by itself. */
static handmade chain(uint32_t short_of)
{
    handmade h = handmade_create(4, 3, 1);
    for (uint32_t i = 0; i < 3; i++)
        handmade_link(&h, i, i + 1, 0)->key_store.initial_keys = i == short_of ? 0 : 1;
    const kh_demand *demand = handmade_demand(&h, KH_USE_OTP, 0, 1);
    handmade_route(&h, demand, 1, 3, three_links);
    return h;
}

/* One request with ticket 7 at time 0, told to a client. */
static story *tell_one_request(handmade *h, kh_ns late_after)
{
    story *s = handmade_check(KH_NEW(h->arena, story, 1));
    kh_engine_inputs inputs = {.net = &h->net, .rates = &h->rates, .plan = &h->plan, .options = &h->options};
    kh_error err = {0};
    bool more = true;
    assert_int_equal(kh_engine_init(&s->engine, &inputs, h->arena, h->arena, &err), KH_OK);
    assert_int_equal(kh_relay_watch(&s->engine.relay, tell_delivery, s, &err), KH_OK);
    s->engine.relay.demands[0].client = (kh_relay_client){tell_end, s};
    s->engine.relay.demands[0].late_after = late_after;
    kh_relay_issue(&s->engine.relay, 0, 7);
    while (more)
        assert_int_equal(kh_engine_step(&s->engine, &more, &err), KH_OK);
    assert_int_equal(kh_engine_finish(&s->engine, &err), KH_OK);
    return s;
}

static void a_key_is_there_a_latency_a_hop_after_its_request(void **state)
{
    (void)state;
    handmade h = chain(KH_NO_INDEX);
    const story *s = tell_one_request(&h, KH_NS_PER_S);
    assert_true(s->n == 2 && s->lines[0].what == 'w' && s->lines[1].what == 's' && s->lines[1].ticket == 7);
    assert_true(s->lines[0].time == 6000000 && s->lines[1].time == 6000000);
    handmade_destroy(&h);
}

static void without_patience_a_request_is_blocked_where_key_is_missing(void **state)
{
    (void)state;
    handmade h = chain(2);
    const story *s = tell_one_request(&h, 0);
    assert_true(s->n == 1 && s->lines[0].what == 'b' && s->lines[0].ticket == 7 && s->lines[0].time == 6000000);
    assert_int_equal(s->engine.relay.ledger.burnt, 2 * 256);
    const kh_sim_result *result = &s->engine.results[0];
    assert_true(result->links[0].lost_bits == 256 && result->links[1].lost_bits == 256 && result->links[2].lost_bits == 0);
    handmade_destroy(&h);
}

static void with_patience_it_is_blocked_at_its_deadline(void **state)
{
    (void)state;
    handmade h = chain(0);
    const story *s = tell_one_request(&h, KH_NS_PER_S);
    assert_true(s->n == 1 && s->lines[0].what == 'b' && s->lines[0].time == KH_NS_PER_S);
    assert_int_equal(s->engine.relay.ledger.burnt, 0);
    handmade_destroy(&h);
}

static void the_audit_finds_a_store_and_a_request_that_disagree(void **state)
{
    (void)state;
    handmade h = chain(2);
    story *s = tell_one_request(&h, 0);
    kh_error err = {0};
    s->engine.links.states[1].store.relayed += 8;
    s->engine.links.states[1].store.lost -= 8;
    assert_int_equal(kh_kernel_audit(&s->engine.kernel, &err), KH_EINTERNAL);
    assert_non_null(strstr(err.message, "delivered and relayed by all stores"));
    handmade_destroy(&h);
}

static void only_so_many_may_watch(void **state)
{
    (void)state;
    handmade h = chain(0);
    story *s = tell_one_request(&h, 0);
    kh_error err = {0};
    for (size_t i = s->engine.relay.n_watchers; i < KH_RELAY_MOST_WITNESSES; i++)
        assert_int_equal(kh_relay_watch(&s->engine.relay, tell_delivery, s, &err), KH_OK);
    assert_int_equal(kh_relay_watch(&s->engine.relay, tell_delivery, s, &err), KH_ELIMIT);
    handmade_destroy(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_there_a_latency_a_hop_after_its_request),
        cmocka_unit_test(without_patience_a_request_is_blocked_where_key_is_missing),
        cmocka_unit_test(with_patience_it_is_blocked_at_its_deadline),
        cmocka_unit_test(the_audit_finds_a_store_and_a_request_that_disagree),
        cmocka_unit_test(only_so_many_may_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/solvers/near.h"
#include "tests/tools/study/small.h"
#include "tools/services/guard.h"

/* A - B - C with QKD on both fibres, the second without key. */
typedef struct story {
    small s;
    kh_arena *arena;
    kh_demand_id demand;
    kh_qkd_link_id links[2];
    kh_route route;
} story;

static void start(story *t, kh_security security, double got_bps)
{
    small_start(&t->s);
    t->arena = kh_arena_create(0);
    kh_node_id a = small_node(&t->s, "A", false), b = small_node(&t->s, "B", true), c = small_node(&t->s, "C", false);
    t->links[0] = small_link(&t->s, "Q1", small_fibre(&t->s, "F1", a, b, 60, 14), 1, 400000);
    t->links[1] = small_link(&t->s, "Q2", small_fibre(&t->s, "F2", b, c, 160, 37), 1, 0);
    t->demand = small_demand(&t->s, a, c, 100, KH_SHORTFALL_NONE);
    t->s.demands[0].security = security;
    t->route = (kh_route){t->links, 2, got_bps};
    t->s.plan_demands[0].rate_bps = got_bps;
    t->s.plan_demands[0].routes = &t->route;
    t->s.plan_demands[0].n_routes = got_bps > 0 ? 1 : 0;
    t->s.lines[0] = (kh_line_system){.id = "L", .via = t->s.via, .n_via = 2, .ends = {a, c}};
    t->s.net.n_line_systems = 1;
}

static kh_guard find(story *t)
{
    kh_guard guard = {0};
    assert_int_equal(kh_guard_find(&t->s.net, &t->s.plan, t->demand, t->arena, &guard, NULL), KH_OK);
    return guard;
}

static void the_layer_is_what_holds_and_not_what_was_wished(void **state)
{
    (void)state;
    static const struct {
        kh_security security;
        double got_bps;
        kh_layer layer;
    } table[] = {{KH_SECURITY_QKD, 50, KH_LAYER_QKD},       {KH_SECURITY_QKD, 0, KH_LAYER_NONE},
                 {KH_SECURITY_HYBRID, 50, KH_LAYER_HYBRID}, {KH_SECURITY_HYBRID, 0, KH_LAYER_PQC},
                 {KH_SECURITY_PQC, 0, KH_LAYER_PQC},        {KH_SECURITY_PSK, 0, KH_LAYER_PSK}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        story t;
        start(&t, table[i].security, table[i].got_bps);
        kh_guard guard = find(&t);
        assert_int_equal(guard.layer, table[i].layer);
        assert_near(guard.got_bps, table[i].got_bps, 0);
        assert_near(guard.asked_bps, table[i].security <= KH_SECURITY_HYBRID ? 100 : 0, 0);
        kh_arena_destroy(t.arena);
    }
}

static void nodes_between_the_links_of_a_route_hold_the_key(void **state)
{
    (void)state;
    story t;
    start(&t, KH_SECURITY_QKD, 100);
    kh_guard guard = find(&t);
    assert_int_equal(guard.n_trusted, 1);
    assert_string_equal(t.s.nodes[guard.trusted[0].i].id, "B");
    kh_arena_destroy(t.arena);
}

static void fibres_without_a_link_that_has_key_are_bare(void **state)
{
    (void)state;
    story t;
    start(&t, KH_SECURITY_QKD, 0);
    kh_guard guard = find(&t);
    const kh_optical_hop hops[] = {{{0}, true}};
    assert_int_equal(kh_guard_follow(&t.s.net, &t.s.rates, &(kh_optical_route){hops, 1}, t.arena, &guard, NULL), KH_OK);
    assert_int_equal(guard.n_lines, 1);
    assert_near(guard.lines[0].length_km, 220, 1e-12);
    assert_near(guard.lines[0].covered_km, 60, 1e-12);
    assert_int_equal(guard.lines[0].n_bare, 1);
    assert_string_equal(t.s.fibres[guard.lines[0].bare[0].i].id, "F2");
    kh_arena_destroy(t.arena);
}

static void memory_that_is_out_is_told(void **state)
{
    (void)state;
    story t;
    start(&t, KH_SECURITY_QKD, 100);
    kh_guard guard = {.n_trusted = 77};
    for (uint64_t nth = 1; nth <= 2; nth++) {
        kh_arena_fail_after(t.arena, nth);
        assert_int_equal(kh_guard_find(&t.s.net, &t.s.plan, t.demand, t.arena, &guard, NULL), KH_ENOMEM);
        assert_int_equal(guard.n_trusted, 77);
    }
    kh_arena_destroy(t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layer_is_what_holds_and_not_what_was_wished),
        cmocka_unit_test(nodes_between_the_links_of_a_route_hold_the_key),
        cmocka_unit_test(fibres_without_a_link_that_has_key_are_bare),
        cmocka_unit_test(memory_that_is_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

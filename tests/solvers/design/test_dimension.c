/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/dimension.h"

#include "tests/solvers/builder.h"
#include "tests/solvers/hostile.h"
#include "tests/solvers/near.h"

enum { PLAIN, DEAR, N_DEVICES, ROOM = 24 };

/* Pairs of PLAIN cost 1000, of DEAR 1800; key management 10 a site, fitting out 700 where a node says nothing else. */
static kh_builder start(size_t n_nodes)
{
    kh_builder b = kh_builder_create(ROOM);
    kh_builder_nodes(&b, n_nodes);
    b.net.devices = KH_NEW(b.arena, kh_device, N_DEVICES);
    assert_non_null(b.net.devices);
    b.net.n_devices = N_DEVICES;
    b.net.devices[PLAIN].cost_eur = 1000;
    b.net.devices[DEAR].cost_eur = 1800;
    b.net.costs.kms_node_eur = 10;
    b.net.costs.trusted_node_eur = 700;
    return b;
}

static void link(kh_builder *b, uint32_t u, uint32_t v, double most)
{
    b->net.qkd_links[kh_builder_link(b, u, v, 0)].most_modules = most;
}

static kh_dimension_offer offer(uint32_t link, uint32_t device, double rate_bps)
{
    return (kh_dimension_offer){{link}, {device}, rate_bps};
}

static kh_status solve(kh_builder *b, const kh_dimension_offer *offers, size_t n, double theta, bool by_modules, kh_dimension *d)
{
    const kh_dimension_options options = {.theta = theta, .by_modules = by_modules, .time_limit_s = INFINITY};
    return kh_dimension_solve(&b->net, offers, n, &options, b->arena, d, NULL);
}

/* n0 -100- n1 -40- n2 */
static kh_builder chain(kh_dimension_offer offers[2])
{
    kh_builder b = start(3);
    link(&b, 0, 1, 10);
    link(&b, 1, 2, 10);
    offers[0] = offer(0, PLAIN, 100);
    offers[1] = offer(1, PLAIN, 40);
    return b;
}

static void a_chain_gets_pairs_key_management_and_a_room_for_its_relay(void **state)
{
    (void)state;
    kh_dimension_offer offers[2];
    kh_dimension d;
    kh_builder b = chain(offers);
    kh_builder_demand(&b, 0, 2, 100);
    b.net.nodes[1].fitout_cost_eur = 500;
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_OK);
    assert_int_equal(d.design.count[0], 1);
    assert_int_equal(d.design.count[1], 3);
    assert_int_equal(d.n_modules, 4);
    assert_int_equal(d.n_opened, 3);
    assert_int_equal(d.n_fitted, 1);
    assert_near(d.modules_eur, 4000, 0);
    assert_near(d.kms_eur, 30, 0);
    assert_near(d.fitout_eur, 500, 0); /* what the node says, not what the table says */
    assert_near(d.design.cost, 4530, 1e-9);
    assert_near(d.design.bound, 4530, 1e-9);
    kh_builder_destroy(&b);
}

static void theta_multiplies_what_is_asked_for(void **state)
{
    (void)state;
    kh_dimension_offer offers[2];
    kh_dimension d;
    kh_builder b = chain(offers);
    kh_builder_demand(&b, 0, 2, 100);
    assert_int_equal(solve(&b, offers, 2, 2, false, &d), KH_OK);
    assert_int_equal(d.design.count[0], 2);
    assert_int_equal(d.design.count[1], 5);
    kh_builder_destroy(&b);
}

static void counted_by_pairs_neither_prices_nor_sites_matter(void **state)
{
    (void)state;
    kh_dimension_offer offers[2];
    kh_dimension d;
    kh_builder b = chain(offers);
    kh_builder_demand(&b, 0, 2, 100);
    offers[1].device.i = KH_NO_INDEX; /* no device, no price */
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_ERANGE);
    assert_int_equal(solve(&b, offers, 2, 1, true, &d), KH_OK);
    assert_near(d.design.cost, 4, 1e-9);
    assert_near(d.kms_eur + d.fitout_eur, 0, 0);
    kh_builder_destroy(&b);
}

static void the_cheaper_of_two_devices_is_chosen_within_the_room_of_the_link(void **state)
{
    (void)state;
    kh_dimension d;
    kh_builder b = start(2);
    link(&b, 0, 1, 3);
    const kh_dimension_offer offers[] = {offer(0, PLAIN, 100), offer(0, DEAR, 250)};
    uint32_t k = kh_builder_demand(&b, 0, 1, 250);
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_OK);
    assert_near(d.modules_eur, 1800, 0); /* one dear pair, not three plain ones */
    b.net.demands[k].rate_bps = 600;
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_OK);
    assert_int_equal(d.design.count[0], 1); /* six plain ones have no room */
    assert_int_equal(d.design.count[1], 2);
    b.net.demands[k].rate_bps = 751;
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_INFEASIBLE);
    kh_builder_destroy(&b);
}

static void demands_that_no_chain_of_offers_joins_are_left_out_by_name(void **state)
{
    (void)state;
    kh_dimension_offer offers[2];
    kh_dimension d;
    kh_builder b = chain(offers);
    kh_builder_nodes(&b, 4);
    kh_builder_demand(&b, 0, 3, 100);
    kh_builder_demand(&b, 0, 1, 100);
    kh_builder_demand(&b, 1, 2, 0); /* asks for nothing */
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_OK);
    assert_int_equal(d.n_cut_off, 1);
    assert_true(d.cut_off[0] && !d.cut_off[1] && !d.cut_off[2]);
    assert_int_equal(d.problem.n_demands, 1);
    assert_int_equal(d.sent[0], 1);
    assert_int_equal(d.n_modules, 1);
    kh_builder_destroy(&b);
}

static void nothing_is_asked_of_nodes_that_must_not_relay(void **state)
{
    (void)state;
    kh_dimension d;
    kh_builder b = start(3);
    link(&b, 0, 1, 9);
    link(&b, 1, 2, 9);
    link(&b, 0, 2, 9);
    const kh_dimension_offer offers[] = {offer(0, PLAIN, 100), offer(1, PLAIN, 100), offer(2, DEAR, 10)};
    kh_builder_demand(&b, 0, 2, 50);
    b.net.nodes[1].trusted = false;
    assert_int_equal(solve(&b, offers, 3, 1, false, &d), KH_OK);
    assert_int_equal(d.design.count[2], 5); /* the dear straight way */
    assert_int_equal(d.n_modules, 5);
    assert_int_equal(d.n_fitted, 0);
    kh_builder_destroy(&b);
}

static void a_link_on_which_nothing_may_stand_and_a_loop_offer_no_way(void **state)
{
    (void)state;
    kh_dimension d;
    kh_builder b = start(2);
    link(&b, 0, 1, 0);
    link(&b, 0, 0, 9);
    const kh_dimension_offer offers[] = {offer(0, PLAIN, 100), offer(1, PLAIN, 100)};
    kh_builder_demand(&b, 0, 1, 50);
    assert_int_equal(solve(&b, offers, 2, 1, false, &d), KH_OK);
    assert_int_equal(d.n_cut_off, 1);
    assert_int_equal(d.n_modules, 0);
    assert_near(d.design.cost, 0, 0);
    kh_builder_destroy(&b);
}

static void one_node_and_no_demand_cost_nothing(void **state)
{
    (void)state;
    kh_dimension d;
    kh_builder b = start(1);
    assert_int_equal(solve(&b, NULL, 0, 1, false, &d), KH_OK);
    assert_near(d.design.cost, 0, 0);
    assert_near(d.design.bound, 0, 0);
    kh_builder_destroy(&b);
}

static void rates_of_1e_12_and_1e12_stand_beside_each_other(void **state)
{
    (void)state;
    kh_dimension d;
    kh_builder b = start(3);
    link(&b, 0, 1, 4);
    link(&b, 0, 1, 4);
    link(&b, 1, 2, 4);
    const kh_dimension_offer offers[] = {offer(0, PLAIN, 1e-12), offer(1, DEAR, 1e12), offer(2, PLAIN, 1e12)};
    uint32_t k = kh_builder_demand(&b, 0, 2, 100);
    assert_int_equal(solve(&b, offers, 3, 1, false, &d), KH_OK);
    assert_int_equal(d.design.count[0], 0);
    assert_int_equal(d.n_modules, 2);
    b.net.demands[k].rate_bps = 3e-12; /* three pairs of the faint ones would cost more than a dear one */
    assert_int_equal(solve(&b, offers, 3, 1, false, &d), KH_OK);
    assert_near(d.modules_eur, 2800, 0);
    b.net.demands[k].rate_bps = 1e-12;
    assert_int_equal(solve(&b, offers, 3, 1, false, &d), KH_OK);
    assert_near(d.modules_eur, 2000, 0);
    kh_builder_destroy(&b);
}

static void hostile_networks_get_a_verified_design_or_a_clear_no(void **state)
{
    (void)state;
    size_t n_designed = 0, n_short = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        kh_builder b = kh_hostile_draw(seed, NULL);
        kh_dimension_offer offers[ROOM];
        kh_dimension d;
        size_t n = 0;
        for (uint32_t e = 0; e < b.net.n_qkd_links; e++) {
            b.net.qkd_links[e].most_modules = (double)((seed + e) % 5);
            if (b.rates.qkd[e].key_rate_bps > 0)
                offers[n++] = offer(e, 0, b.rates.qkd[e].key_rate_bps);
        }
        kh_status status = solve(&b, offers, n, seed % 2 == 0 ? 1e-3 : 1, seed % 3 == 0, &d);
        assert_true(status == KH_OK || status == KH_INFEASIBLE); /* a wrong design would be KH_EINTERNAL */
        n_designed += status == KH_OK && d.n_modules > 0;
        n_short += status == KH_INFEASIBLE;
        if (status == KH_OK)
            assert_near(d.design.cost, d.modules_eur + d.kms_eur + d.fitout_eur, 1e-6 * d.design.cost);
        if (status == KH_OK)
            assert_near(d.design.bound, d.design.cost, 1e-6 * d.design.cost);
        kh_builder_destroy(&b);
    }
    assert_in_range(n_designed, 50, 149);
    assert_in_range(n_short, 10, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_gets_pairs_key_management_and_a_room_for_its_relay),
        cmocka_unit_test(theta_multiplies_what_is_asked_for),
        cmocka_unit_test(counted_by_pairs_neither_prices_nor_sites_matter),
        cmocka_unit_test(the_cheaper_of_two_devices_is_chosen_within_the_room_of_the_link),
        cmocka_unit_test(demands_that_no_chain_of_offers_joins_are_left_out_by_name),
        cmocka_unit_test(nothing_is_asked_of_nodes_that_must_not_relay),
        cmocka_unit_test(a_link_on_which_nothing_may_stand_and_a_loop_offer_no_way),
        cmocka_unit_test(one_node_and_no_demand_cost_nothing),
        cmocka_unit_test(rates_of_1e_12_and_1e12_stand_beside_each_other),
        cmocka_unit_test(hostile_networks_get_a_verified_design_or_a_clear_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

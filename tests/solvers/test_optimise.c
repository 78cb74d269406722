/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/optimise.h"

#include "solvers/verify.h"

#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include <math.h>
#include <string.h>

static void a_chain_carries_what_its_thinnest_link_carries(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 3);
    kh_builder_link(&b, 0, 1, 1000);
    uint32_t thin = kh_builder_link(&b, 1, 2, 400);
    kh_builder_demand(&b, 0, 2, 800);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_near(plan->value, 0.5, 1e-10);
    assert_near(plan->demands[0].rate_bps, 400, 1e-7);
    assert_true(plan->gap < 1e-9);
    assert_near(plan->links[thin].shadow_price, 1.0 / 800, 1e-12);
    assert_true(plan->links[0].shadow_price <= 0);
    assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_CAPACITY);
    const kh_cut *cut = &plan->demands[0].cut;
    assert_int_equal(cut->n_links, 1);
    assert_int_equal(cut->links[0].i, thin);
    assert_int_equal(cut->n_side, 2);
    assert_near(cut->capacity_bps, 400, 0);
    assert_near(cut->requested_bps, 800, 0);
    kh_builder_destroy(&b);
}

static void spare_capacity_shows_in_the_value_and_not_in_the_rates(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 2);
    kh_builder_link(&b, 0, 1, 1000);
    kh_builder_demand(&b, 0, 1, 250);
    for (int objective = 0; objective < 2; objective++) {
        kh_plan *plan = kh_builder_plan(&b, (kh_objective)objective);
        assert_near(plan->value, 4, 1e-8);
        assert_near(plan->demands[0].rate_bps, 250, 1e-8);
        assert_true(plan->demands[0].rate_bps <= 250);
        assert_int_equal(plan->n_met, 1);
        assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_NONE);
    }
    kh_builder_destroy(&b);
}

static void an_untrusted_node_on_the_only_way_is_named(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 4);
    b.net.nodes[2].trusted = false;
    kh_builder_link(&b, 0, 1, 1000);
    kh_builder_link(&b, 1, 2, 1000);
    kh_builder_link(&b, 2, 3, 1000);
    kh_builder_demand(&b, 0, 3, 100);
    kh_builder_demand(&b, 0, 2, 100); /* its end need not be trusted */
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_UNTRUSTED);
    assert_int_equal(plan->demands[0].cut.n_untrusted, 1);
    assert_int_equal(plan->demands[0].cut.untrusted[0].i, 2);
    assert_int_equal(plan->demands[0].cut.n_side, 2);
    assert_near(plan->demands[0].cut.requested_bps, 100, 0);
    assert_int_equal(plan->demands[1].shortfall, KH_SHORTFALL_NONE);
    assert_near(plan->value, 10, 1e-8); /* the demand without a path does not pull it to 0 */
    assert_int_equal(plan->n_met, 1);
    assert_int_equal(plan->n_asking, 2);
    kh_builder_destroy(&b);
}

static void a_trusted_detour_is_taken_round_an_untrusted_node(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 5);
    b.net.nodes[1].trusted = false;
    kh_builder_link(&b, 0, 1, 1000);
    kh_builder_link(&b, 1, 2, 1000);
    kh_builder_link(&b, 0, 3, 100);
    kh_builder_link(&b, 3, 4, 100);
    kh_builder_link(&b, 4, 2, 100);
    kh_builder_demand(&b, 0, 2, 500);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_near(plan->value, 0.2, 1e-10);
    assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_CAPACITY);
    assert_near(plan->demands[0].cut.capacity_bps, 100, 0); /* the links to the untrusted node do not count */
    assert_int_equal(plan->demands[0].cut.n_links, 1);
    kh_builder_destroy(&b);
}

static void switches_hold_no_key_even_when_called_trusted(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 3);
    b.net.nodes[1].kind = KH_NODE_SWITCH;
    kh_builder_link(&b, 0, 1, 1000);
    kh_builder_link(&b, 1, 2, 1000);
    kh_builder_demand(&b, 0, 2, 500);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
    assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_NO_PATH);
    assert_int_equal(plan->demands[0].n_routes, 0);
    assert_true(plan->value <= 0 && plan->bound <= 0 && plan->gap <= 0);
    kh_builder_destroy(&b);
}

static void a_link_without_key_parts_the_network(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 4);
    kh_builder_link(&b, 0, 1, 1000);
    kh_builder_link(&b, 1, 2, 0);
    kh_builder_link(&b, 2, 3, 1000);
    kh_builder_demand(&b, 3, 0, 500);
    kh_builder_demand(&b, 0, 1, 2000);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_NO_PATH);
    assert_int_equal(plan->demands[0].cut.n_side, 2);
    assert_int_equal(plan->demands[0].cut.n_links, 0);
    assert_near(plan->demands[0].cut.requested_bps, 500, 0);
    assert_near(plan->demands[1].rate_bps, 1000, 1e-6);
    kh_builder_destroy(&b);
}

static void parallel_links_add_up_and_self_loops_do_nothing(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 2);
    kh_builder_link(&b, 0, 1, 300);
    kh_builder_link(&b, 1, 0, 500);
    kh_builder_link(&b, 0, 0, 1e6);
    kh_builder_demand(&b, 0, 1, 1600);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_near(plan->value, 0.5, 1e-10);
    assert_int_equal(plan->demands[0].n_routes, 2);
    assert_true(plan->demands[0].routes[0].rate_bps >= plan->demands[0].routes[1].rate_bps);
    assert_int_equal(plan->demands[0].cut.n_links, 2);
    assert_true(plan->links[2].used_bps <= 0);
    kh_builder_destroy(&b);
}

static void max_min_gives_more_where_concurrent_gives_all_the_same(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 3);
    kh_builder_link(&b, 0, 1, 100);
    kh_builder_link(&b, 1, 2, 600);
    kh_builder_demand(&b, 0, 1, 1000);
    kh_builder_demand(&b, 1, 2, 500);
    kh_plan *concurrent = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_near(concurrent->demands[1].rate_bps, 50, 1e-8);
    assert_int_equal(concurrent->demands[1].shortfall, KH_SHORTFALL_CAPACITY);
    kh_plan *fair = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
    assert_near(fair->value, 0.1, 1e-10);
    assert_near(fair->demands[0].rate_bps, 100, 1e-8);
    assert_near(fair->demands[1].rate_bps, 500, 1e-6);
    assert_int_equal(fair->n_met, 1);
    kh_builder_destroy(&b);
}

static void demands_that_need_no_qkd_are_left_out(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 2);
    kh_builder_link(&b, 0, 1, 100);
    kh_builder_demand(&b, 0, 1, 1e9);
    b.net.demands[0].security = KH_SECURITY_PQC;
    kh_builder_demand(&b, 0, 1, 0);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_int_equal(plan->demands[0].shortfall, KH_SHORTFALL_NOT_NEEDED);
    assert_int_equal(plan->n_asking, 1);
    assert_int_equal(plan->n_met, 1);
    kh_builder_destroy(&b);
}

static void empty_networks_have_empty_plans(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(4);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
    assert_int_equal(plan->n_demands, 0);
    kh_builder_nodes(&b, 1);
    plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_int_equal(plan->n_asking, 0);
    assert_true(plan->value <= 0 && plan->cost.total_eur <= 0);
    kh_builder_destroy(&b);
}

/* 24 orders of magnitude in one network: the starved demand is the lowest level, the others are not touched by it. */
static void rates_from_1e_minus_12_to_1e12_live_together(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 4);
    kh_builder_link(&b, 0, 1, 1e-12);
    kh_builder_link(&b, 1, 2, 1e12);
    kh_builder_link(&b, 2, 3, 1);
    kh_builder_link(&b, 3, 2, 2);
    kh_builder_demand(&b, 0, 2, 1);
    kh_builder_demand(&b, 1, 2, 4e12);
    kh_builder_demand(&b, 2, 3, 6);
    kh_plan *plan = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_near(plan->value / 1e-12, 1, 1e-9);
    assert_true(plan->gap < 1e-9);
    plan = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
    assert_near(plan->demands[0].rate_bps / 1e-12, 1, 1e-9);
    assert_near(plan->demands[1].rate_bps / 1e12, 1, 1e-8);
    assert_near(plan->demands[2].rate_bps, 3, 1e-7);
    kh_builder_destroy(&b);
}

static bool same_plan(const kh_plan *a, const kh_plan *b)
{
    bool same = memcmp(&a->value, &b->value, sizeof a->value) == 0 && memcmp(&a->bound, &b->bound, sizeof a->bound) == 0 &&
                memcmp(a->prices, b->prices, a->n_links * sizeof *a->prices) == 0;
    for (size_t k = 0; same && k < a->n_demands; k++) {
        const kh_plan_demand *x = &a->demands[k], *y = &b->demands[k];
        same = memcmp(&x->rate_bps, &y->rate_bps, sizeof x->rate_bps) == 0 && x->n_routes == y->n_routes;
        for (size_t r = 0; same && r < x->n_routes; r++)
            same = x->routes[r].n_links == y->routes[r].n_links &&
                   memcmp(x->routes[r].links, y->routes[r].links, x->routes[r].n_links * sizeof *x->routes[r].links) == 0 &&
                   memcmp(&x->routes[r].rate_bps, &y->routes[r].rate_bps, sizeof x->routes[r].rate_bps) == 0;
    }
    return same;
}

static void the_same_input_gives_the_same_plan_bit_for_bit(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(200);
    kh_builder_nodes(&b, 30);
    for (uint32_t i = 0; i < 60; i++)
        kh_builder_link(&b, i % 30, (i * 7 + 3) % 30, 10 + (i * 37) % 101);
    for (uint32_t i = 0; i < 100; i++)
        if (i % 30 != (i * 11 + 5) % 30)
            kh_builder_demand(&b, i % 30, (i * 11 + 5) % 30, 1 + i % 17);
    kh_plan *first = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
    kh_plan *second = kh_builder_plan(&b, KH_OBJECTIVE_MAX_MIN);
    assert_true(same_plan(first, second));
    kh_builder_destroy(&b);
}

static void costs_count_each_node_and_fibre_once(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_device device = {.cost_eur = 1000};
    kh_fibre fibres[2] = {{.length_km = 30}, {.length_km = 50}};
    kh_fibre_id via[2] = {{0}, {1}};
    b.net.devices = &device;
    b.net.n_devices = 1;
    b.net.fibres = fibres;
    b.net.n_fibres = 2;
    b.net.costs = (kh_costs){.trusted_node_eur = 500,
                             .kms_node_eur = 100,
                             .encryptor_pair_eur = 70,
                             .fibre_eur_per_km_year = 2,
                             .opex_fraction_per_year = 0.1,
                             .years = 5};
    kh_builder_nodes(&b, 3);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t e = kh_builder_link(&b, i < 2 ? i : 0, i < 2 ? i + 1 : 1, 100);
        b.net.qkd_links[e].device = (kh_device_id){0};
        b.net.qkd_links[e].via = &via[i % 2];
        b.net.qkd_links[e].n_via = 1;
    }
    b.net.qkd_links[1].modules = 2;
    kh_builder_demand(&b, 0, 2, 50);
    b.net.demands[0].use = KH_USE_AES_256;
    b.net.demands[0].encryptors = 3;
    kh_plan_cost cost = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT)->cost;
    assert_int_equal(cost.n_modules, 4);
    assert_near(cost.modules_eur, 4000, 0);
    assert_int_equal(cost.n_trusted_nodes, 1);
    assert_near(cost.trusted_nodes_eur, 500, 0);
    assert_near(cost.kms_eur, 300, 0);
    assert_near(cost.encryptors_eur, 210, 0);
    assert_near(cost.fibre_km, 80, 0);
    assert_near(cost.fibre_eur, 800, 0);
    assert_near(cost.opex_eur, 0.5 * 5010, 1e-9);
    assert_near(cost.total_eur, 5010 + 800 + 2505, 1e-9);
    b.net.nodes[1].fitout_cost_eur = 900;
    assert_near(kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT)->cost.trusted_nodes_eur, 900, 0);
    device.cost_eur = NAN;
    assert_true(isnan(kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT)->cost.total_eur));
    kh_builder_destroy(&b);
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 2);
    kh_builder_link(&b, 0, 1, 100);
    kh_builder_demand(&b, 0, 1, 10);
    const double bad[] = {NAN, INFINITY, -1};
    kh_optimise_options options = {.objective = KH_OBJECTIVE_CONCURRENT};
    for (size_t i = 0; i < 3; i++) {
        kh_plan *plan = NULL;
        kh_error err = {0};
        b.rates.qkd[0].key_rate_bps = bad[i];
        assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, &err), KH_ERANGE);
        assert_non_null(strstr(err.message, "l0"));
        b.rates.qkd[0].key_rate_bps = 100;
        b.net.demands[0].rate_bps = bad[i];
        assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, &err), KH_ERANGE);
        assert_non_null(strstr(err.message, "d0"));
        b.net.demands[0].rate_bps = 10;
        assert_null(plan);
    }
    b.rates.n_qkd = 0;
    kh_plan *plan = NULL;
    assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, NULL), KH_ERANGE);
    kh_builder_destroy(&b);
}

static void no_memory_is_an_answer_wherever_it_ends(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 3);
    kh_builder_link(&b, 0, 1, 100);
    kh_builder_link(&b, 1, 2, 10);
    kh_builder_demand(&b, 0, 2, 20);
    kh_optimise_options options = {.objective = KH_OBJECTIVE_CONCURRENT};
    kh_status status = KH_ENOMEM;
    for (uint64_t nth = 1; nth < 100 && status != KH_OK; nth++) {
        kh_arena *arena = kh_arena_create(0);
        kh_plan *plan = NULL;
        kh_error err = {0};
        kh_arena_fail_after(arena, nth);
        status = kh_optimise(&b.net, &b.rates, &options, arena, &plan, &err);
        assert_true(status == KH_OK ? plan != NULL : status == KH_ENOMEM && plan == NULL);
        kh_arena_destroy(arena);
    }
    assert_int_equal(status, KH_OK);
    kh_builder_destroy(&b);
}

static void a_time_limit_leaves_a_feasible_plan_with_an_honest_gap(void **state)
{
    (void)state;
    kh_builder b = kh_builder_create(200);
    kh_builder_nodes(&b, 40);
    for (uint32_t i = 0; i < 120; i++)
        kh_builder_link(&b, i % 40, (i * 13 + 1 + i / 40) % 40, 10 + (i * 29) % 97);
    for (uint32_t i = 0; i < 200; i++)
        if (i % 40 != (i * 17 + 9) % 40)
            kh_builder_demand(&b, i % 40, (i * 17 + 9) % 40, 1 + i % 13);
    kh_plan *plan = NULL;
    kh_error err = {0};
    kh_optimise_options options = {.objective = KH_OBJECTIVE_MAX_MIN, .time_limit_s = 1e-9};
    assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, &err), KH_TIMELIMIT);
    assert_non_null(plan);
    assert_true(plan->value > 0 && plan->bound >= plan->value);
    kh_findings *findings = kh_findings_create();
    assert_int_equal(kh_verify(&b.net, &b.rates, plan, findings, NULL), KH_OK);
    kh_findings_destroy(findings);
    kh_plan *best = kh_builder_plan(&b, KH_OBJECTIVE_CONCURRENT);
    assert_true(plan->value <= best->value * (1 + 1e-9) && plan->bound >= best->value * (1 - 1e-9));
    kh_builder_destroy(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_carries_what_its_thinnest_link_carries),
        cmocka_unit_test(spare_capacity_shows_in_the_value_and_not_in_the_rates),
        cmocka_unit_test(an_untrusted_node_on_the_only_way_is_named),
        cmocka_unit_test(a_trusted_detour_is_taken_round_an_untrusted_node),
        cmocka_unit_test(switches_hold_no_key_even_when_called_trusted),
        cmocka_unit_test(a_link_without_key_parts_the_network),
        cmocka_unit_test(parallel_links_add_up_and_self_loops_do_nothing),
        cmocka_unit_test(max_min_gives_more_where_concurrent_gives_all_the_same),
        cmocka_unit_test(demands_that_need_no_qkd_are_left_out),
        cmocka_unit_test(empty_networks_have_empty_plans),
        cmocka_unit_test(rates_from_1e_minus_12_to_1e12_live_together),
        cmocka_unit_test(the_same_input_gives_the_same_plan_bit_for_bit),
        cmocka_unit_test(costs_count_each_node_and_fibre_once),
        cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(no_memory_is_an_answer_wherever_it_ends),
        cmocka_unit_test(a_time_limit_leaves_a_feasible_plan_with_an_honest_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

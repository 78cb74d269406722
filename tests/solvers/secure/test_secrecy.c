/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans whose keys are secret from some relays: known optima on small networks, and verification that finds every change. */
#include "solvers/optimise.h"
#include "solvers/verify.h"
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include <string.h>

/* n0 to n1 over three relays n2, n3, n4; n5 hangs on n1 behind n6; n0 and n7 share a link. Demands: across, to the tail, direct. */
static kh_builder make_network(void)
{
    kh_builder b = kh_builder_create(16);
    kh_builder_nodes(&b, 8);
    for (uint32_t v = 2; v < 5; v++) {
        kh_builder_link(&b, 0, v, 100);
        kh_builder_link(&b, v, 1, 100);
    }
    kh_builder_link(&b, 2, 3, 100);
    kh_builder_link(&b, 1, 6, 50);
    kh_builder_link(&b, 6, 5, 50);
    kh_builder_link(&b, 0, 7, 50);
    kh_builder_demand(&b, 0, 1, 400);
    kh_builder_demand(&b, 0, 5, 10);
    kh_builder_demand(&b, 7, 0, 10);
    static const char *const operators[] = {"east", "west", NULL};
    b.net.domains = KH_NEW(b.arena, kh_domain, 3);
    assert_non_null(b.net.domains);
    for (uint32_t d = 0; d < 3; d++)
        b.net.domains[d] = (kh_domain){.id = d == 0 ? "d0" : d == 1 ? "d1" : "d2", .operator_name = operators[d], .country = "X"};
    b.net.n_domains = 3;
    for (uint32_t v = 0; v < 8; v++)
        b.net.nodes[v].domain.i = v == 2 || v == 3 ? 0 : v == 4 ? 1 : 2;
    return b;
}

static kh_plan *make_plan(kh_builder *b, kh_secrecy secrecy, uint32_t colluders, const char *coalitions)
{
    const kh_optimise_options options = {.secrecy = secrecy, .colluders = colluders, .coalitions = coalitions};
    kh_plan *plan = NULL;
    kh_error err = {0};
    if (kh_optimise(&b->net, &b->rates, &options, b->arena, &plan, &err) != KH_OK)
        print_error("%s\n", err.message);
    assert_non_null(plan);
    return plan;
}

static size_t count_wrong(const kh_builder *b, const kh_plan *plan)
{
    kh_findings *findings = kh_findings_create();
    assert_non_null(findings);
    kh_status status = kh_verify(&b->net, &b->rates, plan, findings, NULL);
    size_t n = kh_findings_count(findings, KH_ERROR);
    kh_findings_destroy(findings);
    assert_int_equal(status, n > 0 ? KH_UNMET : KH_OK);
    return n;
}

/* Three ways of 100 each carry 300 at most; the worst relay sees 100 of it. Two disjoint ways of three: 150. */
static void ramp_sharing_gains_where_three_ways_lead(void **unused)
{
    (void)unused;
    kh_builder b = make_network();
    kh_plan *ramp = make_plan(&b, KH_SECRECY_RAMP, 1, NULL);
    assert_near(ramp->demands[0].rate_bps, 200, 1e-6);
    assert_near(ramp->demands[0].carried_bps, 300, 1e-6);
    assert_near(ramp->value, 0.5, 1e-9);
    assert_near(ramp->secrecy.plain_value, 0.75, 1e-9);
    assert_int_equal(count_wrong(&b, ramp), 0);
    b.net.n_demands = 1; /* sets of two ways: the direct link of the third demand is not two */
    kh_plan *disjoint = make_plan(&b, KH_SECRECY_DISJOINT, 1, NULL);
    assert_near(disjoint->demands[0].rate_bps, 150, 1e-6);
    assert_near(disjoint->demands[0].carried_bps, 300, 1e-6);
    assert_int_equal(count_wrong(&b, disjoint), 0);
    kh_builder_destroy(&b);
}

static void what_cannot_be_secret_is_left_out_and_says_why(void **unused)
{
    (void)unused;
    kh_builder b = make_network();
    kh_plan *plan = make_plan(&b, KH_SECRECY_RAMP, 1, NULL);
    const kh_plan_demand *tail = &plan->demands[1];
    assert_int_equal(tail->shortfall, KH_SHORTFALL_EXPOSED);
    assert_int_equal(tail->n_exposed_at, 1);
    assert_int_equal(tail->exposed_at[0].i, 6);
    assert_near(plan->demands[2].rate_bps, 5, 1e-6); /* a link of its own needs no other way */
    assert_int_equal(count_wrong(&b, make_plan(&b, KH_SECRECY_RAMP, 3, NULL)), 0);
    assert_int_equal(count_wrong(&b, make_plan(&b, KH_SECRECY_DISJOINT, 2, NULL)), 0);
    kh_builder_destroy(&b);
}

/* East has two of the three ways: only what west carries and no more than east can be secret from both. */
static void a_coalition_is_counted_once_for_a_path_through_two_members(void **unused)
{
    (void)unused;
    kh_builder b = make_network();
    b.net.n_demands = 1;
    kh_plan *plan = make_plan(&b, KH_SECRECY_COALITIONS, 0, "operator");
    assert_int_equal(plan->secrecy.n_coalitions, 2);
    assert_near(plan->demands[0].rate_bps, 100, 1e-6);
    assert_int_equal(count_wrong(&b, plan), 0);
    kh_plan *listed = make_plan(&b, KH_SECRECY_COALITIONS, 0, "n2,n3,n4");
    kh_plan *ramp = make_plan(&b, KH_SECRECY_RAMP, 1, NULL);
    assert_near(listed->demands[0].rate_bps, ramp->demands[0].rate_bps, 1e-6);
    kh_plan *all = make_plan(&b, KH_SECRECY_COALITIONS, 0, "n3+n2+n4,n7");
    assert_int_equal(all->demands[0].shortfall, KH_SHORTFALL_EXPOSED);
    assert_int_equal(all->demands[0].exposed_to, 0);
    assert_int_equal(count_wrong(&b, all), 0);
    kh_plan *domain = make_plan(&b, KH_SECRECY_COALITIONS, 0, "domain");
    assert_int_equal(domain->secrecy.n_coalitions, 3);
    assert_int_equal(count_wrong(&b, domain), 0);
    kh_builder_destroy(&b);
}

static void wishes_that_cannot_be_are_refused(void **unused)
{
    (void)unused;
    static const struct {
        kh_optimise_options options;
        const char *says;
    } cases[] = {
        {{.secrecy = KH_SECRECY_RAMP, .colluders = 1, .objective = KH_OBJECTIVE_TOTAL}, "max-min or concurrent"},
        {{.secrecy = KH_SECRECY_RAMP}, "must be 1 or more"},
        {{.secrecy = KH_SECRECY_COALITIONS, .coalitions = "vendor"}, "names no vendor"},
        {{.secrecy = KH_SECRECY_COALITIONS, .coalitions = "n2+nowhere"}, "'nowhere' is no node"},
        {{.secrecy = KH_SECRECY_COALITIONS, .coalitions = "n2+n2"}, "stands twice"},
        {{.secrecy = KH_SECRECY_COALITIONS, .coalitions = ","}, "'' is no node"},
    };
    kh_builder b = make_network();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kh_plan *plan = NULL;
        kh_error err = {0};
        assert_int_equal(kh_optimise(&b.net, &b.rates, &cases[i].options, b.arena, &plan, &err), KH_EUSAGE);
        assert_non_null(strstr(err.message, cases[i].says));
    }
    kh_builder_destroy(&b);
}

/* No time at all: a plan that verifies, and its honest gap. */
static void without_time_the_plan_still_verifies(void **unused)
{
    (void)unused;
    kh_builder b = make_network();
    const kh_optimise_options options = {.secrecy = KH_SECRECY_RAMP, .colluders = 1, .time_limit_s = 1e-9};
    kh_plan *plan = NULL;
    assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, NULL), KH_TIMELIMIT);
    assert_true(plan->value > 0 && isfinite(plan->bound) && plan->bound >= 0.5);
    assert_int_equal(count_wrong(&b, plan), 0);
    kh_builder_destroy(&b);
}

static void a_check_that_is_not_done_in_time_says_so_and_accuses_nobody(void **unused)
{
    (void)unused;
    kh_builder b = make_network();
    const kh_optimise_options options = {.secrecy = KH_SECRECY_RAMP, .colluders = 1};
    kh_plan *plan = NULL;
    kh_error err = {0};
    kh_findings *findings = kh_findings_create();
    assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, NULL), KH_OK);
    assert_int_equal(kh_verify_until(&b.net, &b.rates, plan, 0, findings, &err), KH_TIMELIMIT);
    assert_non_null(strstr(err.message, "no time is left"));
    assert_int_equal(kh_findings_count(findings, KH_ERROR), 0);
    assert_int_equal(kh_verify_until(&b.net, &b.rates, plan, (double)INFINITY, findings, NULL), KH_OK);
    kh_findings_destroy(findings);
    kh_builder_destroy(&b);
}

/* --- mutations: one thing changed in a sound plan ---------------------------------------------------------------------------- */

typedef void mutation(kh_builder *b, kh_plan *plan);

/* From n0 over n2 on to n3 and n1: a link that is free, through another's relay. */
static void move_a_route(kh_builder *b, kh_plan *plan)
{
    kh_plan_demand *demand = &plan->demands[0];
    for (size_t r = 0; r < demand->n_routes; r++)
        if (demand->routes[r].links[0].i == 0) {
            demand->routes[r].links = KH_NEW(b->arena, kh_qkd_link_id, 3);
            demand->routes[r].links[0].i = 0;
            demand->routes[r].links[1].i = 6;
            demand->routes[r].links[2].i = 3;
            demand->routes[r].n_links = 3;
        }
}
static void raise_a_rate(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].rate_bps *= 1.000001;
}
static void claim_all_that_is_carried(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].rate_bps = plan->demands[0].carried_bps;
}
static void carry_less(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].routes[0].rate_bps *= 0.99;
    plan->demands[0].carried_bps -= plan->demands[0].routes[0].rate_bps * 0.01 / 0.99;
}
static void distrust_a_relay(kh_builder *b, kh_plan *plan)
{
    (void)plan;
    b->net.nodes[3].trusted = false;
}
static void forget_secrecy(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy = (kh_plan_secrecy){0};
}
static void fear_one_more(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.colluders++;
}
static void lower_the_bound(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->bound *= 0.999;
}
static void lower_a_price(kh_builder *b, kh_plan *plan)
{
    (void)b;
    for (size_t e = 0; e < plan->n_links; e++)
        if (plan->prices[e] > 1e-6) {
            plan->prices[e] *= 0.9;
            return;
        }
}
static void point_at_nobody(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[1].n_exposed_at = 0;
}
static void point_at_another(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[1].exposed_at[0].i = 3;
}
static void call_a_good_one_exposed(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].shortfall = KH_SHORTFALL_EXPOSED;
}
static void claim_it_costs_less_than_nothing(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.plain_bound = plan->value / 2;
}
static void swap_objective(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->objective = KH_OBJECTIVE_TOTAL;
}
static void blame_more_than_all(kh_builder *b, kh_plan *plan)
{
    (void)b;
    if (plan->secrecy.n_suspicions > 0)
        plan->secrecy.suspicions[0].share = 1.5;
    else
        plan->secrecy.n_coalitions = 7;
}
static void blame_nobody(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.n_suspicions = 0;
}
static void blame_an_unknown(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.suspicions[0].whom = 4000000;
}
/* Relays have no shares of a ramp's certificate. */
static void blame_anybody(kh_builder *b, kh_plan *plan)
{
    plan->secrecy.suspicions = KH_NEW(b->arena, kh_suspicion, 1);
    assert_non_null(plan->secrecy.suspicions);
    plan->secrecy.suspicions[0] = (kh_suspicion){{0}, 2, 0.5};
    plan->secrecy.n_suspicions = 1;
}
static void part_a_set(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].n_routes--;
    plan->demands[0].carried_bps -= plan->demands[0].routes[plan->demands[0].n_routes].rate_bps;
}
static void mix_two_sets(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->demands[0].routes[1] = plan->demands[0].routes[0];
}
static void forget_a_member(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.coalitions[0].n_nodes--;
}
static void forget_a_coalition(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.n_coalitions--;
}
static void invent_a_member(kh_builder *b, kh_plan *plan)
{
    (void)b;
    plan->secrecy.coalitions[0].nodes[0].i = 77;
}

static void find_all(kh_secrecy secrecy, const char *coalitions, size_t n_demands, mutation *const *mutations, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kh_builder b = make_network();
        b.net.n_demands = n_demands;
        kh_plan *plan = make_plan(&b, secrecy, 1, coalitions);
        assert_int_equal(count_wrong(&b, plan), 0);
        mutations[i](&b, plan);
        if (count_wrong(&b, plan) == 0)
            fail_msg("mutation %zu of secrecy %s is not found", i, kh_secrecy_name(secrecy));
        kh_builder_destroy(&b);
    }
}

static void every_mutation_is_found(void **unused)
{
    (void)unused;
    static mutation *const any[] = {move_a_route,
                                    raise_a_rate,
                                    claim_all_that_is_carried,
                                    carry_less,
                                    distrust_a_relay,
                                    forget_secrecy,
                                    fear_one_more,
                                    lower_the_bound,
                                    lower_a_price,
                                    blame_more_than_all,
                                    call_a_good_one_exposed,
                                    swap_objective,
                                    claim_it_costs_less_than_nothing};
    static mutation *const of_ramp[] = {point_at_nobody, point_at_another, blame_anybody};
    static mutation *const of_sets[] = {part_a_set, mix_two_sets};
    static mutation *const of_coalitions[] = {forget_a_member, forget_a_coalition, invent_a_member, blame_nobody, blame_an_unknown};
    find_all(KH_SECRECY_RAMP, NULL, 3, any, sizeof any / sizeof *any);
    find_all(KH_SECRECY_RAMP, NULL, 3, of_ramp, sizeof of_ramp / sizeof *of_ramp);
    find_all(KH_SECRECY_DISJOINT, NULL, 1, any, sizeof any / sizeof *any);
    find_all(KH_SECRECY_DISJOINT, NULL, 1, of_sets, sizeof of_sets / sizeof *of_sets);
    find_all(KH_SECRECY_COALITIONS, "operator", 2, any, sizeof any / sizeof *any);
    find_all(KH_SECRECY_COALITIONS, "operator", 2, of_coalitions, sizeof of_coalitions / sizeof *of_coalitions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramp_sharing_gains_where_three_ways_lead),
        cmocka_unit_test(what_cannot_be_secret_is_left_out_and_says_why),
        cmocka_unit_test(a_coalition_is_counted_once_for_a_path_through_two_members),
        cmocka_unit_test(wishes_that_cannot_be_are_refused),
        cmocka_unit_test(without_time_the_plan_still_verifies),
        cmocka_unit_test(a_check_that_is_not_done_in_time_says_so_and_accuses_nobody),
        cmocka_unit_test(every_mutation_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans with few routes and whole multiples of a rate, and what verify says of tampered ones. */
#include "solvers/optimise.h"
#include "solvers/verify.h"
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

/* Two ways of 10 bit/s from n0 to n3, a demand for 20. */
static kh_builder diamond(void)
{
    kh_builder b = kh_builder_create(10);
    kh_builder_nodes(&b, 4);
    kh_builder_link(&b, 0, 1, 10);
    kh_builder_link(&b, 1, 3, 10);
    kh_builder_link(&b, 0, 2, 10);
    kh_builder_link(&b, 2, 3, 10);
    kh_builder_demand(&b, 0, 3, 20);
    return b;
}

static kh_plan *make(kh_builder *b, size_t most_paths, double quantum_bps)
{
    const kh_optimise_options options = {
        .objective = KH_OBJECTIVE_CONCURRENT, .most_paths = most_paths, .quantum_bps = quantum_bps};
    kh_plan *plan = NULL;
    assert_int_equal(kh_optimise(&b->net, &b->rates, &options, b->arena, &plan, NULL), KH_OK);
    return plan;
}

static kh_status verify(const kh_builder *b, const kh_plan *plan)
{
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_verify(&b->net, &b->rates, plan, findings, NULL);
    kh_findings_destroy(findings);
    return status;
}

static void one_route_gets_half_and_nothing_does_better(void **state)
{
    (void)state;
    kh_builder b = diamond();
    kh_plan *plan = make(&b, 1, 0);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_int_equal(plan->demands[0].n_routes, 1);
    assert_near(plan->value, 0.5, 1e-9);
    assert_near(plan->bound, 1, 1e-9);
    assert_near(plan->few_bound, 0.5, 1e-8);
    kh_builder_destroy(&b);
}

static void two_routes_get_all(void **state)
{
    (void)state;
    kh_builder b = diamond();
    kh_plan *plan = make(&b, 2, 0);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_near(plan->value, 1, 1e-9);
    kh_builder_destroy(&b);
}

static void multiples_of_three_make_nine_on_each_way(void **state)
{
    (void)state;
    kh_builder b = diamond();
    kh_plan *plan = make(&b, 0, 3);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_near(plan->demands[0].rate_bps, 18, 1e-9);
    assert_near(plan->value, 0.9, 1e-9);
    assert_near(plan->few_bound, 0.9, 1e-8);
    kh_builder_destroy(&b);
}

static void a_quantum_beyond_the_request_leaves_nothing(void **state)
{
    (void)state;
    kh_builder b = diamond();
    kh_plan *plan = make(&b, 0, 30);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_int_equal(plan->demands[0].n_routes, 0);
    assert_near(plan->value, 0, 0);
    kh_builder_destroy(&b);
}

static void other_objectives_are_refused(void **state)
{
    (void)state;
    kh_builder b = diamond();
    kh_plan *plan = NULL;
    const kh_optimise_options options = {.objective = KH_OBJECTIVE_MAX_MIN, .most_paths = 1};
    assert_int_equal(kh_optimise(&b.net, &b.rates, &options, b.arena, &plan, NULL), KH_ERANGE);
    kh_builder_destroy(&b);
}

static void verify_refuses_what_was_changed(void **state)
{
    (void)state;
    kh_builder b = diamond();
    kh_plan *plan = make(&b, 2, 3);
    assert_int_equal(verify(&b, plan), KH_OK);
    plan->most_paths = 1;
    assert_int_equal(verify(&b, plan), KH_UNMET);
    plan->most_paths = 2;
    plan->quantum_bps = 4;
    assert_int_equal(verify(&b, plan), KH_UNMET);
    plan->quantum_bps = 3;
    plan->few_bound = 0.8;
    assert_int_equal(verify(&b, plan), KH_UNMET);
    plan->few_bound = 2;
    assert_int_equal(verify(&b, plan), KH_UNMET);
    plan->few_bound = 0.95;
    assert_int_equal(verify(&b, plan), KH_OK);
    kh_builder_destroy(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_route_gets_half_and_nothing_does_better),
        cmocka_unit_test(two_routes_get_all),
        cmocka_unit_test(multiples_of_three_make_nine_on_each_way),
        cmocka_unit_test(a_quantum_beyond_the_request_leaves_nothing),
        cmocka_unit_test(other_objectives_are_refused),
        cmocka_unit_test(verify_refuses_what_was_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

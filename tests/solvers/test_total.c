/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans for the largest total rate: floors, priorities, and what verify says of tampered ones. */
#include "solvers/optimise.h"
#include "solvers/verify.h"
#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

#include <string.h>

/* n0 - n1 - n2: one demand over both links, one over each, 10 bit/s each, links of 10: the long one costs two short ones. */
static kh_builder chain(void)
{
    kh_builder b = kh_builder_create(10);
    kh_builder_nodes(&b, 3);
    kh_builder_link(&b, 0, 1, 10);
    kh_builder_link(&b, 1, 2, 10);
    kh_builder_demand(&b, 0, 2, 10);
    kh_builder_demand(&b, 0, 1, 10);
    kh_builder_demand(&b, 1, 2, 10);
    for (size_t k = 0; k < 3; k++)
        b.net.demands[k].priority = 1;
    return b;
}

static kh_status plan_with_floor(kh_builder *b, double floor, kh_plan **plan, kh_error *err)
{
    const kh_optimise_options options = {.objective = KH_OBJECTIVE_TOTAL, .floor = floor};
    return kh_optimise(&b->net, &b->rates, &options, b->arena, plan, err);
}

static kh_status verify(const kh_builder *b, const kh_plan *plan)
{
    kh_findings *findings = kh_findings_create();
    kh_status status = kh_verify(&b->net, &b->rates, plan, findings, NULL);
    kh_findings_destroy(findings);
    return status;
}

static void without_a_floor_the_long_way_starves(void **state)
{
    (void)state;
    kh_builder b = chain();
    kh_plan *plan = NULL;
    assert_int_equal(plan_with_floor(&b, 0, &plan, NULL), KH_OK);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_near(plan->value, 20, 1e-9);
    assert_near(plan->bound, 20, 1e-7);
    assert_near(plan->demands[0].rate_bps, 0, 1e-9);
    kh_builder_destroy(&b);
}

static void a_floor_is_kept_and_what_is_left_goes_to_the_short_ones(void **state)
{
    (void)state;
    kh_builder b = chain();
    kh_plan *plan = NULL;
    assert_int_equal(plan_with_floor(&b, 0.3, &plan, NULL), KH_OK);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_near(plan->value, 17, 1e-8);
    assert_near(plan->demands[0].rate_bps, 3, 1e-8);
    assert_near(plan->floor, 0.3, 1e-12);
    kh_builder_destroy(&b);
}

static void no_floor_given_is_the_largest_there_is(void **state)
{
    (void)state;
    kh_builder b = chain();
    kh_plan *plan = NULL;
    assert_int_equal(plan_with_floor(&b, (double)NAN, &plan, NULL), KH_OK);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_near(plan->floor, 0.5, 1e-8);
    assert_near(plan->value, 15, 1e-7);
    kh_builder_destroy(&b);
}

static void a_floor_that_cannot_be_kept_is_refused_with_the_largest(void **state)
{
    (void)state;
    kh_builder b = chain();
    kh_plan *plan = NULL;
    kh_error err = {0};
    assert_int_equal(plan_with_floor(&b, 0.6, &plan, &err), KH_INFEASIBLE);
    assert_non_null(strstr(err.message, "floor of 0.6"));
    assert_non_null(strstr(err.message, "at most 0.5 of"));
    assert_null(plan);
    assert_int_equal(plan_with_floor(&b, 1.5, &plan, &err), KH_ERANGE);
    kh_builder_destroy(&b);
}

static void a_higher_priority_outweighs_two_short_ways(void **state)
{
    (void)state;
    kh_builder b = chain();
    kh_plan *plan = NULL;
    b.net.demands[1].priority = b.net.demands[2].priority = 3;
    b.net.demands[0].priority = 0; /* 2 against 1/2 + 1/2 */
    assert_int_equal(plan_with_floor(&b, 0, &plan, NULL), KH_OK);
    assert_int_equal(verify(&b, plan), KH_OK);
    assert_near(plan->demands[0].rate_bps, 10, 1e-8);
    assert_near(plan->value, 20, 1e-7);
    kh_builder_destroy(&b);
}

static void verify_refuses_what_was_changed(void **state)
{
    (void)state;
    kh_builder b = chain();
    kh_plan *plan = NULL;
    assert_int_equal(plan_with_floor(&b, 0.3, &plan, NULL), KH_OK);
    double *const numbers[] = {&plan->value,
                               &plan->bound,
                               &plan->demands[0].rate_bps,
                               &plan->demands[1].routes[0].rate_bps,
                               &plan->prices[0],
                               &plan->links[1].shadow_price};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double before = *numbers[i];
        *numbers[i] *= 1 + 1e-6;
        assert_int_equal(verify(&b, plan), KH_UNMET);
        *numbers[i] = before;
    }
    const double floors[] = {0.31, 0.29, -1, 2, (double)NAN}; /* a lower one makes the bound larger */
    for (size_t i = 0; i < sizeof floors / sizeof *floors; i++) {
        plan->floor = floors[i];
        assert_int_equal(verify(&b, plan), KH_UNMET);
    }
    plan->floor = 0.3;
    assert_int_equal(verify(&b, plan), KH_OK);
    kh_builder_destroy(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_floor_the_long_way_starves),
        cmocka_unit_test(a_floor_is_kept_and_what_is_left_goes_to_the_short_ones),
        cmocka_unit_test(no_floor_given_is_the_largest_there_is),
        cmocka_unit_test(a_floor_that_cannot_be_kept_is_refused_with_the_largest),
        cmocka_unit_test(a_higher_priority_outweighs_two_short_ways),
        cmocka_unit_test(verify_refuses_what_was_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

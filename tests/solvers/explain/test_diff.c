/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/explain/diff.h"

#include "tests/solvers/builder.h"
#include "tests/solvers/near.h"

/* Two ways from n0 to n2, and a tail. */
static kh_builder make(double fast_bps)
{
    kh_builder b = kh_builder_create(8);
    kh_builder_nodes(&b, 5);
    kh_builder_link(&b, 0, 1, fast_bps);
    kh_builder_link(&b, 1, 2, 100);
    kh_builder_link(&b, 0, 3, 100);
    kh_builder_link(&b, 3, 2, 100);
    kh_builder_demand(&b, 0, 2, 80);
    kh_builder_demand(&b, 1, 2, 10);
    return b;
}

static kh_diff compare(kh_builder *before, kh_builder *after)
{
    kh_diff diff;
    kh_diff_side old = {&before->net, kh_builder_plan(before, KH_OBJECTIVE_CONCURRENT)};
    kh_diff_side new = {&after->net, kh_builder_plan(after, KH_OBJECTIVE_CONCURRENT)};
    assert_int_equal(kh_diff_find(old, new, after->arena, &diff, NULL), KH_OK);
    return diff;
}

static void a_plan_differs_in_nothing_from_itself(void **state)
{
    (void)state;
    kh_builder a = make(100), b = make(100);
    kh_diff diff = compare(&a, &b);
    assert_int_equal(diff.links_of[KH_DIFF_SAME], 4);
    assert_int_equal(diff.demands_of[KH_DIFF_SAME], 2);
    assert_int_equal(diff.n_links + diff.n_demands, 6);
    kh_builder_destroy(&a);
    kh_builder_destroy(&b);
}

static void a_route_that_is_cut_off_is_named_with_the_one_instead(void **state)
{
    (void)state;
    kh_builder a = make(1000), b = make(0);
    kh_diff diff = compare(&a, &b);
    assert_int_equal(diff.links[0].kind, KH_DIFF_CHANGED);
    assert_near(diff.links[0].capacity_bps[0], 1000, 0);
    assert_near(diff.links[0].capacity_bps[1], 0, 0);
    for (size_t r = 0; r < diff.demands[0].n_gone; r++)
        assert_int_equal(diff.demands[0].gone[r]->links[0].i, 0);
    for (size_t r = 0; r < diff.demands[0].n_fresh; r++)
        assert_int_equal(diff.demands[0].fresh[r]->links[0].i, 2);
    assert_true(diff.demands[0].n_gone > 0);
    kh_builder_destroy(&a);
    kh_builder_destroy(&b);
}

static void names_match_wherever_they_stand_and_whichever_way_routes_run(void **state)
{
    (void)state;
    kh_builder a = make(100), b = kh_builder_create(8);
    kh_builder_nodes(&b, 5);
    const char *ids[] = {"l3", "l2", "l1", "l0"};
    const uint32_t ends[][2] = {{2, 3}, {3, 0}, {2, 1}, {1, 0}};
    for (size_t e = 0; e < 4; e++)
        b.net.qkd_links[kh_builder_link(&b, ends[e][0], ends[e][1], 100)].id = ids[e];
    b.net.demands[kh_builder_demand(&b, 2, 1, 10)].id = "d1";
    b.net.demands[kh_builder_demand(&b, 2, 0, 80)].id = "d0";
    kh_diff diff = compare(&a, &b);
    assert_int_equal(diff.links_of[KH_DIFF_ADDED] + diff.links_of[KH_DIFF_REMOVED], 0);
    assert_int_equal(diff.demands_of[KH_DIFF_ADDED] + diff.demands_of[KH_DIFF_REMOVED], 0);
    assert_int_equal(diff.demands[0].n_gone + diff.demands[0].n_fresh, 0);
    kh_builder_destroy(&a);
    kh_builder_destroy(&b);
}

static void what_comes_and_what_goes_is_listed(void **state)
{
    (void)state;
    kh_builder a = make(100), b = make(100);
    kh_builder_link(&a, 3, 4, 5);
    kh_builder_demand(&a, 3, 4, 1);
    b.net.qkd_links[kh_builder_link(&b, 3, 4, 7)].id = "new";
    b.net.qkd_links[1].modules = 3;
    kh_diff diff = compare(&a, &b);
    assert_int_equal(diff.links_of[KH_DIFF_ADDED], 1);
    assert_int_equal(diff.links_of[KH_DIFF_REMOVED], 1);
    assert_string_equal(diff.links[4].id, "new");
    assert_string_equal(diff.links[5].id, "l4");
    assert_int_equal(diff.links[1].kind, KH_DIFF_CHANGED);
    assert_int_equal(diff.demands_of[KH_DIFF_REMOVED], 1);
    assert_int_equal(diff.demands[2].n_gone, 1);
    kh_builder_destroy(&a);
    kh_builder_destroy(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_differs_in_nothing_from_itself),
        cmocka_unit_test(a_route_that_is_cut_off_is_named_with_the_one_instead),
        cmocka_unit_test(names_match_wherever_they_stand_and_whichever_way_routes_run),
        cmocka_unit_test(what_comes_and_what_goes_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

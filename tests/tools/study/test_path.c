/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/study/path.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 0 -1- 1 -1- 2, 0 -5- 2, 3 alone; edge 3 is not usable */
static const kh_path_edge edges[] = {{{0, 1}, 1}, {{1, 2}, 1}, {{2, 0}, 5}, {{2, 3}, -1}};

static kh_path find(kh_arena *arena, uint32_t from, uint32_t to, const bool *passes)
{
    kh_path path = {0};
    kh_path_graph graph = {4, edges, 4, passes};
    assert_true(kh_path_find(&graph, from, to, arena, &path));
    return path;
}

static void the_least_sum_goes_round(void **state)
{
    kh_path path = find(*state, 0, 2, NULL);
    assert_true(path.found);
    assert_int_equal(path.n_edges, 2);
    assert_int_equal(path.edges[0], 0);
    assert_int_equal(path.edges[1], 1);
    assert_int_equal(path.nodes[0], 0);
    assert_int_equal(path.nodes[1], 1);
    assert_int_equal(path.nodes[2], 2);
    assert_float_equal(path.weight, 2, 1e-6);
}

static void a_closed_node_is_only_an_end(void **state)
{
    const bool passes[4] = {true, false, true, true};
    assert_float_equal(find(*state, 0, 2, passes).weight, 5, 1e-6);
    assert_float_equal(find(*state, 0, 1, passes).weight, 1, 1e-6);
}

static void an_unusable_edge_leads_nowhere(void **state)
{
    kh_path path = find(*state, 0, 3, NULL);
    assert_false(path.found);
    assert_int_equal(path.n_edges, 0);
    assert_true(isnan(path.weight));
}

static void a_node_reaches_itself_over_nothing(void **state)
{
    kh_path path = find(*state, 1, 1, NULL);
    assert_true(path.found);
    assert_int_equal(path.n_edges, 0);
}

static void memory_that_is_out_is_told(void **state)
{
    kh_path path = {.n_edges = 77};
    kh_path_graph graph = {4, edges, 4, NULL};
    for (uint64_t nth = 1; nth <= 6; nth++) {
        kh_arena_fail_after(*state, nth);
        assert_false(kh_path_find(&graph, 0, 2, *state, &path));
        assert_int_equal(path.n_edges, 77);
    }
    kh_arena_fail_after(*state, 0);
}

static int start(void **state)
{
    *state = kh_arena_create(0);
    return *state == NULL;
}

static int end(void **state)
{
    kh_arena_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_least_sum_goes_round, start, end),
        cmocka_unit_test_setup_teardown(a_closed_node_is_only_an_end, start, end),
        cmocka_unit_test_setup_teardown(an_unusable_edge_leads_nowhere, start, end),
        cmocka_unit_test_setup_teardown(a_node_reaches_itself_over_nothing, start, end),
        cmocka_unit_test_setup_teardown(memory_that_is_out_is_told, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

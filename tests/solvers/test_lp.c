/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp.h"

#include "solvers/graph.h"
#include "tests/solvers/near.h"

#include <string.h>

/* max 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18 (Wyndor): x = 2, y = 6, value 36, duals 0, 1.5, 1. */
static const double LOWER[] = {-INFINITY, -INFINITY, -INFINITY}, UPPER[] = {4, 12, 18};
static const double ZERO[] = {0, 0}, ENDLESS[] = {INFINITY, INFINITY}, COST[] = {3, 5};
static const size_t START[] = {0, 2, 4};
static const uint32_t ROW[] = {0, 2, 1, 2};
static const double VALUE[] = {1, 3, 2, 2};

typedef struct answer {
    double primal[2], dual[3];
    uint8_t row_place[3], column_place[2];
    kh_lp_solution solution;
} answer;

static kh_lp wyndor(void)
{
    return (kh_lp){true, 3, 2, LOWER, UPPER, ZERO, ENDLESS, COST, START, ROW, VALUE};
}

static void prepare(answer *a)
{
    memset(a, 0, sizeof *a);
    a->solution =
        (kh_lp_solution){.row_place = a->row_place, .column_place = a->column_place, .primal = a->primal, .dual = a->dual};
}

static kh_status solve(const kh_lp *lp, answer *a)
{
    return kh_lp_solve(lp, INFINITY, &a->solution, NULL);
}

static void the_textbook_program_has_the_textbook_optimum_and_duals(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    kh_lp lp = wyndor();
    assert_int_equal(solve(&lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-12);
    assert_near(a.primal[0], 2, 1e-12);
    assert_near(a.primal[1], 6, 1e-12);
    assert_near(a.dual[0], 0, 1e-12);
    assert_near(a.dual[1], 1.5, 1e-12);
    assert_near(a.dual[2], 1, 1e-12);
}

static void the_final_basis_starts_the_next_solve(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    kh_lp lp = wyndor();
    assert_int_equal(solve(&lp, &a), KH_OK);
    a.solution.warm = true;
    a.solution.objective = 0;
    assert_int_equal(solve(&lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-12);
    const uint8_t columns[] = {KH_LP_BASIC, KH_LP_BASIC}, rows[] = {KH_LP_BASIC, KH_LP_AT_UPPER, KH_LP_AT_UPPER};
    assert_memory_equal(a.column_place, columns, sizeof columns);
    assert_memory_equal(a.row_place, rows, sizeof rows);
}

static void a_basis_that_is_none_is_replaced(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    a.solution.warm = true; /* nothing basic at all */
    kh_lp lp = wyndor();
    assert_int_equal(solve(&lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-12);
}

static void scaling_reaches_over_twenty_orders_of_magnitude(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    const double upper[] = {4e-10, 12e10, 18}, value[] = {1, 3e10, 2, 2e-10}, cost[] = {3e10, 5e-10};
    kh_lp lp = wyndor();
    lp.row_upper = upper;
    lp.value = value;
    lp.cost = cost;
    assert_int_equal(solve(&lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-9);
    assert_near(a.primal[0] * 1e10, 2, 1e-9);
}

static void infeasible_and_unbounded_are_told_apart(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    a.solution.objective = -7;
    kh_lp lp = wyndor();
    const double lower[] = {5, 0, -INFINITY}, upper[] = {6, INFINITY, 14}, open[] = {INFINITY, INFINITY, INFINITY};
    lp.row_lower = lower;
    lp.row_upper = upper;
    assert_int_equal(solve(&lp, &a), KH_INFEASIBLE);
    lp = wyndor();
    lp.row_upper = open;
    assert_int_equal(solve(&lp, &a), KH_ERANGE);
    assert_near(a.solution.objective, -7, 0);
}

static void malformed_programs_are_refused_by_name(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    kh_error err = {0};
    const double crossed[] = {4, 12, -INFINITY}, lower[] = {0, 13, -INFINITY}, broken[] = {1, NAN, 2, 2};
    kh_lp lp = wyndor();
    lp.row_lower = lower;
    assert_int_equal(kh_lp_solve(&lp, INFINITY, &a.solution, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "row 1"));
    lp = wyndor();
    lp.row_upper = crossed;
    assert_int_equal(kh_lp_solve(&lp, INFINITY, &a.solution, &err), KH_ERANGE);
    lp = wyndor();
    lp.value = broken;
    assert_int_equal(kh_lp_solve(&lp, INFINITY, &a.solution, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "nan"));
}

/* A row beyond the last one is what GLPK itself refuses, and its way is abort(). */
static void what_glpk_refuses_comes_back_and_leaves_both_libraries_usable(void **state)
{
    (void)state;
    answer a;
    kh_lp lp = wyndor();
    const uint32_t beyond[] = {0, 9, 1, 2}, twice[] = {0, 0, 1, 2};
    const uint32_t ends[][2] = {{0, 1}};
    const double capacity[] = {3};
    for (int i = 0; i < 3; i++) {
        prepare(&a);
        lp.row = i == 1 ? twice : beyond;
        kh_error err = {0};
        assert_int_equal(kh_lp_solve(&lp, INFINITY, &a.solution, &err), KH_ERANGE);
        assert_non_null(strstr(err.message, i == 1 ? "duplicate" : "out of range"));
        bool side[2];
        double value;
        assert_int_equal(kh_graph_min_cut(&(kh_graph){2, 1, ends, NULL}, capacity, 0, 1, &value, side, NULL), KH_OK);
        assert_near(value, 3, 0);
        kh_lp good = wyndor();
        assert_int_equal(solve(&good, &a), KH_OK);
        assert_near(a.solution.objective, 36, 1e-12);
    }
}

static void programs_without_rows_or_columns_are_solved(void **state)
{
    (void)state;
    answer a;
    prepare(&a);
    const size_t start[] = {0, 0, 0};
    const double one[] = {1, 2};
    kh_lp lp = {true, 0, 2, LOWER, UPPER, ZERO, one, COST, start, ROW, VALUE};
    assert_int_equal(solve(&lp, &a), KH_OK);
    assert_near(a.solution.objective, 13, 1e-12);
    kh_lp empty = {true, 3, 0, LOWER, UPPER, ZERO, one, COST, start, ROW, VALUE};
    prepare(&a);
    assert_int_equal(solve(&empty, &a), KH_OK);
    assert_near(a.solution.objective, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbook_program_has_the_textbook_optimum_and_duals),
        cmocka_unit_test(the_final_basis_starts_the_next_solve),
        cmocka_unit_test(a_basis_that_is_none_is_replaced),
        cmocka_unit_test(scaling_reaches_over_twenty_orders_of_magnitude),
        cmocka_unit_test(infeasible_and_unbounded_are_told_apart),
        cmocka_unit_test(malformed_programs_are_refused_by_name),
        cmocka_unit_test(what_glpk_refuses_comes_back_and_leaves_both_libraries_usable),
        cmocka_unit_test(programs_without_rows_or_columns_are_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

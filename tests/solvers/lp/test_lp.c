/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/lp/lp.h"

#include "solvers/graph/graph.h"
#include "solvers/lp/lp_backend.h"
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
    return (kh_lp){true, 3, 2, LOWER, UPPER, ZERO, ENDLESS, COST, START, ROW, VALUE, NULL};
}

/* The state is the name of the program, NULL for GLPK. */
static kh_lp_options backend(void **state)
{
    return (kh_lp_options){.program = *state, .time_limit_s = INFINITY};
}

static void need_backend(void **state)
{
    kh_lp lp = wyndor();
    double primal[2];
    kh_lp_options options = backend(state);
    if (kh_lp_solve(&lp, &options, &(kh_lp_solution){.primal = primal}, NULL) != KH_ENOINPUT)
        return;
    print_message("%s is not installed\n", (const char *)*state);
    skip();
}

static void prepare(answer *a)
{
    memset(a, 0, sizeof *a);
    a->solution =
        (kh_lp_solution){.row_place = a->row_place, .column_place = a->column_place, .primal = a->primal, .dual = a->dual};
}

static kh_status solve(void **state, const kh_lp *lp, answer *a)
{
    kh_lp_options options = backend(state);
    return kh_lp_solve(lp, &options, &a->solution, NULL);
}

static void the_textbook_program_has_the_textbook_optimum_and_duals(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    kh_lp lp = wyndor();
    assert_int_equal(solve(state, &lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-12);
    assert_near(a.primal[0], 2, 1e-12);
    assert_near(a.primal[1], 6, 1e-12);
    assert_near(a.dual[0], 0, 1e-12);
    assert_near(a.dual[1], 1.5, 1e-12);
    assert_near(a.dual[2], 1, 1e-12);
}

static void the_final_basis_starts_the_next_solve(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    kh_lp lp = wyndor();
    assert_int_equal(solve(state, &lp, &a), KH_OK);
    a.solution.warm = true;
    a.solution.objective = 0;
    assert_int_equal(solve(state, &lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-12);
    const uint8_t columns[] = {KH_LP_BASIC, KH_LP_BASIC}, rows[] = {KH_LP_BASIC, KH_LP_AT_UPPER, KH_LP_AT_UPPER};
    assert_memory_equal(a.column_place, columns, sizeof columns);
    assert_memory_equal(a.row_place, rows, sizeof rows);
}

static void a_basis_that_is_none_is_replaced(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    a.solution.warm = true; /* nothing basic at all */
    kh_lp lp = wyndor();
    assert_int_equal(solve(state, &lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-12);
}

static void scaling_reaches_over_twenty_orders_of_magnitude(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    const double upper[] = {4e-10, 12e10, 18}, value[] = {1, 3e10, 2, 2e-10}, cost[] = {3e10, 5e-10};
    kh_lp lp = wyndor();
    lp.row_upper = upper;
    lp.value = value;
    lp.cost = cost;
    assert_int_equal(solve(state, &lp, &a), KH_OK);
    assert_near(a.solution.objective, 36, 1e-9);
    assert_near(a.primal[0] * 1e10, 2, 1e-9);
}

static void infeasible_and_unbounded_are_told_apart(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    a.solution.objective = -7;
    kh_lp lp = wyndor();
    const double lower[] = {5, 0, -INFINITY}, upper[] = {6, INFINITY, 14}, open[] = {INFINITY, INFINITY, INFINITY};
    lp.row_lower = lower;
    lp.row_upper = upper;
    assert_int_equal(solve(state, &lp, &a), KH_INFEASIBLE);
    lp = wyndor();
    lp.row_upper = open;
    assert_int_equal(solve(state, &lp, &a), KH_ERANGE);
    assert_near(a.solution.objective, -7, 0);
}

static void malformed_programs_are_refused_by_name(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    kh_error err = {0};
    const double crossed[] = {4, 12, -INFINITY}, lower[] = {0, 13, -INFINITY}, broken[] = {1, NAN, 2, 2};
    kh_lp lp = wyndor();
    lp.row_lower = lower;
    assert_int_equal(kh_lp_solve(&lp, NULL, &a.solution, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "row 1"));
    lp = wyndor();
    lp.row_upper = crossed;
    assert_int_equal(kh_lp_solve(&lp, NULL, &a.solution, &err), KH_ERANGE);
    lp = wyndor();
    lp.value = broken;
    assert_int_equal(kh_lp_solve(&lp, NULL, &a.solution, &err), KH_ERANGE);
    assert_non_null(strstr(err.message, "nan"));
}

/* Asks the backend itself, since kh_lp_solve() refuses such a program first: GLPK's own way is abort(). */
static void what_glpk_refuses_comes_back_and_leaves_both_libraries_usable(void **state)
{
    answer a;
    kh_lp lp = wyndor();
    const uint32_t beyond[] = {0, 9, 1, 2}, twice[] = {0, 0, 1, 2};
    const uint32_t ends[][2] = {{0, 1}};
    const double capacity[] = {3};
    for (int i = 0; i < 3; i++) {
        prepare(&a);
        lp.row = i == 1 ? twice : beyond;
        kh_error err = {0};
        kh_lp_task task = {.lp = &lp, .time_limit_s = INFINITY};
        assert_int_equal(kh_lp_glpk_solve(&task, &a.solution, &err), KH_ERANGE);
        assert_non_null(strstr(err.message, "GLPK refused"));
        assert_int_equal(kh_lp_solve(&lp, NULL, &a.solution, &err), KH_ERANGE);
        assert_non_null(strstr(err.message, i == 1 ? "duplicate" : "out of range"));
        bool side[2];
        double value;
        assert_int_equal(kh_graph_min_cut(&(kh_graph){2, 1, ends, NULL}, capacity, 0, 1, &value, side, NULL), KH_OK);
        assert_near(value, 3, 0);
        kh_lp good = wyndor();
        assert_int_equal(solve(state, &good, &a), KH_OK);
        assert_near(a.solution.objective, 36, 1e-12);
    }
}

static void programs_without_rows_or_columns_are_solved(void **state)
{
    need_backend(state);
    answer a;
    prepare(&a);
    const size_t start[] = {0, 0, 0};
    const double one[] = {1, 2};
    kh_lp lp = {true, 0, 2, LOWER, UPPER, ZERO, one, COST, start, ROW, VALUE, NULL};
    assert_int_equal(solve(state, &lp, &a), KH_OK);
    assert_near(a.solution.objective, 13, 1e-12);
    kh_lp empty = {true, 3, 0, LOWER, UPPER, ZERO, one, COST, start, ROW, VALUE, NULL};
    prepare(&a);
    assert_int_equal(solve(state, &empty, &a), KH_OK);
    assert_near(a.solution.objective, 0, 0);
}

/* max 5x + 4y + 0.1z, 3x + 2y + z <= 10.5, x + 2y <= 6, x and y whole: relaxed 18.75, else 18.05 at (2, 2, 0.5). */
static const uint32_t KNAPSACK_ROW[] = {0, 1, 0, 1, 0};
static const size_t KNAPSACK_START[] = {0, 2, 4, 5};
static const double KNAPSACK_VALUE[] = {3, 1, 2, 2, 1}, KNAPSACK_COST[] = {5, 4, 0.1}, KNAPSACK_UPPER[] = {10.5, 6};
static const double KNAPSACK_LEAST[] = {0, 0, 0}, KNAPSACK_MOST[] = {INFINITY, INFINITY, INFINITY};
static const bool WHOLE[] = {true, true, false};

static kh_lp knapsack(void)
{
    return (kh_lp){
        true,           2,    3, LOWER, KNAPSACK_UPPER, KNAPSACK_LEAST, KNAPSACK_MOST, KNAPSACK_COST, KNAPSACK_START, KNAPSACK_ROW,
        KNAPSACK_VALUE, WHOLE};
}

static void integer_columns_are_integer_to_the_digit(void **state)
{
    need_backend(state);
    kh_lp lp = knapsack();
    double primal[3], dual[2];
    kh_lp_solution s = {.primal = primal, .dual = dual};
    kh_lp_options options = backend(state);
    kh_status status = kh_lp_solve(&lp, &options, &s, NULL);
    if (options.program != NULL && strcmp(options.program, "clp") == 0) {
        assert_int_equal(status, KH_ERANGE);
        return;
    }
    assert_int_equal(status, KH_OK);
    assert_near(s.objective, 18.05, 1e-12);
    assert_near(s.bound, 18.05, 1e-6);
    assert_true(primal[0] == 2 && primal[1] == 2);
    assert_true(isnan(dual[0]));
    const double upper[] = {10.5, -1}, below[] = {7, -INFINITY};
    lp.row_lower = below;
    lp.row_upper = upper;
    assert_int_equal(kh_lp_solve(&lp, &options, &s, NULL), KH_INFEASIBLE);
}

/* y <= 1 where x >= 2 is told only when a point asks for it. */
static kh_status no_two_twos(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err)
{
    static const uint32_t both[] = {0, 1};
    static const double one[] = {1, 1};
    const double bounds[] = {-INFINITY, 3};
    *(int *)user += integral;
    return primal[0] + primal[1] > 3 + 1e-9 ? kh_lp_cuts_add(cuts, 2, both, one, bounds, err) : KH_OK;
}

static void rows_told_late_are_kept(void **state)
{
    need_backend(state);
    if (*state != NULL && strcmp(*state, "clp") == 0)
        skip();
    kh_lp lp = knapsack();
    double primal[3];
    const double known[] = {1, 1, 0}, broken[] = {2, 2, 0.5};
    for (int i = 0; i < 4; i++) { /* within the tree or between solves; from a point that keeps them or one that does not */
        int n_asked = 0;
        kh_lp_solution s = {.primal = primal};
        kh_lp_options options = backend(state);
        kh_lp_separator separator = {no_two_twos, &n_asked, i % 2 == 1};
        options.separator = &separator;
        options.incumbent = i < 2 ? known : broken;
        assert_int_equal(kh_lp_solve(&lp, &options, &s, NULL), KH_OK);
        assert_near(s.objective, 15.15, 1e-12);
        assert_true(primal[0] == 3 && primal[1] == 0 && n_asked > 0);
        assert_near(primal[2], 1.5, 1e-12);
    }
}

static kh_status give_up(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err)
{
    (void)user, (void)primal, (void)integral, (void)cuts;
    return kh_fail(err, KH_ENOMEM, "no more");
}

static void what_a_separator_fails_with_comes_back(void **state)
{
    need_backend(state);
    kh_lp lp = wyndor();
    answer a;
    prepare(&a);
    kh_error err = {0};
    kh_lp_separator separator = {.separate = give_up};
    kh_lp_options options = backend(state);
    options.separator = &separator;
    assert_int_equal(kh_lp_solve(&lp, &options, &a.solution, &err), KH_ENOMEM);
    assert_string_equal(err.message, "no more");
}

static void no_time_is_no_answer(void **state)
{
    kh_lp lp = wyndor();
    answer a;
    prepare(&a);
    kh_lp_options options = backend(state);
    options.time_limit_s = 0;
    assert_int_equal(kh_lp_solve(&lp, &options, &a.solution, NULL), KH_TIMELIMIT);
    assert_true(isnan(a.solution.objective));
}

static void rows_of_every_kind_are_kept(void **state)
{
    need_backend(state);
    /* min x0 + ... + x5: x0 >= 2 by a row, x1 = -3 fixed by a row, x2 in [-7, -5] by a row, x3 <= -1 with its upper bound and >= -4
       by a row, a row without bounds, x4 without entries, x5 free and held by two rows */
    const double row_lower[] = {2, -3, -7, -4, -INFINITY, -1.1}, row_upper[] = {INFINITY, -3, -5, INFINITY, INFINITY, 0.1};
    const double lower[] = {0, -INFINITY, -INFINITY, -INFINITY, 0.3, -INFINITY}, upper[] = {9, INFINITY, 0, -1, 0.7, INFINITY};
    const double cost[] = {1, 1, 1, 1, 1, 1}, value[] = {1, 5, 1, 1, 1, 1};
    const uint32_t row[] = {0, 4, 1, 2, 3, 5};
    const size_t start[] = {0, 2, 3, 4, 5, 5, 6};
    double primal[6], dual[6];
    kh_lp lp = {false, 6, 6, row_lower, row_upper, lower, upper, cost, start, row, value, NULL};
    kh_lp_solution s = {.primal = primal, .dual = dual};
    kh_lp_options options = backend(state);
    assert_int_equal(kh_lp_solve(&lp, &options, &s, NULL), KH_OK);
    const double expected[] = {2, -3, -7, -4, 0.3, -1.1};
    for (int j = 0; j < 6; j++)
        assert_near(primal[j], expected[j], 1e-12);
    assert_near(s.objective, -12.8, 1e-12);
    assert_near(dual[4], 0, 0);
    assert_near(dual[1], 1, 1e-12);
}

static int take_glpk(void **state)
{
    *state = NULL;
    return 0;
}

static int take_cbc(void **state)
{
    static char name[] = "cbc";
    *state = name;
    return 0;
}

static int take_clp(void **state)
{
    static char name[] = "clp";
    *state = name;
    return 0;
}

/* 30 knapsacks over the same 40 items: the tree has far more than 25 nodes. */
static void a_tree_that_may_have_few_nodes_stops_at_the_same_place_with_a_bound(void **state)
{
    enum { ITEMS = 40, SACKS = 30 };
    double value[ITEMS * SACKS], cost[ITEMS], one[ITEMS], none[ITEMS] = {0}, low[SACKS], high[SACKS];
    size_t start[ITEMS + 1];
    uint32_t row[ITEMS * SACKS];
    bool whole[ITEMS];
    (void)state;
    for (size_t j = 0; j < ITEMS; j++) {
        cost[j] = 50 + (double)(j * 37 % 41);
        one[j] = 1;
        whole[j] = true;
        for (size_t i = 0; i < SACKS; i++) {
            row[j * SACKS + i] = (uint32_t)i;
            value[j * SACKS + i] = 20 + (double)((j * 31 + i * i * 17 + i * j * 7) % 60);
        }
        start[j + 1] = (j + 1) * SACKS;
    }
    start[0] = 0;
    for (size_t i = 0; i < SACKS; i++) {
        low[i] = -INFINITY;
        high[i] = 700;
    }
    const kh_lp lp = {true, SACKS, ITEMS, low, high, none, one, cost, start, row, value, whole};
    double primal[2][ITEMS];
    kh_lp_solution s[2] = {{.primal = primal[0]}, {.primal = primal[1]}};
    const kh_lp_options options = {.time_limit_s = INFINITY, .most_nodes = 25};
    for (int i = 0; i < 2; i++)
        assert_int_equal(kh_lp_solve(&lp, &options, &s[i], NULL), KH_TIMELIMIT);
    assert_true(isfinite(s[0].bound) && s[0].bound == s[1].bound);
    assert_true(isnan(s[0].objective) ? isnan(s[1].objective) : s[0].objective == s[1].objective);
    assert_false(s[0].objective > s[0].bound);
}

int main(void)
{
    const struct CMUnitTest any_backend[] = {
        cmocka_unit_test(the_textbook_program_has_the_textbook_optimum_and_duals),
        cmocka_unit_test(the_final_basis_starts_the_next_solve),
        cmocka_unit_test(a_basis_that_is_none_is_replaced),
        cmocka_unit_test(scaling_reaches_over_twenty_orders_of_magnitude),
        cmocka_unit_test(infeasible_and_unbounded_are_told_apart),
        cmocka_unit_test(programs_without_rows_or_columns_are_solved),
        cmocka_unit_test(rows_of_every_kind_are_kept),
        cmocka_unit_test(integer_columns_are_integer_to_the_digit),
        cmocka_unit_test(rows_told_late_are_kept),
        cmocka_unit_test(what_a_separator_fails_with_comes_back),
        cmocka_unit_test(no_time_is_no_answer),
    };
    const struct CMUnitTest glpk[] = {
        cmocka_unit_test(malformed_programs_are_refused_by_name),
        cmocka_unit_test(a_tree_that_may_have_few_nodes_stops_at_the_same_place_with_a_bound),
        cmocka_unit_test(what_glpk_refuses_comes_back_and_leaves_both_libraries_usable),
    };
    return cmocka_run_group_tests(any_backend, take_glpk, NULL) + cmocka_run_group_tests(any_backend, take_cbc, NULL) +
           cmocka_run_group_tests(any_backend, take_clp, NULL) + cmocka_run_group_tests(glpk, take_glpk, NULL);
}

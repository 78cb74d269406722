/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear programs whose optimum is known beforehand, stretched by powers of 2 row by row and column by column until their entries
   are 24 orders of magnitude apart: every backend finds the same optimum, proven here once more in long double. */
#include "solvers/lp/lp.h"

#include "tests/solvers/near.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 14, MOST_COLUMNS = 18, MOST_ENTRIES = MOST_ROWS * MOST_COLUMNS };

static const long double NEAR = 1e-8L;

typedef struct program {
    kh_lp lp;
    double row_lower[MOST_ROWS], row_upper[MOST_ROWS], column_lower[MOST_COLUMNS], column_upper[MOST_COLUMNS];
    double cost[MOST_COLUMNS], value[MOST_ENTRIES];
    size_t start[MOST_COLUMNS + 1];
    uint32_t row[MOST_ENTRIES];
    double optimum;
    double size; /* of the terms that the optimum is the sum of */
    int row_shift[MOST_ROWS], column_shift[MOST_COLUMNS];
} program;

static double draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static int draw_exponent(uint64_t *seed, int most)
{
    return (int)lround((2 * draw(seed) - 1) * most);
}

static void draw_matrix(program *p, uint64_t *seed)
{
    size_t n = 0;
    for (size_t j = 0; j < p->lp.n_columns; j++) {
        p->start[j] = n;
        for (uint32_t i = 0; i < p->lp.n_rows; i++)
            if (draw(seed) < 0.4) {
                p->row[n] = i;
                p->value[n++] = floor(1 + 9 * draw(seed)) * (draw(seed) < 0.8 ? 1 : -1);
            }
    }
    p->start[p->lp.n_columns] = n;
}

/* A point and duals that keep to complementary slackness are drawn first; bounds and costs are what makes them optimal: max c x,
   A x <= b, 0 <= x <= u, some rows with a lower side too. Small whole numbers, so that nothing is rounded. */
static void draw_optimum(program *p, uint64_t *seed)
{
    double x[MOST_COLUMNS], y[MOST_ROWS], activity[MOST_ROWS] = {0};
    for (size_t j = 0; j < p->lp.n_columns; j++)
        x[j] = draw(seed) < 0.4 ? 0 : floor(1 + 9 * draw(seed));
    for (size_t i = 0; i < p->lp.n_rows; i++)
        y[i] = draw(seed) < 0.4 ? 0 : floor(1 + 9 * draw(seed));
    for (size_t j = 0; j < p->lp.n_columns; j++) {
        double price = 0;
        for (size_t k = p->start[j]; k < p->start[j + 1]; k++) {
            activity[p->row[k]] += p->value[k] * x[j];
            price += p->value[k] * y[p->row[k]];
        }
        p->column_upper[j] = draw(seed) < 0.3 && x[j] > 0 ? x[j] : HUGE_VAL;
        p->cost[j] = price + (isfinite(p->column_upper[j]) ? floor(5 * draw(seed)) : x[j] > 0 ? 0 : -floor(5 * draw(seed)));
        p->optimum += p->cost[j] * x[j];
        p->size += fabs(p->cost[j] * x[j]);
    }
    for (size_t i = 0; i < p->lp.n_rows; i++) {
        p->row_upper[i] = activity[i] + (y[i] > 0 ? 0 : floor(9 * draw(seed)));
        p->row_lower[i] = draw(seed) < 0.2 ? activity[i] - floor(9 * draw(seed)) : -HUGE_VAL;
    }
}

static void stretch(program *p, uint64_t *seed, int most)
{
    int *row = p->row_shift;
    for (size_t i = 0; i < p->lp.n_rows; i++) {
        row[i] = draw_exponent(seed, most);
        p->row_lower[i] = ldexp(p->row_lower[i], row[i]);
        p->row_upper[i] = ldexp(p->row_upper[i], row[i]);
    }
    for (size_t j = 0; j < p->lp.n_columns; j++) {
        int column = p->column_shift[j] = draw_exponent(seed, most);
        for (size_t k = p->start[j]; k < p->start[j + 1]; k++)
            p->value[k] = ldexp(p->value[k], row[p->row[k]] + column);
        p->cost[j] = ldexp(p->cost[j], column);
        p->column_upper[j] = ldexp(p->column_upper[j], -column);
    }
}

static void draw_program(program *p, uint64_t *seed, int most)
{
    memset(p, 0, sizeof *p);
    p->lp = (kh_lp){.maximise = true,
                    .n_rows = 2 + (size_t)(draw(seed) * (MOST_ROWS - 2)),
                    .n_columns = 2 + (size_t)(draw(seed) * (MOST_COLUMNS - 2)),
                    .row_lower = p->row_lower,
                    .row_upper = p->row_upper,
                    .column_lower = p->column_lower,
                    .column_upper = p->column_upper,
                    .cost = p->cost,
                    .start = p->start,
                    .row = p->row,
                    .value = p->value};
    draw_matrix(p, seed);
    draw_optimum(p, seed);
    stretch(p, seed, most);
}

/* Strong duality by hand: no point is better than the sum of the duals on the bounds that they price. What is missing is measured
   before the stretching, where all numbers are small and whole. */
static void prove(const program *p, const kh_lp_solution *s)
{
    long double bound = 0, value = 0, activity[MOST_ROWS] = {0};
    for (size_t j = 0; j < p->lp.n_columns; j++) {
        long double left = p->cost[j];
        assert_true(s->primal[j] >= 0 && s->primal[j] <= p->column_upper[j]);
        value += (long double)p->cost[j] * s->primal[j];
        for (size_t k = p->start[j]; k < p->start[j + 1]; k++) {
            activity[p->row[k]] += (long double)p->value[k] * s->primal[j];
            left -= (long double)p->value[k] * s->dual[p->row[k]];
        }
        if (isfinite(p->column_upper[j]) && left > 0)
            bound += left * p->column_upper[j];
        else
            assert_true(ldexpl(left, -p->column_shift[j]) <= NEAR * (1 + p->size));
    }
    for (size_t i = 0; i < p->lp.n_rows; i++) {
        const double bounds[] = {p->row_lower[i], p->row_upper[i]};
        assert_true(ldexpl(activity[i] - bounds[1], -p->row_shift[i]) <= NEAR * (1 + p->size));
        assert_true(ldexpl(bounds[0] - activity[i], -p->row_shift[i]) <= NEAR * (1 + p->size));
        assert_true(s->dual[i] >= 0 || isfinite(bounds[0]));
        bound += s->dual[i] == 0 ? 0 : (long double)s->dual[i] * bounds[s->dual[i] > 0];
    }
    assert_true(fabsl(bound - value) <= NEAR * (1 + p->size));
}

static void hold(const char *name, int rounds)
{
    static const int ranges[] = {0, 5, 12, 20, 40}; /* exponents of 2: the last one is 1e12 either way */
    uint64_t seed = 20;
    for (int i = 0; i < rounds; i++) {
        program p;
        double primal[MOST_COLUMNS], dual[MOST_ROWS];
        draw_program(&p, &seed, ranges[i % 5]);
        kh_lp_options options = {.program = name, .time_limit_s = INFINITY};
        kh_lp_solution s = {.primal = primal, .dual = dual};
        kh_error err = {0};
        kh_status status = kh_lp_solve(&p.lp, &options, &s, &err);
        if (status == KH_ENOINPUT) {
            print_message("%s is not installed\n", name);
            skip();
        }
        if (status != KH_OK)
            fail_msg("program %d: %s", i, err.message);
        assert_near((s.objective - p.optimum) / (1 + p.size), 0, 1e-9);
        assert_near((s.bound - p.optimum) / (1 + p.size), 0, 1e-9);
        prove(&p, &s);
    }
}

static void glpk_finds_known_optima_over_24_orders_of_magnitude(void **state)
{
    (void)state;
    hold(NULL, 2000);
}
static void cbc_finds_known_optima_over_24_orders_of_magnitude(void **state)
{
    (void)state;
    hold("cbc", 100);
}
static void clp_finds_known_optima_over_24_orders_of_magnitude(void **state)
{
    (void)state;
    hold("clp", 100);
}

/* All assignments of 0..3 to a few whole columns, for a check by hand. */
static double best_by_trial(const program *p)
{
    double best = -INFINITY;
    size_t n = p->lp.n_columns;
    for (uint32_t code = 0; code < 1u << (2 * n); code++) {
        double value = 0, activity[MOST_ROWS] = {0};
        bool fits = true;
        for (size_t j = 0; j < n; j++) {
            double x = code >> (2 * j) & 3;
            fits = fits && x <= p->column_upper[j];
            value += x * p->cost[j];
            for (size_t k = p->start[j]; k < p->start[j + 1]; k++)
                activity[p->row[k]] += x * p->value[k];
        }
        for (size_t i = 0; i < p->lp.n_rows; i++)
            fits = fits && activity[i] <= p->row_upper[i] && activity[i] >= p->row_lower[i];
        best = fits && value > best ? value : best;
    }
    return best;
}

/* Hands out the last row of the program only when a point breaks it. */
static kh_status tell_last_row(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err)
{
    const program *p = user;
    uint32_t column[MOST_COLUMNS], last = (uint32_t)p->lp.n_rows - 1;
    double value[MOST_COLUMNS], activity = 0;
    size_t n = 0;
    (void)integral;
    for (uint32_t j = 0; j < p->lp.n_columns; j++)
        for (size_t k = p->start[j]; k < p->start[j + 1]; k++)
            if (p->row[k] == last) {
                column[n] = j;
                value[n++] = p->value[k];
                activity += p->value[k] * primal[j];
            }
    const double bounds[] = {p->row_lower[last], p->row_upper[last]};
    return activity > bounds[1] + 1e-7 || activity < bounds[0] - 1e-7 ? kh_lp_cuts_add(cuts, n, column, value, bounds, err) : KH_OK;
}

/* The program without its last row; entries of that row leave the columns. */
static void hide_last_row(const program *p, program *shown)
{
    size_t n = 0;
    *shown = *p;
    shown->lp.n_rows--;
    for (size_t j = 0; j < p->lp.n_columns; j++) {
        shown->start[j] = n;
        for (size_t k = p->start[j]; k < p->start[j + 1]; k++)
            if (p->row[k] < shown->lp.n_rows) {
                shown->row[n] = p->row[k];
                shown->value[n++] = p->value[k];
            }
    }
    shown->start[p->lp.n_columns] = n;
    shown->lp.start = shown->start;
    shown->lp.row = shown->row;
    shown->lp.value = shown->value;
}

enum { AT_ONCE, INSIDE_THE_TREE, BETWEEN_SOLVES };

static void solve_whole(const char *name, program *p, int how)
{
    double best = best_by_trial(p), primal[MOST_COLUMNS];
    kh_lp_separator separator = {tell_last_row, p, how == BETWEEN_SOLVES};
    kh_lp_options options = {.program = name, .time_limit_s = INFINITY, .separator = how == AT_ONCE ? NULL : &separator};
    kh_lp_solution s = {.primal = primal};
    program shown = *p;
    if (how != AT_ONCE)
        hide_last_row(p, &shown);
    kh_error err = {0};
    kh_status status = kh_lp_solve(&shown.lp, &options, &s, &err);
    if (status == KH_ENOINPUT) {
        print_message("%s is not installed\n", name);
        skip();
    }
    if (isinf(best)) {
        assert_int_equal(status, KH_INFEASIBLE);
        return;
    }
    if (status != KH_OK)
        fail_msg("%s", err.message);
    assert_near(s.objective, best, 1e-9 * (1 + fabs(best)));
    assert_near(s.bound, best, 1e-5 * (1 + fabs(best)));
}

static void hold_whole(const char *name, int rounds)
{
    static const bool whole[] = {true, true, true, true, true};
    uint64_t seed = 5;
    for (int i = 0; i < rounds; i++) {
        program p;
        draw_program(&p, &seed, 0);
        p.lp.n_columns = p.lp.n_columns < 5 ? p.lp.n_columns : 5;
        p.lp.integer = whole;
        for (size_t j = 0; j < p.lp.n_columns; j++)
            p.column_upper[j] = 3;
        solve_whole(name, &p, i % 3);
    }
}

static void glpk_finds_the_best_whole_numbers(void **state)
{
    (void)state;
    hold_whole(NULL, 600);
}
static void cbc_finds_the_best_whole_numbers(void **state)
{
    (void)state;
    hold_whole("cbc", 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glpk_finds_known_optima_over_24_orders_of_magnitude),
        cmocka_unit_test(cbc_finds_known_optima_over_24_orders_of_magnitude),
        cmocka_unit_test(clp_finds_known_optima_over_24_orders_of_magnitude),
        cmocka_unit_test(glpk_finds_the_best_whole_numbers),
        cmocka_unit_test(cbc_finds_the_best_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

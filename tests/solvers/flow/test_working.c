/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inverse after every step against the matrix, which the test keeps in full. */
#include "core/base/rng.h"
#include "solvers/flow/working.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { ROOM = 12, STEPS = 400 };

typedef struct pair {
    double matrix[ROOM][ROOM]; /* row, column */
    kh_working inverse;
    kh_arena *arena;
    kh_rng rng;
} pair;

static void draw(pair *p, double *numbers)
{
    for (size_t i = 0; i < ROOM; i++)
        numbers[i] = kh_rng_uniform(&p->rng) - 0.5;
}

static void check(const pair *p)
{
    size_t n = p->inverse.n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t r = 0; r < n; r++)
                sum += p->inverse.inverse[i * ROOM + r] * p->matrix[r][j];
            assert_near(sum, i == j, 1e-6);
        }
}

static void grow(pair *p)
{
    double column[ROOM], row[ROOM];
    size_t n = p->inverse.n;
    draw(p, column);
    draw(p, row);
    if (!kh_working_grow(&p->inverse, column, row, row[ROOM - 1]))
        return;
    for (size_t i = 0; i < n; i++) {
        p->matrix[i][n] = column[i];
        p->matrix[n][i] = row[i];
    }
    p->matrix[n][n] = row[ROOM - 1];
}

static void shrink(pair *p)
{
    size_t last = p->inverse.n - 1, column = kh_rng_below(&p->rng, last + 1), row = kh_rng_below(&p->rng, last + 1);
    if (!kh_working_shrink(&p->inverse, column, row))
        return;
    for (size_t r = 0; r <= last; r++)
        p->matrix[r][column] = p->matrix[r][last];
    memcpy(p->matrix[row], p->matrix[last], sizeof p->matrix[row]);
}

static void replace(pair *p, bool a_column)
{
    double fresh[ROOM], solved[ROOM];
    size_t n = p->inverse.n, at = kh_rng_below(&p->rng, n);
    draw(p, fresh);
    if (a_column)
        kh_working_solve(&p->inverse, fresh, solved);
    else
        kh_working_solve_rows(&p->inverse, fresh, solved);
    if (fabs(solved[at]) < 0.01)
        return;
    assert_true(a_column ? kh_working_replace_column(&p->inverse, at, solved) : kh_working_replace_row(&p->inverse, at, solved));
    for (size_t i = 0; i < n; i++)
        *(a_column ? &p->matrix[i][at] : &p->matrix[at][i]) = fresh[i];
}

static void every_step_keeps_the_inverse(void **state)
{
    (void)state;
    pair p = {.arena = kh_arena_create(0), .rng = kh_rng_stream(1, "", "working")};
    assert_int_equal(kh_working_init(&p.inverse, ROOM, p.arena, NULL), KH_OK);
    grow(&p);
    for (int i = 0; i < STEPS; i++) {
        uint64_t what = kh_rng_below(&p.rng, 4);
        if (what == 0 && p.inverse.n < 10)
            grow(&p);
        else if (what == 1 && p.inverse.n > 1)
            shrink(&p);
        else
            replace(&p, what == 2);
        if (i % 20 == 19) { /* rounding of hundreds of steps on random matrices is not what is tested */
            double copy[ROOM][ROOM];
            bool kept[2 * ROOM];
            memcpy(copy, p.matrix, sizeof copy);
            assert_int_equal(kh_working_invert(&p.inverse, copy[0], p.inverse.n, kept), p.inverse.n);
        }
        check(&p);
    }
    kh_arena_destroy(p.arena);
}

static void rows_and_columns_that_depend_on_others_are_named(void **state)
{
    (void)state;
    double matrix[3][3] = {{1, 2, 3}, {2, 4, 6}, {0, 0, 1}};
    bool kept[6];
    kh_working w;
    kh_arena *arena = kh_arena_create(0);
    assert_int_equal(kh_working_init(&w, 3, arena, NULL), KH_OK);
    assert_int_equal(kh_working_invert(&w, matrix[0], 3, kept), 2);
    assert_true(kept[3] && !kept[4] && kept[5]);
    assert_int_equal(kept[0] + kept[1] + kept[2], 2);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_keeps_the_inverse),
        cmocka_unit_test(rows_and_columns_that_depend_on_others_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

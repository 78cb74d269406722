/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packing with every number anywhere in 24 decades, max c x, A x <= b, x >= 0, in rational numbers: a point that keeps every row to
   its own digits, and prices that prove it, term by term. */
#include "core/base/rng.h"
#include "solvers/lp/lp_build.h"

#include "tests/solvers/near.h"

#include <math.h>

enum { N_ROWS = 6, N_COLUMNS = 8 };

typedef struct packing {
    double entry[N_ROWS][N_COLUMNS], room[N_ROWS], worth[N_COLUMNS];
    double primal[N_COLUMNS], dual[N_ROWS];
} packing;

static double far_apart(kh_rng *rng)
{
    return pow(10, floor(25 * kh_rng_uniform(rng)) - 12);
}

static void draw_packing(packing *p, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "", "packing");
    for (size_t i = 0; i < N_ROWS; i++)
        p->room[i] = far_apart(&rng);
    for (size_t j = 0; j < N_COLUMNS; j++) {
        p->worth[j] = far_apart(&rng);
        for (size_t i = 0; i < N_ROWS; i++)
            p->entry[i][j] = i == j % N_ROWS || kh_rng_below(&rng, 3) == 0 ? far_apart(&rng) : 0;
    }
}

static kh_status solve(packing *p, bool exact, kh_arena *arena, kh_error *err)
{
    kh_lp_build b;
    kh_lp lp;
    KH_TRY(kh_lp_build_init(&b, N_ROWS, arena, err));
    for (size_t i = 0; i < N_ROWS; i++)
        kh_lp_build_row(&b, i, -INFINITY, p->room[i]);
    for (size_t j = 0; j < N_COLUMNS; j++) {
        kh_lp_build_column(&b, p->worth[j], 0, INFINITY);
        for (size_t i = 0; i < N_ROWS; i++)
            if (p->entry[i][j] > 0)
                kh_lp_build_entry(&b, i, p->entry[i][j]);
    }
    KH_TRY(kh_lp_build_program(&b, true, &lp, err));
    kh_lp_solution s = {.primal = p->primal, .dual = p->dual};
    return kh_lp_solve(&lp, &(kh_lp_options){.time_limit_s = INFINITY, .exact = exact}, &s, err);
}

/* What the point is worth shrunk until it keeps every row, and what the prices prove raised until every column pays. */
static void measure(const packing *p, double *value, double *bound)
{
    double fullest = 1, cheapest = 1;
    *value = *bound = 0;
    for (size_t i = 0; i < N_ROWS; i++) {
        double load = 0;
        for (size_t j = 0; j < N_COLUMNS; j++)
            load += p->entry[i][j] * p->primal[j];
        fullest = fmax(fullest, load / p->room[i]);
        *bound += p->room[i] * p->dual[i];
    }
    for (size_t j = 0; j < N_COLUMNS; j++) {
        double price = 0;
        for (size_t i = 0; i < N_ROWS; i++)
            price += p->entry[i][j] * p->dual[i];
        cheapest = fmin(cheapest, price / p->worth[j]);
        *value += p->worth[j] * p->primal[j];
    }
    *value /= fullest;
    *bound /= cheapest;
}

static void rational_numbers_prove_every_packing(void **state)
{
    (void)state;
    int n_open = 0;
    kh_arena *arena = kh_arena_create(0);
    for (uint64_t seed = 0; seed < 500; seed++) {
        packing p;
        kh_error err = {0};
        double value, bound;
        kh_arena_reset(arena);
        draw_packing(&p, seed);
        bool solved = solve(&p, false, arena, NULL) == KH_OK;
        if (solved)
            measure(&p, &value, &bound);
        n_open += !solved || !(bound <= value * (1 + 1e-9));
        if (solve(&p, true, arena, &err) != KH_OK)
            fail_msg("seed %d: %s", (int)seed, err.message);
        measure(&p, &value, &bound);
        if (!(value > 0 && bound <= value * (1 + 1e-12)))
            fail_msg("seed %d: %.17g, proven %.17g", (int)seed, value, bound);
    }
    assert_true(n_open > 0); /* these programs are what it is for */
    kh_arena_destroy(arena);
}

static void an_infeasible_program_is_so_exactly(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_lp_build b;
    kh_lp lp;
    double primal, dual;
    assert_int_equal(kh_lp_build_init(&b, 1, arena, NULL), KH_OK);
    kh_lp_build_row(&b, 0, 2, INFINITY);
    kh_lp_build_column(&b, 1, 0, 1);
    kh_lp_build_entry(&b, 0, 1);
    assert_int_equal(kh_lp_build_program(&b, true, &lp, NULL), KH_OK);
    kh_lp_solution s = {.primal = &primal, .dual = &dual};
    assert_int_equal(kh_lp_solve(&lp, &(kh_lp_options){.time_limit_s = INFINITY, .exact = true}, &s, NULL), KH_INFEASIBLE);
    assert_int_equal(kh_lp_solve(&lp, &(kh_lp_options){.time_limit_s = 0, .exact = true}, &s, NULL), KH_TIMELIMIT);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rational_numbers_prove_every_packing),
        cmocka_unit_test(an_infeasible_program_is_so_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/tree.h"

#include "core/base/rng.h"
#include "tests/solvers/near.h"

#include <math.h>
#include <string.h>

enum { N = 5, ROWS = 6, TRIALS = 3000 };

/* A small random program in whole columns, some rows with coefficients below 0. */
typedef struct tiny {
    double cost[N], lower[N], upper[N], row[ROWS][N], least[ROWS];
    size_t n_rows;
} tiny;

static void draw(tiny *p, kh_rng *rng)
{
    p->n_rows = kh_rng_below(rng, ROWS + 1);
    for (size_t j = 0; j < N; j++) {
        p->cost[j] = (double)kh_rng_below(rng, 9) - 1;
        p->lower[j] = (double)kh_rng_below(rng, 2);
        p->upper[j] = p->lower[j] + (double)kh_rng_below(rng, 4);
    }
    for (size_t i = 0; i < p->n_rows; i++) {
        p->least[i] = (double)kh_rng_below(rng, 12) - 1;
        for (size_t j = 0; j < N; j++)
            p->row[i][j] = kh_rng_below(rng, 3) == 0 ? 0 : 5 * kh_rng_uniform(rng) - 1;
    }
}

static bool keeps(const tiny *p, const double *x)
{
    bool all = true;
    for (size_t i = 0; i < p->n_rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < N; j++)
            sum += p->row[i][j] * x[j];
        all = all && sum >= p->least[i] - 1e-9;
    }
    return all;
}

static double price(const tiny *p, const double *x)
{
    double sum = 0;
    for (size_t j = 0; j < N; j++)
        sum += p->cost[j] * x[j];
    return sum;
}

/* All points, one after another. */
static double cheapest(const tiny *p)
{
    double x[N], best = HUGE_VAL;
    memcpy(x, p->lower, sizeof x);
    for (size_t j = 0; j < N;) {
        if (keeps(p, x))
            best = fmin(best, price(p, x));
        for (j = 0; j < N && x[j] == p->upper[j]; j++)
            x[j] = p->lower[j];
        if (j < N)
            x[j]++;
    }
    return best;
}

typedef struct judged {
    const tiny *problem;
    double best;
} judged;

static kh_status judge(void *user, kh_tree_search *search, const double *point, kh_tree_word *word, kh_error *err)
{
    judged *j = user;
    (void)err;
    assert_true(keeps(j->problem, point));
    j->best = price(j->problem, point);
    search->cutoff = j->best - 1;
    *word = KH_TREE_LOWER;
    return KH_OK;
}

static double cheapest_by_tree(const tiny *p, kh_arena *arena)
{
    kh_error err = {0};
    kh_tableau tableau;
    bool closed;
    double gain[N][2] = {{0}};
    uint32_t tried[N][2] = {{0}};
    judged found = {p, HUGE_VAL};
    assert_int_equal(kh_tableau_init(&tableau, N, 1, p->cost, p->lower, p->upper, arena, &err), KH_OK);
    for (size_t i = 0; i < p->n_rows; i++)
        assert_int_equal(kh_tableau_add(&tableau, p->row[i], p->least[i], arena, &err), KH_OK);
    kh_tree_search search = {.tableau = &tableau,
                             .arena = arena,
                             .cutoff = 1e6,
                             .until_s = HUGE_VAL,
                             .most_nodes = 100000,
                             .judge = judge,
                             .user = &found,
                             .gain = gain,
                             .tried = tried};
    assert_int_equal(kh_tree_run(&search, &closed, &err), KH_OK);
    assert_true(closed);
    return found.best;
}

static void the_tree_finds_the_cheapest_of_all_points(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(7, "", "tree");
    kh_arena *arena = kh_arena_create(0);
    size_t n_found = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        tiny p;
        draw(&p, &rng);
        double want = cheapest(&p), got = cheapest_by_tree(&p, arena);
        n_found += isfinite(want);
        assert_true(want == got || fabs(want - got) < 1e-9);
        kh_arena_reset(arena);
    }
    assert_true(n_found > TRIALS / 4 && n_found < TRIALS);
    kh_arena_destroy(arena);
}

/* A bound that is proven holds for every point, however few steps were taken. */
static void a_proven_bound_holds_after_any_number_of_steps(void **state)
{
    (void)state;
    kh_error err = {0};
    kh_rng rng = kh_rng_stream(8, "", "tree");
    kh_arena *arena = kh_arena_create(0);
    for (int trial = 0; trial < TRIALS; trial++) {
        tiny p;
        kh_tableau tableau;
        double reduced[N];
        draw(&p, &rng);
        assert_int_equal(kh_tableau_init(&tableau, N, ROWS, p.cost, p.lower, p.upper, arena, &err), KH_OK);
        for (size_t i = 0; i < p.n_rows; i++)
            assert_int_equal(kh_tableau_add(&tableau, p.row[i], p.least[i], arena, &err), KH_OK);
        kh_tableau_end end = kh_tableau_solve(&tableau, HUGE_VAL, kh_rng_below(&rng, 9));
        double bound = kh_tableau_prove(&tableau, end, 1e3, reduced), best = cheapest(&p);
        assert_true(bound <= best + 1e-9);
        assert_true(end != KH_TABLEAU_EMPTY || (isinf(best) && bound > 1e3));
        kh_arena_reset(arena);
    }
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_finds_the_cheapest_of_all_points),
        cmocka_unit_test(a_proven_bound_holds_after_any_number_of_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

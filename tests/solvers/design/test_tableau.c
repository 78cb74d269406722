/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/tableau.h"

#include "core/base/rng.h"
#include "tests/solvers/near.h"

#include <string.h>

enum { N = 6, ROWS = 14, TRIALS = 2000 };

typedef struct tiny {
    double cost[N], lower[N], upper[N], row[ROWS][N], least[ROWS];
    bool drop[ROWS];
} tiny;

static void draw(tiny *p, kh_rng *rng)
{
    for (size_t j = 0; j < N; j++) {
        p->cost[j] = (double)kh_rng_below(rng, 9) - 1;
        p->lower[j] = (double)kh_rng_below(rng, 2);
        p->upper[j] = p->lower[j] + (double)kh_rng_below(rng, 5);
    }
    for (size_t i = 0; i < ROWS; i++) {
        p->least[i] = (double)kh_rng_below(rng, 9) - 1;
        for (size_t j = 0; j < N; j++)
            p->row[i][j] = kh_rng_below(rng, 3) == 0 ? 0 : 4 * kh_rng_uniform(rng) - 0.5;
    }
}

static kh_tableau build(const tiny *p, kh_arena *arena, bool whole)
{
    kh_tableau t;
    assert_int_equal(kh_tableau_init(&t, N, 1, p->cost, p->lower, p->upper, arena, NULL), KH_OK);
    for (size_t i = 0; i < ROWS; i++)
        if (whole || !p->drop[i])
            assert_int_equal(kh_tableau_add(&t, p->row[i], p->least[i], arena, NULL), KH_OK);
    return t;
}

/* Some of the rows whose slacks are basic. */
static size_t choose_rows(const kh_tableau *t, bool *drop, kh_rng *rng)
{
    size_t n = 0;
    memset(drop, 0, ROWS * sizeof *drop);
    for (size_t h = 0; h < t->n_rows; h++)
        if (t->basic[h] >= N && kh_rng_below(rng, 3) > 0) {
            drop[t->basic[h] - N] = true;
            n++;
        }
    return n;
}

static void check_same_point(const kh_tableau *a, const kh_tableau *b)
{
    assert_near(a->value[0], b->value[0], 1e-9);
    for (size_t j = 0; j < N; j++)
        assert_near(kh_tableau_at(a, j), kh_tableau_at(b, j), 1e-9);
}

static void an_optimum_stays_when_rows_that_it_does_not_need_leave(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "", "tableau");
    kh_arena *arena = kh_arena_create(0);
    size_t n_dropped = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        tiny p;
        double reduced[N];
        draw(&p, &rng);
        kh_arena_reset(arena);
        kh_tableau t = build(&p, arena, true), before = build(&p, arena, true);
        if (kh_tableau_solve(&t, HUGE_VAL, 1000) != KH_TABLEAU_OPTIMAL)
            continue;
        kh_tableau_copy(&before, &t);
        size_t n = choose_rows(&t, p.drop, &rng);
        kh_tableau_drop(&t, p.drop);
        assert_int_equal(t.n_rows, ROWS - n);
        n_dropped += n;
        check_same_point(&t, &before);
        uint64_t n_pivots = t.n_pivots;
        assert_int_equal(kh_tableau_solve(&t, HUGE_VAL, 1000), KH_TABLEAU_OPTIMAL);
        assert_int_equal(t.n_pivots, n_pivots);
        assert_near(kh_tableau_prove(&t, KH_TABLEAU_OPTIMAL, HUGE_VAL, reduced), t.value[0], 1e-7);
    }
    assert_true(n_dropped > 2 * TRIALS);
    kh_arena_destroy(arena);
}

/* The same row and the same bound for a tableau that lost rows and one that never had them. */
static void what_is_left_answers_as_if_it_had_never_held_more(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(2, "", "tableau");
    kh_arena *arena = kh_arena_create(0);
    size_t n_optimal = 0, n_empty = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        tiny p, more;
        draw(&p, &rng);
        draw(&more, &rng);
        kh_arena_reset(arena);
        kh_tableau t = build(&p, arena, true);
        if (kh_tableau_solve(&t, HUGE_VAL, 1000) != KH_TABLEAU_OPTIMAL)
            continue;
        (void)choose_rows(&t, p.drop, &rng);
        kh_tableau_drop(&t, p.drop);
        kh_tableau fresh = build(&p, arena, false);
        size_t j = kh_rng_below(&rng, N);
        for (int i = 0; i < 2; i++) {
            kh_tableau *of = i == 0 ? &t : &fresh;
            kh_tableau_bound(of, j, p.lower[j], p.lower[j]);
            assert_int_equal(kh_tableau_add(of, more.row[0], more.least[0], arena, NULL), KH_OK);
        }
        kh_tableau_end end = kh_tableau_solve(&t, HUGE_VAL, 1000);
        assert_int_equal(end, kh_tableau_solve(&fresh, HUGE_VAL, 1000));
        n_empty += end == KH_TABLEAU_EMPTY;
        n_optimal += end == KH_TABLEAU_OPTIMAL;
        if (end == KH_TABLEAU_OPTIMAL)
            assert_near(t.value[0], fresh.value[0], 1e-7);
    }
    assert_true(n_optimal > TRIALS / 5 && n_empty > TRIALS / 100);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_optimum_stays_when_rows_that_it_does_not_need_leave),
        cmocka_unit_test(what_is_left_answers_as_if_it_had_never_held_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

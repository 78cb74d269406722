/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/hull.h"

#include "tests/solvers/near.h"

/* Two columns, of which each module gives a cut two thirds of what it needs: together there are two at least. The hull says so,
   the cut by itself says one and a half. */
typedef struct twins {
    double upper[2], rate[2], weight[2];
    kh_arena *arena, *scratch;
    kh_cover cover;
} twins;

static void open_twins(twins *t)
{
    *t = (twins){.upper = {3, 3}, .rate = {2.0 / 3, 2.0 / 3}, .arena = kh_arena_create(0), .scratch = kh_arena_create(0)};
    t->cover = (kh_cover){.n = 2,
                          .upper = t->upper,
                          .n_cuts = 1,
                          .rate = t->rate,
                          .weight = t->weight,
                          .arena = t->arena,
                          .scratch = t->scratch,
                          .most_nodes = 1000,
                          .until_s = HUGE_VAL};
    assert_int_equal(kh_cover_init(&t->cover, NULL), KH_OK);
}

static void close_twins(twins *t)
{
    kh_arena_destroy(t->arena);
    kh_arena_destroy(t->scratch);
}

static void one_cut_asks_for_whole_modules(void **state)
{
    (void)state;
    twins t;
    double least;
    open_twins(&t);
    assert_int_equal(kh_hull_separate(&t.cover, (const double[]){0.75, 0.75}, NULL, 0, &least, NULL), KH_OK);
    assert_true(least > 0);
    assert_near(t.weight[0], t.weight[1], 1e-9);
    assert_true(least / t.weight[0] > 1.9 && least / t.weight[0] <= 2 + 1e-9); /* a little is given away */
    close_twins(&t);
}

static void a_point_of_the_hull_breaks_nothing(void **state)
{
    (void)state;
    twins t;
    double least = 7;
    open_twins(&t);
    assert_int_equal(kh_hull_separate(&t.cover, (const double[]){0.5, 1.5}, NULL, 0, &least, NULL), KH_OK);
    assert_near(least, 0, 0);
    close_twins(&t);
}

static void covers_known_already_change_no_answer(void **state)
{
    (void)state;
    twins t;
    double least;
    open_twins(&t);
    const double known[] = {2, 0, 1, 1, 0, 2};
    assert_int_equal(kh_hull_separate(&t.cover, (const double[]){0.75, 0.75}, known, 3, &least, NULL), KH_OK);
    assert_true(least / t.weight[0] > 1.9 && least / t.weight[1] > 1.9);
    assert_true(least / t.weight[0] <= 2 + 1e-9 && least / t.weight[1] <= 2 + 1e-9);
    assert_int_equal(kh_hull_separate(&t.cover, (const double[]){2, 0}, known, 3, &least, NULL), KH_OK);
    assert_near(least, 0, 0);
    close_twins(&t);
}

static void out_of_time_there_is_no_inequality(void **state)
{
    (void)state;
    twins t;
    double least = 7;
    open_twins(&t);
    t.cover.until_s = 0;
    assert_int_equal(kh_hull_separate(&t.cover, (const double[]){0, 0}, NULL, 0, &least, NULL), KH_OK);
    assert_near(least, 0, 0);
    close_twins(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_cut_asks_for_whole_modules),
        cmocka_unit_test(a_point_of_the_hull_breaks_nothing),
        cmocka_unit_test(covers_known_already_change_no_answer),
        cmocka_unit_test(out_of_time_there_is_no_inequality),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

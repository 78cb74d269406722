/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/design/weights.h"

#include "tests/solvers/near.h"

#include <string.h>

enum { N = 20, MOST_ROWS = 600, TURNS = 12000, WIDE = 1 << 16, MANY = 700 };

/* Random rows, and a list of them for later. */
typedef struct kept {
    double value[MOST_ROWS][N], least[MOST_ROWS];
    size_t n;
} kept;

static void draw_row(kept *k, kh_rng *rng, kh_weights *w)
{
    uint32_t column[N];
    double value[N];
    kh_cutset_row row = {.column = column, .value = value, .least = 1 + 9 * kh_rng_uniform(rng)};
    memset(k->value[k->n], 0, sizeof k->value[0]);
    for (uint32_t j = 0; j < N; j++) {
        if (j != k->n % N && kh_rng_below(rng, 3) > 0) /* no row is empty */
            continue;
        column[row.n] = j;
        k->value[k->n][j] = value[row.n++] = 0.1 + 12 * kh_rng_uniform(rng);
    }
    k->least[k->n++] = row.least;
    assert_int_equal(kh_weights_add(w, &row, NULL), KH_OK);
}

static double short_by(const kept *k, size_t row, const double *count)
{
    double sum = 0;
    for (size_t j = 0; j < N; j++)
        sum += fmin(k->value[row][j] / k->least[row], 1) * count[j];
    return 1 - sum;
}

static bool keeps_all(const kept *k, const double *count)
{
    for (size_t i = 0; i < k->n; i++)
        if (short_by(k, i, count) > 1e-5)
            return false;
    return true;
}

static void check_slacks(const kh_weights *w)
{
    for (size_t r = 0; r < w->n_awake; r++) {
        double sum = -1;
        for (size_t j = 0; j < w->n; j++)
            sum += (double)w->value[r * w->width + j] * w->count[j];
        assert_near(w->slack[r], sum, 1e-9);
    }
}

/* A module more where a row is broken, one less where none is. */
static void step(kh_weights *w, kh_rng *rng)
{
    size_t j = kh_rng_below(rng, N);
    if (w->n_broken == 0 && w->count[j] > 0)
        kh_weights_move(w, j, -1);
    if (w->n_broken == 0)
        return;
    const float *value = w->value + w->width * w->broken[kh_rng_below(rng, w->n_broken)];
    while (!(value[j] > 0))
        j = (j + 1) % N;
    kh_weights_move(w, j, 1);
    kh_weights_press(w);
}

static void slacks_are_sums_and_no_row_is_forgotten_however_long_it_sleeps(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(1, "", "weights");
    kh_arena *arena = kh_arena_create(0);
    kept *k = kh_arena_alloc(arena, 1, sizeof *k);
    kh_weights w;
    size_t n_kept = 0, n_slept = 0, n_woken = 0;
    assert_int_equal(kh_weights_init(&w, N, arena, NULL), KH_OK);
    for (int turn = 0; turn < TURNS; turn++) {
        if (k->n < 8 || (turn % 15 == 0 && k->n < MOST_ROWS))
            draw_row(k, &rng, &w);
        size_t n_awake = w.n_awake;
        if (kh_weights_look(&w) == 0) {
            assert_true(keeps_all(k, w.count));
            n_kept++;
        }
        n_woken += w.n_awake > n_awake;
        n_slept += w.n_awake < w.n_rows;
        check_slacks(&w);
        step(&w, &rng);
        check_slacks(&w);
    }
    assert_int_equal(w.n_rows, k->n);
    assert_true(n_kept > 100 && n_slept > 100 && n_woken > 10);
    kh_arena_destroy(arena);
}

static void add_pair(kh_weights *w, uint32_t a, double value_a, uint32_t b, double value_b)
{
    const kh_cutset_row row = {2, (uint32_t[]){a, b}, (double[]){value_a, value_b}, 4};
    assert_int_equal(kh_weights_add(w, &row, NULL), KH_OK);
}

static void help_and_harm_are_what_one_module_mends_or_breaks_by_weight(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_weights w;
    assert_int_equal(kh_weights_init(&w, 3, arena, NULL), KH_OK);
    add_pair(&w, 0, 9, 1, 1); /* 9 of the 4 asked for are as good as 4 */
    add_pair(&w, 1, 3, 2, 2);
    assert_int_equal(kh_weights_look(&w), 2);
    kh_weights_help(&w);
    assert_near(w.score[0], 1, 1e-6);
    assert_near(w.score[1], 1, 1e-6);
    assert_near(w.score[2], 0.5, 1e-6);
    kh_weights_move(&w, 0, 1);
    kh_weights_press(&w); /* the second row weighs 2 now */
    assert_int_equal(kh_weights_look(&w), 1);
    kh_weights_help(&w);
    assert_near(w.score[0], 0, 0);
    assert_near(w.score[1], 1.5, 1e-6);
    assert_near(w.score[2], 1, 1e-6);
    kh_weights_move(&w, 1, 1);
    kh_weights_move(&w, 2, 1); /* first row 5/4, second 5/4 */
    assert_int_equal(kh_weights_look(&w), 0);
    kh_weights_harm(&w);
    assert_near(w.score[0], 0.75, 1e-6);
    assert_near(w.score[1], 1, 1e-6); /* nothing of the first, half of the second by its weight */
    assert_near(w.score[2], 0.5, 1e-6);
    kh_arena_destroy(arena);
}

static void when_memory_is_short_only_rows_that_are_kept_are_forgotten(void **state)
{
    (void)state;
    kh_arena *arena = kh_arena_create(0);
    kh_weights w;
    assert_int_equal(kh_weights_init(&w, WIDE, arena, NULL), KH_OK);
    kh_weights_move(&w, 0, 1);
    for (uint32_t i = 0; i < MANY; i++) {
        const kh_cutset_row row = {1, (uint32_t[]){i % 4 == 0 ? i + 1 : 0}, (double[]){1}, 1};
        assert_int_equal(kh_weights_add(&w, &row, NULL), KH_OK);
    }
    assert_in_range(w.n_rows, MANY / 4, MANY - 1);
    assert_int_equal(kh_weights_look(&w), MANY / 4);
    kh_arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slacks_are_sums_and_no_row_is_forgotten_however_long_it_sleeps),
        cmocka_unit_test(help_and_harm_are_what_one_module_mends_or_breaks_by_weight),
        cmocka_unit_test(when_memory_is_short_only_rows_that_are_kept_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

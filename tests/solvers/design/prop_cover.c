/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "solvers/design/hull.h"
#include "tests/solvers/near.h"

#include <math.h>
#include <string.h>

enum { N = 5, CUTS = 7, TRIALS = 2000 };

/* Small random covers: all counts can be listed. */
typedef struct tiny {
    double upper[N], rate[CUTS * N], weight[N];
    size_t n_cuts;
    kh_arena *arena, *scratch;
} tiny;

static void draw(tiny *t, kh_rng *rng)
{
    t->n_cuts = 1 + kh_rng_below(rng, CUTS);
    for (size_t j = 0; j < N; j++) {
        t->upper[j] = 1 + (double)kh_rng_below(rng, 4);
        t->weight[j] = kh_rng_below(rng, 4) == 0 ? 0 : kh_rng_uniform(rng);
    }
    for (size_t i = 0; i < t->n_cuts * N; i++)
        t->rate[i] = kh_rng_below(rng, 3) == 0 ? 0 : fmin(0.05 + 1.2 * kh_rng_uniform(rng), 1);
}

static kh_cover open_cover(tiny *t)
{
    kh_error err = {0};
    kh_arena_reset(t->arena);
    kh_cover cover = {.n = N,
                      .upper = t->upper,
                      .n_cuts = t->n_cuts,
                      .rate = t->rate,
                      .weight = t->weight,
                      .arena = t->arena,
                      .scratch = t->scratch,
                      .most_nodes = 10000,
                      .until_s = HUGE_VAL};
    assert_int_equal(kh_cover_init(&cover, &err), KH_OK);
    return cover;
}

static double weigh(const double *weight, const double *y)
{
    double sum = 0;
    for (size_t j = 0; j < N; j++)
        sum += weight[j] * y[j];
    return sum;
}

static bool covers(const tiny *t, const double *y)
{
    for (size_t i = 0; i < t->n_cuts; i++)
        if (weigh(t->rate + i * N, y) < 1 - 1e-9)
            return false;
    return true;
}

/* The lightest of all covers; INFINITY: there is none. */
static double lightest(const tiny *t, const double *weight)
{
    double y[N] = {0}, best = HUGE_VAL;
    for (size_t j = 0; j < N;) {
        if (covers(t, y))
            best = fmin(best, weigh(weight, y));
        for (j = 0; j < N && y[j] == t->upper[j]; j++)
            y[j] = 0;
        if (j < N)
            y[j]++;
    }
    return best;
}

static void a_cover_is_found_exactly_when_one_is_light_enough(void **state)
{
    (void)state;
    kh_error err = {0};
    kh_rng rng = kh_rng_stream(9, "", "cover");
    tiny t = {.arena = kh_arena_create(0), .scratch = kh_arena_create(0)};
    size_t n_found = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        draw(&t, &rng);
        kh_cover cover = open_cover(&t);
        kh_cover_word word;
        double y[N], best = lightest(&t, t.weight), cutoff = 2 * kh_rng_uniform(&rng);
        if (fabs(best - cutoff) < 1e-6)
            continue;
        assert_int_equal(kh_cover_find(&cover, cutoff, y, &word, &err), KH_OK);
        assert_int_equal(word, best < cutoff ? KH_COVER_FOUND : KH_COVER_NONE);
        if (word == KH_COVER_FOUND)
            assert_true(covers(&t, y) && weigh(t.weight, y) <= cutoff + 1e-6);
        n_found += word == KH_COVER_FOUND;
    }
    assert_true(n_found > TRIALS / 8 && n_found < TRIALS * 7 / 8);
    kh_arena_destroy(t.arena);
    kh_arena_destroy(t.scratch);
}

static void greed_finds_a_cover_when_there_is_one(void **state)
{
    (void)state;
    kh_rng rng = kh_rng_stream(10, "", "cover");
    tiny t = {.arena = kh_arena_create(0), .scratch = kh_arena_create(0)};
    for (int trial = 0; trial < TRIALS; trial++) {
        draw(&t, &rng);
        kh_cover cover = open_cover(&t);
        double y[N], sum = kh_cover_greedily(&cover, y), best = lightest(&t, t.weight);
        assert_int_equal(isfinite(sum), isfinite(best));
        if (isfinite(sum))
            assert_true(covers(&t, y) && sum >= best - 1e-9);
    }
    kh_arena_destroy(t.arena);
    kh_arena_destroy(t.scratch);
}

static void every_cover_keeps_the_inequality_that_the_point_breaks(void **state)
{
    (void)state;
    kh_error err = {0};
    kh_rng rng = kh_rng_stream(11, "", "cover");
    tiny t = {.arena = kh_arena_create(0), .scratch = kh_arena_create(0)};
    size_t n_rows = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        draw(&t, &rng);
        kh_cover cover = open_cover(&t);
        double here[N], known[N], least;
        for (size_t j = 0; j < N; j++)
            here[j] = 0.6 * kh_rng_uniform(&rng) * t.upper[j];
        if (isinf(kh_cover_greedily(&cover, known)))
            continue;
        assert_int_equal(kh_hull_separate(&cover, here, known, 1, &least, &err), KH_OK);
        if (!(least > 0))
            continue;
        n_rows++;
        assert_true(weigh(cover.weight, here) < least);
        assert_true(lightest(&t, cover.weight) >= least - 1e-6);
    }
    assert_true(n_rows > TRIALS / 10);
    kh_arena_destroy(t.arena);
    kh_arena_destroy(t.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cover_is_found_exactly_when_one_is_light_enough),
        cmocka_unit_test(greed_finds_a_cover_when_there_is_one),
        cmocka_unit_test(every_cover_keeps_the_inequality_that_the_point_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

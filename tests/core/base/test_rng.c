/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Known answers of Philox 4x32-10: kat_vectors of Random123 (Salmon et al., SC'11; BSD licence). */
static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t out[4];
        kh_rng_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].answer, sizeof out);
    }
}

static void the_same_stream_gives_the_same_numbers(void **state)
{
    (void)state;
    kh_rng a = kh_rng_stream(7, "BRI-FRX", "cut"), b = kh_rng_stream(7, "BRI-FRX", "cut");
    for (int i = 0; i < 1000; i++)
        assert_true(kh_rng_u64(&a) == kh_rng_u64(&b));
}

static void seed_entity_and_purpose_make_other_streams(void **state)
{
    (void)state;
    kh_rng streams[] = {kh_rng_stream(7, "ab", "c"),
                        kh_rng_stream(8, "ab", "c"),
                        kh_rng_stream(7, "a", "bc"),
                        kh_rng_stream(7, "abc", ""),
                        kh_rng_stream(7, "", "abc"),
                        kh_rng_stream(7, "ab", "d"),
                        kh_rng_stream(7u + (1ull << 32), "ab", "c")};
    enum { N = sizeof streams / sizeof streams[0] };
    uint64_t first[N];
    for (size_t i = 0; i < N; i++)
        first[i] = kh_rng_u64(&streams[i]);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(first[i] != first[j]);
}

/* Correlation of two streams over n pairs has a standard deviation of 1 / sqrt(n). */
static void streams_are_not_correlated(void **state)
{
    (void)state;
    enum { N = 100000 };
    kh_rng a = kh_rng_stream(1, "link-1", "cut"), b = kh_rng_stream(1, "link-2", "cut");
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (kh_rng_uniform(&a) - 0.5) * (kh_rng_uniform(&b) - 0.5) * 12;
    assert_true(fabs(sum / N) < 5 / sqrt(N));
}

static void uniform_never_reaches_its_ends_and_has_mean_and_variance(void **state)
{
    (void)state;
    enum { N = 200000 };
    kh_rng rng = kh_rng_stream(3, "x", "u");
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double u = kh_rng_uniform(&rng);
        assert_true(u > 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    double mean = sum / N, variance = squares / N - mean * mean;
    assert_true(fabs(mean - 0.5) < 5 * sqrt(1 / 12.0 / N));
    assert_true(fabs(variance - 1 / 12.0) < 5 * sqrt(1 / 180.0 / N));
}

static void below_is_uniform_over_whole_numbers(void **state)
{
    (void)state;
    enum { N = 70000, SIDES = 7 };
    kh_rng rng = kh_rng_stream(3, "x", "dice");
    double counts[SIDES] = {0};
    for (int i = 0; i < N; i++)
        counts[kh_rng_below(&rng, SIDES)]++;
    double chi2 = 0;
    for (int i = 0; i < SIDES; i++)
        chi2 += (counts[i] - (double)N / SIDES) * (counts[i] - (double)N / SIDES) / ((double)N / SIDES);
    assert_true(chi2 < 32); /* 6 degrees of freedom: exceeded with probability 2e-5 */
    assert_true(kh_rng_below(&rng, 0) == 0 && kh_rng_below(&rng, 1) == 0);
}

static void exponential_and_normal_have_their_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    kh_rng rng = kh_rng_stream(5, "x", "e");
    double waits = 0, normals = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double wait = kh_rng_exponential(&rng, 3), z = kh_rng_normal(&rng);
        assert_true(wait > 0 && isfinite(wait) && isfinite(z));
        waits += wait;
        normals += z;
        squares += z * z;
    }
    assert_true(fabs(waits / N - 3) < 5 * 3 / sqrt(N));
    assert_true(fabs(normals / N) < 5 / sqrt(N));
    assert_true(fabs(squares / N - 1) < 5 * sqrt(2.0 / N));
}

static void an_antithetic_stream_mirrors_the_plain_one(void **state)
{
    (void)state;
    kh_rng plain = kh_rng_stream(5, "x", "e"), mirror = kh_rng_antithetic(plain), again = kh_rng_antithetic(mirror);
    for (int i = 0; i < 1000; i++) {
        double u = kh_rng_uniform(&plain);
        assert_true(kh_rng_uniform(&mirror) == 1 - u);
        assert_true(kh_rng_uniform(&again) == u);
    }
    for (int i = 0; i < 1000; i++) {
        double z = kh_rng_normal(&plain);
        assert_true(fabs(kh_rng_normal(&mirror) + z) <= 1e-12 * (1 + fabs(z)));
    }
}

static void reseeded_streams_part_by_salt_and_only_by_salt(void **state)
{
    (void)state;
    kh_rng plain = kh_rng_stream(5, "x", "e"), a, b, c;
    (void)kh_rng_uniform(&plain);
    a = b = c = plain;
    kh_rng_reseed(&a, 1);
    kh_rng_reseed(&b, 1);
    kh_rng_reseed(&c, UINT64_C(1) << 32);
    for (int i = 0; i < 1000; i++) {
        uint64_t x = kh_rng_u64(&a), y = kh_rng_u64(&c), z = kh_rng_u64(&plain);
        assert_true(kh_rng_u64(&b) == x);
        assert_true(x != y && y != z && z != x);
    }
    kh_rng_reseed(&a, 1);
    assert_true(kh_rng_u64(&a) != kh_rng_u64(&b));
}

static void reseeding_leaves_a_stream_uniform_and_apart_from_other_streams(void **state)
{
    (void)state;
    enum { N = 100000 };
    kh_rng a = kh_rng_stream(1, "link-1", "cut"), b = kh_rng_stream(1, "link-2", "cut");
    kh_rng before = a;
    kh_rng_reseed(&a, 9);
    kh_rng_reseed(&b, 9);
    double with_other = 0, with_before = 0, mean = 0;
    for (int i = 0; i < N; i++) {
        double u = kh_rng_uniform(&a) - 0.5;
        mean += u;
        with_other += u * (kh_rng_uniform(&b) - 0.5) * 12;
        with_before += u * (kh_rng_uniform(&before) - 0.5) * 12;
    }
    assert_true(fabs(mean / N) < 5 * sqrt(1 / 12.0 / N));
    assert_true(fabs(with_other / N) < 5 / sqrt(N) && fabs(with_before / N) < 5 / sqrt(N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(the_same_stream_gives_the_same_numbers),
        cmocka_unit_test(seed_entity_and_purpose_make_other_streams),
        cmocka_unit_test(streams_are_not_correlated),
        cmocka_unit_test(uniform_never_reaches_its_ends_and_has_mean_and_variance),
        cmocka_unit_test(below_is_uniform_over_whole_numbers),
        cmocka_unit_test(exponential_and_normal_have_their_moments),
        cmocka_unit_test(an_antithetic_stream_mirrors_the_plain_one),
        cmocka_unit_test(reseeded_streams_part_by_salt_and_only_by_salt),
        cmocka_unit_test(reseeding_leaves_a_stream_uniform_and_apart_from_other_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

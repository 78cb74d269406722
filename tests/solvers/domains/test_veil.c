/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "solvers/domains/veil.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

enum { DOMAINS = 3, NUMBERS = 40 };

typedef struct group {
    uint32_t secret[DOMAINS][DOMAINS][8];
    kh_part part[DOMAINS];
    double letter[DOMAINS][NUMBERS * KH_VEIL_WIDE];
} group;

static void meet(group *g, uint64_t seed)
{
    kh_rng rng = kh_rng_stream(seed, "group", "secrets");
    for (uint32_t i = 0; i < DOMAINS; i++) {
        for (uint32_t j = 0; j < i; j++)
            for (int k = 0; k < 8; k++)
                g->secret[i][j][k] = g->secret[j][i][k] = (uint32_t)kh_rng_u64(&rng);
        g->part[i] = (kh_part){.self = i, .n_domains = DOMAINS, .secret = (const uint32_t(*)[8])g->secret[i]};
    }
}

static void sum_up(group *g, const double number[DOMAINS][NUMBERS], kh_veil_width width, double *sum)
{
    const double *letters[DOMAINS];
    for (uint32_t i = 0; i < DOMAINS; i++) {
        kh_veil veil = {.part = &g->part[i]};
        kh_veil_hide(&veil, number[i], NUMBERS, width, g->letter[i]);
        letters[i] = g->letter[i];
    }
    kh_veil_sum(letters, DOMAINS, NUMBERS, width, sum);
}

static void sums_come_out_to_the_steps_of_the_width(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        static const kh_veil_width widths[] = {KH_VEIL_NARROW, KH_VEIL_WIDE};
        kh_rng rng = kh_rng_stream(seed, "group", "numbers");
        group g = {0};
        double number[DOMAINS][NUMBERS], sum[NUMBERS];
        meet(&g, seed);
        for (int turn = 0; turn < 2; turn++) {
            double reach = turn == 0 ? 15 : 35, step = turn == 0 ? 0x1p-64 : 0x1p-128;
            for (size_t i = 0; i < NUMBERS; i++)
                for (uint32_t j = 0; j < DOMAINS; j++)
                    number[j][i] = i == 0 ? 0 : (kh_rng_uniform(&rng) - 0.5) * pow(10, reach * (2 * kh_rng_uniform(&rng) - 1));
            sum_up(&g, (const double(*)[NUMBERS])number, widths[turn], sum);
            for (size_t i = 0; i < NUMBERS; i++) {
                double due = number[0][i] + number[1][i] + number[2][i];
                double size = fabs(number[0][i]) + fabs(number[1][i]) + fabs(number[2][i]);
                if (!(fabs(sum[i] - due) <= 1e-15 * size + 3 * step))
                    fail_msg("seed %d: %g + %g + %g = %g", (int)seed, number[0][i], number[1][i], number[2][i], sum[i]);
            }
        }
    }
}

static void what_is_too_large_is_cut_and_stays_large(void **state)
{
    (void)state;
    group g = {0};
    double number[DOMAINS][NUMBERS] = {{INFINITY, -INFINITY, 1e300, -1e300}}, sum[NUMBERS];
    meet(&g, 1);
    sum_up(&g, (const double(*)[NUMBERS])number, KH_VEIL_WIDE, sum);
    assert_true(sum[0] > 1e37 && sum[1] < -1e37 && sum[2] > 1e37 && sum[3] < -1e37);
    sum_up(&g, (const double(*)[NUMBERS])number, KH_VEIL_NARROW, sum);
    assert_true(sum[0] > 1e18 && sum[1] < -1e18 && sum[2] > 1e18 && sum[3] < -1e18);
}

/* With another secret the same numbers are other words, and half of their bits are set whatever the numbers are. */
static void letters_look_random(void **state)
{
    (void)state;
    static const double zero[DOMAINS][NUMBERS];
    static const double one[DOMAINS][NUMBERS] = {{1, 1, 1, 1}};
    size_t n = sizeof((group *)0)->letter[0], set = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        group g = {0}, other = {0};
        double sum[NUMBERS];
        meet(&g, seed);
        meet(&other, seed + 1000);
        sum_up(&g, seed % 2 ? zero : one, KH_VEIL_WIDE, sum);
        sum_up(&other, seed % 2 ? zero : one, KH_VEIL_WIDE, sum);
        for (uint32_t i = 0; i < DOMAINS; i++) {
            const unsigned char *byte = (const unsigned char *)g.letter[i];
            for (size_t w = 0; w < NUMBERS * KH_VEIL_WIDE; w++)
                assert_memory_not_equal(&g.letter[i][w], &other.letter[i][w], sizeof(double));
            for (size_t k = 0; k < n; k++)
                for (int bit = 0; bit < 8; bit++)
                    set += byte[k] >> bit & 1;
        }
    }
    double all = 8.0 * 20 * DOMAINS * (double)n;
    assert_true(fabs((double)set - 0.5 * all) < 5 * 0.5 * sqrt(all));
}

static void letters_of_another_step_do_not_fit(void **state)
{
    (void)state;
    static const double one[NUMBERS] = {1};
    group g = {0};
    const double *letters[DOMAINS] = {g.letter[0], g.letter[1], g.letter[2]};
    double sum[NUMBERS];
    meet(&g, 7);
    for (uint32_t i = 0; i < DOMAINS; i++) {
        kh_veil veil = {.part = &g.part[i], .n_hidden = i == 2};
        kh_veil_hide(&veil, one, NUMBERS, KH_VEIL_NARROW, g.letter[i]);
    }
    kh_veil_sum(letters, DOMAINS, NUMBERS, KH_VEIL_NARROW, sum);
    assert_true(fabs(sum[0] - 3) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_come_out_to_the_steps_of_the_width),
                                       cmocka_unit_test(what_is_too_large_is_cut_and_stays_large),
                                       cmocka_unit_test(letters_look_random), cmocka_unit_test(letters_of_another_step_do_not_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

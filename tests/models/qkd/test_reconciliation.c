/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/reconciliation.h"

#include "models/num/num.h"
#include "models/qkd/entropy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* more than @p errors errors in n bits, summed term by term */
static double tail(double n, double qber, double errors)
{
    double k = errors + 1.0;
    double term = exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(qber) + (n - k) * log1p(-qber)), sum = 0.0;
    for (; term > 1e-12 * sum; k += 1.0) {
        sum += term;
        term *= (n - k) / (k + 1.0) * qber / (1.0 - qber);
    }
    return sum;
}

/* the most errors that are exceeded with probability p at least: n - F^-1(p; n, 1 - Q) */
static double exact_errors(double n, double qber, double p)
{
    double errors = ceil(n * qber);
    while (tail(n, qber, errors) >= p)
        errors += 1.0;
    return errors;
}

static void the_leak_is_that_of_the_exact_quantile_to_one_count(void **state)
{
    (void)state;
    const double blocks[][2] = {{1e4, 0.01}, {1e5, 0.003}, {1e5, 0.05}, {1e6, 0.001}, {1e7, 0.02}};
    const double eps = 1e-15;
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        double n = blocks[i][0], q = blocks[i][1], per_count = log2((1.0 - q) / q);
        double beyond = exact_errors(n, q, eps * (1.0 + 1.0 / sqrt(n))) - n * q;
        double leak = n * kh_entropy_binary(q) + (beyond - 1.0) * per_count - 0.5 * log2(n) + log2(eps);
        assert_true(fabs(kh_reconciliation_leak(n, q, eps) - leak) <= 1.01 * per_count);
    }
}

static void the_share_beyond_the_shannon_limit_falls_with_the_block(void **state)
{
    (void)state;
    double before = INFINITY;
    for (double n = 1e4; n < 1e13; n *= 10.0) {
        double share = kh_reconciliation_leak(n, 0.02, 1e-15) / (n * kh_entropy_binary(0.02));
        assert_true(share < before && share > 1.0);
        before = share;
    }
    assert_true(before < 1.0001);
}

static void no_errors_need_no_correction_and_noise_discloses_all(void **state)
{
    (void)state;
    assert_true(kh_reconciliation_leak(1e6, 0.0, 1e-15) == 0.0);
    assert_true(kh_reconciliation_leak(1e6, 0.5, 1e-15) == 1e6);
}

static void the_normal_quantile_is_the_inverse_of_the_tail(void **state)
{
    (void)state;
    for (double p = 1e-20; p < 0.6; p *= 10.0)
        assert_true(fabs(0.5 * erfc(-kh_num_normal_quantile(p) * sqrt(0.5)) / p - 1.0) < 1e-9);
    assert_true(isnan(kh_num_normal_quantile(0.0)) && isnan(kh_num_normal_quantile(1.0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_leak_is_that_of_the_exact_quantile_to_one_count),
        cmocka_unit_test(the_share_beyond_the_shannon_limit_falls_with_the_block),
        cmocka_unit_test(no_errors_need_no_correction_and_noise_discloses_all),
        cmocka_unit_test(the_normal_quantile_is_the_inverse_of_the_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

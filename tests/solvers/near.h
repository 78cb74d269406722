/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_SOLVERS_NEAR_H
#define KH_TESTS_SOLVERS_NEAR_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* cmocka compares floats only. */
static inline void assert_near_at(double actual, double expected, double tolerance, const char *file, int line)
{
    if (fabs(actual - expected) <= tolerance)
        return;
    print_error("%.17g is not within %g of %.17g\n", actual, tolerance, expected);
    _fail(file, line);
}
#define assert_near(actual, expected, tolerance) assert_near_at((actual), (expected), (tolerance), __FILE__, __LINE__)

#endif

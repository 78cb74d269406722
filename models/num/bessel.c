/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/bessel.h"

double kh_bessel_i0_minus_one(double x)
{
    double quarter = 0.25 * x * x, term = 1.0, sum = 0.0;
    for (int k = 1; k < 100 && term > 1e-18 * sum; k++) {
        term *= quarter / ((double)k * (double)k);
        sum += term;
    }
    return sum;
}

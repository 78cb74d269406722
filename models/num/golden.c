/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/golden.h"

static const double GOLDEN = 0.6180339887498949;

double kh_golden_minimum(kh_num_function f, const void *context, const double interval[2], unsigned n_steps)
{
    double low = interval[0], high = interval[1];
    double left = high - GOLDEN * (high - low), right = low + GOLDEN * (high - low);
    double at_left = f(left, context), at_right = f(right, context);
    for (unsigned i = 0; i < n_steps; i++) {
        if (at_left < at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - GOLDEN * (high - low);
            at_left = i + 1 < n_steps ? f(left, context) : at_left;
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + GOLDEN * (high - low);
            at_right = i + 1 < n_steps ? f(right, context) : at_right;
        }
    }
    return 0.5 * (low + high);
}

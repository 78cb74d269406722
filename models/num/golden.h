/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_GOLDEN_H
#define KH_MODELS_NUM_GOLDEN_H

#include "models/num/num.h"

/** Where a function with one valley in [low, high] is least, by golden section: no memory, no failure, for models that are searched
 *  over themselves. The ends are not looked at.
 *  @param n_steps  each narrows the interval to 0.618 of it
 *  @return the middle of what is left of the interval
 *  Cost: n_steps + 1 values. */
double kh_golden_minimum(kh_num_function f, const void *context, const double interval[2], unsigned n_steps);

#endif

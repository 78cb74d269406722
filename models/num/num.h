/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_NUM_H
#define KH_MODELS_NUM_NUM_H

#include "core/base/status.h"

/** Numerical work in one dimension, in our own words; the library behind it is known to num_gsl.c alone. */

/** A function of one variable; must be pure. */
typedef double (*kh_num_function)(double x, const void *context);

/** Root of @p f in [a, b] by Brent's method, to @p tolerance in x.
 *  @param[out] x  a point within @p tolerance of a change of sign
 *  @return KH_OK; KH_ERANGE when f(a) and f(b) have the same sign or are not finite; KH_EINTERNAL without convergence in
 *          200 steps; KH_ENOMEM */
kh_status kh_num_root(kh_num_function f, const void *context, const double interval[2], double tolerance, double *x, kh_error *err);

/** Minimum of @p f in [a, b]: the best of @p n_grid + 1 points evenly spread, then Brent's method around it.
 *  Finds the global one when each valley is wider than two steps of the grid; an end of the interval may be the answer.
 *  @param n_grid     >= 2
 *  @param[out] x     within 1e-6 (b - a) of the minimum
 *  @return KH_OK; KH_ERANGE for an empty interval or a value that is not finite; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_num_minimum(kh_num_function f, const void *context, const double interval[2], unsigned n_grid, double *x,
                         kh_error *err);

/** The normal distribution is below the result with probability @p p. @param p  (0, 1); to 1e-12 relative @return NAN outside */
double kh_num_normal_quantile(double p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_SIMPLEX_H
#define KH_MODELS_NUM_SIMPLEX_H

#include <stddef.h>

/** Minimum in a few dimensions by the simplex method of Nelder and Mead (Comput. J. 7, 308 (1965)), without derivatives, so that
 *  functions with kinks are welcome. Own code since it sits in the hot path: no allocation, same result on every machine. */

enum { KH_SIMPLEX_DIMENSIONS_MAX = 8 };

/** Must be pure and give no NAN. */
typedef double (*kh_simplex_function)(const double *x, const void *context);

typedef struct kh_simplex_options {
    double step;        /**< size of the first simplex in every coordinate, not 0 */
    double tolerance;   /**< stop when the values in the simplex agree to this, relative */
    unsigned max_calls; /**< stop after about so many calls of the function */
} kh_simplex_options;

/** Goes down from @p x.
 *  @param[in,out] x  n coordinates: start, then the best point seen
 *  @param n          1..KH_SIMPLEX_DIMENSIONS_MAX
 *  @return the value at @p x, never above the value at the start; NAN when n is out of range */
double kh_simplex_minimise(kh_simplex_function f, const void *context, double *x, size_t n, kh_simplex_options options);

/** The best of several coarse descents, then fine ones from there while they help.
 *  @param starts   n_starts rows of n coordinates
 *  @param[out] x   n coordinates of the best point
 *  @return the value at @p x; INFINITY, and x as before, when no descent reached a smaller one */
double kh_simplex_search(kh_simplex_function f, const void *context, const double *starts, size_t n_starts, double *x, size_t n);

#endif

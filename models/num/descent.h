/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_DESCENT_H
#define KH_MODELS_NUM_DESCENT_H

#include <stddef.h>

/** Local minimum of a smooth function of a few dimensions by a quasi-Newton method: BFGS (Nocedal, Wright, Numerical Optimization,
 *  2nd ed., ch. 6) with slopes from differences, and a search along the line by halving. Where the simplex method takes hundreds of
 *  calls this takes dozens; on a kink that is a valley it stays. No allocation, same result on every machine. */

enum { KH_DESCENT_DIMENSIONS_MAX = 8 };

/** Must be pure and give no NAN. */
typedef double (*kh_descent_function)(const double *x, const void *context);

/** A way down: where it stands, and what it has learnt of the function. */
typedef struct kh_descent {
    kh_descent_function f;
    const void *context;
    size_t n;                                   /**< 1..KH_DESCENT_DIMENSIONS_MAX */
    double difference;                          /**< step of the differences in every coordinate, > 0 */
    double reach;                               /**< longest move in a coordinate in one turn, > 0 */
    double x[KH_DESCENT_DIMENSIONS_MAX], value; /**< best point so far */
    double slope[KH_DESCENT_DIMENSIONS_MAX];
    double inverse[KH_DESCENT_DIMENSIONS_MAX][KH_DESCENT_DIMENSIONS_MAX]; /**< of the second derivatives, about */
} kh_descent;

/** Looks around at the start: 2 n + 1 calls. @param[in,out] d  f, context, n, difference, reach and a start in x are given */
void kh_descent_begin(kh_descent *d);

/** Looks again where it stands, after f or context became one that is curved alike: n + 1 calls. */
void kh_descent_resume(kh_descent *d);

/** Goes down until a turn promises less than @p tolerance, relative, or @p max_turns are done; d->value never
 *  rises. A turn is n + 1 calls, or a few more. @param tolerance  > 0 */
void kh_descent_continue(kh_descent *d, double tolerance, unsigned max_turns);

#endif

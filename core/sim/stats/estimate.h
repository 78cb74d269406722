/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_STATS_ESTIMATE_H
#define KH_CORE_SIM_STATS_ESTIMATE_H

#include <stddef.h>

/** The t with P(|T| <= t) = @p confidence for Student's t with a whole number of degrees of freedom.
 *
 *  Model: the finite trigonometric series of P, Abramowitz and Stegun 26.7.3 and 26.7.4, inverted by bisection to the last bits.
 *  @param confidence (0, 1); @param degrees >= 1
 *  Cost: O(degrees) per bisection step. */
double kh_estimate_student_t(double confidence, size_t degrees);

/** Mean and half-width of the 95 % confidence interval (Student's t over independent replications). n = 1: half-width NAN. */
typedef struct kh_estimate {
    double mean, half_width_95;
    size_t n;
} kh_estimate;
kh_estimate kh_estimate_of(const double *values, size_t n);

/** The same of antithetic pairs: value 2 k + 1 is the mirror image of value 2 k, so their mean is one sample.
 *  @param n even; the odd one at the end is left out */
kh_estimate kh_estimate_of_pairs(const double *values, size_t n);

/** Correlation of each value with the next, of batches of one run: when it is above 2 / sqrt(n) the batches are too short for their
 *  interval to be believed. NAN for fewer than 3 values or equal ones. */
double kh_estimate_lag_1(const double *values, size_t n);

/** How many values at the start to leave out, so that the standard error of the mean of the rest is least: the rule known as
 *  MSER, of batches of one run that starts in an untypical state.
 *  @return [0, n / 2]; n / 2 says that the run is too short to tell */
size_t kh_estimate_start_up(const double *values, size_t n);

#endif

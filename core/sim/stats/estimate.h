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

#endif

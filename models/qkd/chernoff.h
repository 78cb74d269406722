/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CHERNOFF_H
#define KH_MODELS_QKD_CHERNOFF_H

#include <stddef.h>

/** Chernoff bounds for counts of independent events, multiplicative form: what was counted against what was to be expected.
 *
 *  Each bound fails with probability eps; @p beta = ln(1/eps) > 0, 0 for no fluctuation. Lower bounds are never below 0.
 *  Form : the variant that SatQuMA (Yin 2020) and public codes of the four-intensity protocol use; see mdi2016.h. */

/** Most and least that the expectation may be when @p count was seen. */
double kh_chernoff_expected_above(double count, double beta);
double kh_chernoff_expected_below(double count, double beta);

/** Most and least that may be seen when @p expected is the expectation. */
double kh_chernoff_observed_above(double expected, double beta);
double kh_chernoff_observed_below(double expected, double beta);

/** A count with its weight in a sum of expectations. */
typedef struct kh_weighted_count {
    double weight; /**< >= 0 */
    double count;
} kh_weighted_count;

/** Bounds of sum weight * expectation: the counts are summed before they are bounded, the smallest weight for all of them, what is
 *  left of the larger weights for the rest. Tighter than one bound for each count; as many bounds in all.
 *  @param parts  [n], sorted by weight on return */
double kh_chernoff_sum_above(kh_weighted_count *parts, size_t n, double beta);
double kh_chernoff_sum_below(kh_weighted_count *parts, size_t n, double beta);

#endif

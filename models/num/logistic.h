/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_LOGISTIC_H
#define KH_MODELS_NUM_LOGISTIC_H

#include <math.h>

/** Shares without bounds: a search moves over all real numbers, the model sees a share between 0 and 1. Pure functions. */

/** A share in (0, 1), and what is left of 1; each keeps its digits where the other is close to 1. */
typedef struct kh_shares {
    double share, rest;
} kh_shares;

/** share = 1 / (1 + exp(-x)). Here since it sits in the hot path. */
static inline kh_shares kh_logistic_shares(double x)
{
    double odds = exp(-x), share = 1.0 / (1.0 + odds);
    return (kh_shares){share, odds * share};
}

/** The inverse, ln(p / (1 - p)). @param p  (0, 1); outside it is taken to 1e-9 from the end that it passed */
double kh_logistic_inverse(double p);

#endif

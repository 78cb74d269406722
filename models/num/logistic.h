/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NUM_LOGISTIC_H
#define KH_MODELS_NUM_LOGISTIC_H

/** Shares without bounds: a search moves over all real numbers, the model sees a share between 0 and 1. Pure functions. */

/** A share in (0, 1), and what is left of 1; each keeps its digits where the other is close to 1. */
typedef struct kh_shares {
    double share, rest;
} kh_shares;

/** share = 1 / (1 + exp(-x)). */
kh_shares kh_logistic_shares(double x);

/** The inverse, ln(p / (1 - p)). @param p  (0, 1); outside it is taken to 1e-9 from the end that it passed */
double kh_logistic_inverse(double p);

#endif

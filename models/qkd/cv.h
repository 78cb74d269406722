/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CV_H
#define KH_MODELS_QKD_CV_H

#include <stdbool.h>

/** Continuous variables: Gaussian-modulated coherent states, reverse reconciliation, a receiver that the eavesdropper cannot touch.
 *  Noise in shot-noise units. Pure functions, no checks.
 *
 *  Model : Lodewyck et al., PRA 76, 042305 (2007), and Fossier et al., J. Phys. B 42, 114014 (2009): Holevo bound from the
 * symplectic eigenvalues; finite size after Leverrier, Grosshans, Grangier, PRA 81, 062343 (2010). Valid :
 * collective attacks; the laser's phase reference is trusted. */
typedef struct kh_cv_receiver {
    bool heterodyne;         /**< both quadratures are read; else homodyne, one of them */
    double efficiency;       /**< receiver optics included, (0, 1] */
    double electronic_noise; /**< of the receiver, >= 0 */
    double excess_noise;     /**< of the channel, at its input, >= 0; not trusted */
    double reconciliation;   /**< beta: share of the mutual information that is kept, (0, 1] */
} kh_cv_receiver;

/** Statistics of a block. Each of the three errors (estimation, smoothing, privacy amplification) is @c eps. */
typedef struct kh_cv_block {
    double symbols;   /**< N, > 0; INFINITY: no fluctuation, and nothing is spent on estimation */
    double key_share; /**< n / N: the rest is made public to estimate the channel, (0, 1) */
    double eps;       /**< (0, 1) */
} kh_cv_block;

/** Key in bit per symbol, endless block. Negative: no key.
 *  @param transmittance  of the channel, (0, 1]
 *  @param variance       V_A of the modulation, > 0 */
double kh_cv_rate(const kh_cv_receiver *receiver, double transmittance, double variance);

/** Key in bit per symbol sent, those for estimation included. Negative: no key. */
double kh_cv_rate_of_block(const kh_cv_receiver *receiver, double transmittance, double variance, const kh_cv_block *block);

/** Entropy of a thermal state with symplectic eigenvalue @p x, in bit: g(x) of the papers; 0 for x <= 1. */
double kh_cv_entropy(double x);

#endif

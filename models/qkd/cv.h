/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CV_H
#define KH_MODELS_QKD_CV_H

#include <stdbool.h>

/** Continuous variables: Gaussian-modulated coherent states, reverse reconciliation, a receiver that the eavesdropper cannot touch.
 *  Noise in shot-noise units, excess noise referred to the channel's input. Endless block. Pure functions, no checks.
 *
 *  Model  : Lodewyck et al., PRA 76, 042305 (2007), eqs. 19-24, for homodyne and Fossier et al., J. Phys. B 42, 114014 (2009), for
 *           heterodyne reception, as given in two codes that cite them (qosst-skr; plutoniumm/qkd, which has the numbers): the
 * papers could not be opened. tests/models/qkd/ref_cv.c finds the same key without the formulas, to 1e-9 bit per symbol. Valid  :
 * collective attacks, among which Gaussian ones are the best; the laser's phase reference, efficiency and electronic noise of the
 * receiver are trusted, so that more electronic noise can give more key. */
typedef struct kh_cv_receiver {
    bool heterodyne;         /**< both quadratures are read, by two detectors; else homodyne, one of them */
    double efficiency;       /**< receiver optics included, (0, 1] */
    double electronic_noise; /**< of each detector, >= 0 */
    double excess_noise;     /**< of the channel, at its input, >= 0; not trusted */
    double reconciliation;   /**< beta: share of the mutual information that is kept, (0, 1] */
    double digits;           /**< bits that the raw key takes from one quadrature, >= 1; a composable block only */
} kh_cv_receiver;

/** Key in bit per symbol: beta I - chi. Negative: no key.
 *  @param transmittance  of the channel, (0, 1]
 *  @param variance       V_A of the modulation, > 0 */
double kh_cv_rate(const kh_cv_receiver *receiver, double transmittance, double variance);

/** Mutual information I of sender and receiver in bit per symbol, > 0. */
double kh_cv_information(const kh_cv_receiver *receiver, double transmittance, double variance);

/** Holevo bound chi: what the eavesdropper may know of the receiver's symbol, in bit. */
double kh_cv_holevo(const kh_cv_receiver *receiver, double transmittance, double variance);

/** Entropy of a thermal state with symplectic eigenvalue @p x, in bit: g(x) of the papers; 0 for x <= 1. */
double kh_cv_entropy(double x);

#endif

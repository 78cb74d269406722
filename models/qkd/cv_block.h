/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CV_BLOCK_H
#define KH_MODELS_QKD_CV_BLOCK_H

#include "models/qkd/cv.h"

/** Continuous variables in a finite block: cv.h with a channel estimated from symbols that are made public. Pure functions, no
 *  checks.
 *
 *  Estimate : y = t x + noise at each detector, with t^2 = eta T / k and the variance sigma^2 = 1 + v_el + eta T xi / k; k = 2
 *             detectors for heterodyne. m public symbols are k m pairs of numbers, two independent ones of each heterodyne symbol:
 *             t is known to z sqrt(sigma^2 / (k m V_A)), and sigma^2 is at most sigma^2 (1 + z sqrt(2 / (k m))). The mutual
 *             information is that of the channel as it is, since what reconciliation discloses is counted.
 *  Valid    : the channel of a block is Gaussian and the same throughout; collective attacks. */
typedef struct kh_cv_block {
    double symbols;   /**< N, > 0; INFINITY: no fluctuation, and nothing is spent on estimation */
    double key_share; /**< n / N: the rest is made public to estimate the channel, (0, 1) */
    double eps;       /**< of each error of the proof, (0, 1) */
    double eps_cor;   /**< keys differ, (0, 1); composable only */
} kh_cv_block;

/** Key in bit per symbol sent, those for estimation included: n/N (beta I - chi - Delta(n)). Negative: no key. Three errors of eps
 *  each: estimation (erfc(z / sqrt 2) = eps), smoothing, privacy amplification.
 *
 *  Model : Leverrier, Grosshans, Grangier, PRA 81, 062343 (2010), of which only the abstract and the introduction could be read;
 *          t_min, sigma_max, z and Delta(n) as given in plutoniumm/qkd, which has n/N from eq. 10; a second code, cvqkd_security.c,
 *          has the same.
 *  Valid : as printed, and in two ways too kind. chi is taken at the smallest t, though for most channels it is larger at the
 *          largest (V_A 4, 10 dB, N 1e9: by 0.0002 bit, 1.4 % of the key). Delta(n) = 7 sqrt(log2(2/eps)/n) + 2 log2(1/eps)/n is
 *          that of a raw key of one bit per symbol. */
double kh_cv_rate_of_block(const kh_cv_receiver *receiver, double transmittance, double variance, const kh_cv_block *block);

/** The same with a composable proof: n/N (beta I - chi - Delta / sqrt n + log2(2 eps^2 eps_cor) / n), where
 *  Delta = 4 log2(2^(k digits / 2) + 2) sqrt(log2(2/eps^2)). Four errors of eps each: smoothing, hashing, and two of the estimation
 *  with z = sqrt(2 ln(1/eps)). chi is the largest for all t within the estimate. Reconciliation never keeps more than the digits of
 *  the raw key. Blocks that it gives up are the caller's.
 *
 *  Model : Pirandola and Papanastasiou, Phys. Rev. Research 6, 023321 (2024), arXiv:2301.10270, of which only the abstract and the
 *          introduction could be read; as given in the second author's code eqclabs/GMCS_QKD_RATES- (for arXiv:2504.06384). Three
 *          things differ: the variance of the estimated noise, where that line of code lacks a square and divides by M and
 *          multiplies by k, against the comments below it; (t - ..)^2 in place of its first order; and chi at the worst t. Without
 *          the other two both agree to 4e-7 bit in 1138 random links with N > 1e9.
 *  Valid : collective attacks; against coherent ones the key needs a symmetrisation and an energy test, which cost more. */
double kh_cv_rate_composable(const kh_cv_receiver *receiver, double transmittance, double variance, const kh_cv_block *block);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_PRIVACY_H
#define KH_MODELS_QKD_PRIVACY_H

/** Privacy amplification after an estimate of the phase errors: what the estimate may fail by, and what a block costs beside what
 *  grows with it. Pure functions, no checks.
 *
 *  eps_sec = 2 sqrt(eps_estimate) + eps_pa, three equal terms: an estimate that holds but for eps_estimate bounds the smooth
 * entropy with smoothing sqrt(eps_estimate) (Tomamichel, Lim, Gisin, Renner, Nature Communications 3, 634 (2012)); hashing a key of
 * l bits adds at most eps_pa when log2(1/(4 eps_pa^2)) bits are given up. */
enum { KH_PRIVACY_TERMS = 3 }; /**< of eps_sec */

typedef struct kh_privacy_target {
    double eps_sec, eps_cor; /**< (0, 1) */
} kh_privacy_target;

/** ln(n_tails / eps_estimate): how improbable each of @p n_tails equal failures has to be. */
double kh_privacy_tail(const kh_privacy_target *target, double n_tails);

/** Bits that every block costs: log2(2/eps_cor) + log2(1/(4 eps_pa^2)), as in Curras-Lorenzo et al. 2021, given in Sim-TF-QKD. */
double kh_privacy_cost_bits(const kh_privacy_target *target);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_BBM92_H
#define KH_MODELS_QKD_BBM92_H

/** Entangled pairs from a pulsed parametric source, key in the limit of long blocks: Ma, Fung, Lo, PRA 76, 012307 (2007).
 *  Pure functions, no checks. */
typedef struct kh_bbm92_setting {
    double eta_a, eta_b;               /**< transmittance from the source to a click, detector included */
    double background_a, background_b; /**< noise clicks per gate, both detectors of the basis */
    double misalignment;               /**< e_d */
    double ec_efficiency;              /**< f >= 1 */
    double sifting;                    /**< q: share of the coincidences in the same basis */
} kh_bbm92_setting;

/** Coincidences per pulse and the wrong ones among them. */
typedef struct kh_bbm92_gain {
    double coincidence, error;
    double single_a, single_b; /**< clicks per pulse at each end */
} kh_bbm92_gain;

/** @param pairs  mean pairs per pulse, mu = 2 lambda >= 0; the number of pairs follows P(n) = (n+1) lambda^n / (1+lambda)^(n+2).
 *
 *  The paper's Q is a difference of numbers close to 1. Here it is regrouped into positive terms, which keeps all digits for tiny
 *  eta: with A = 1 + eta_A lambda, B likewise, C = A + B - 1 - eta_A eta_B lambda and singles s = 1 - (1 - Y0) / A^2,
 *  Q = s_A s_B + (1 - Y0A)(1 - Y0B) eta_A eta_B lambda (1 + lambda) (A B + C) / (A B C)^2. */
kh_bbm92_gain kh_bbm92_gain_of(const kh_bbm92_setting *setting, double pairs);

/** Key rate in bit per pulse, R = q Q [1 - (1 + f) h(E)]. Negative: no key. */
double kh_bbm92_rate(const kh_bbm92_setting *setting, double pairs);

/** The same from counted coincidences: R = q CC [1 - (1 + f) h(E)], in the unit of @p coincidences. */
double kh_bbm92_rate_of_counts(double coincidences, double qber, double ec_efficiency, double sifting);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_TOMAMICHEL2012_H
#define KH_MODELS_QKD_TOMAMICHEL2012_H

/** Finite key from single pairs or photons: no decoys, no tagging; an entangled source need not be trusted.
 *
 *  Model : Tomamichel, Lim, Gisin, Renner, Nature Communications 3, 634 (2012), theorem 2 with preparation quality 1:
 *          l = n (1 - h(Q + mu)) - leak - log2(2 / (eps_sec^2 eps_cor)), mu = sqrt((n + k)/(n k) (k + 1)/k ln(4/eps_sec)).
 *  Valid : composable security eps_sec + eps_cor against coherent attacks. Pure functions, no checks. */
typedef struct kh_tomamichel2012_setting {
    double ec_efficiency; /**< f: the leak is f n h(Q) */
    double eps_sec, eps_cor;
} kh_tomamichel2012_setting;

/** What the error rate of the key may lie above that of the test.
 *  @param key,test  n and k, bits > 0 */
double kh_tomamichel2012_deviation(double key, double test, double eps_sec);

/** Secret bits, not rounded; negative when there is no key.
 *  @param qber  of both bases, [0, 0.5] */
double kh_tomamichel2012_key(const kh_tomamichel2012_setting *setting, double key, double test, double qber);

/** Terms that add up to eps_sec in kh_tomamichel2012_both(). */
#define KH_TOMAMICHEL2012_TERMS 8.0

/** Secret bits of a block sifted from two bases that are chosen evenly. In each basis a random share of the bits is disclosed and
 *  tests the key of the other one. This is the theorem twice, each with half of the epsilons: the rounds of one basis may belong to
 *  the adversary of the other, so both keys together are as far from ideal as the sum.
 *  @param sifted      bits of both bases, > 0; INFINITY: secret bits per sifted bit, nothing is disclosed
 *  @param test_share  (0, 1) */
double kh_tomamichel2012_both(const kh_tomamichel2012_setting *setting, double sifted, double test_share, double qber);

#endif

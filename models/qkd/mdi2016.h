/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_MDI2016_H
#define KH_MODELS_QKD_MDI2016_H

#include "models/qkd/mdi2012.h"

/** Measurement-device-independent QKD with four intensities and a finite block: signals u in the key basis Z, decoys v > w in the
 *  test basis X, vacuum 0.
 *
 *  Gains : Ma, Razavi, PRA 86, 062319 (2012), both bases.
 *  Bounds: decoy bounds of Zhou, Yu, Wang, PRA 93, 042324 (2016), with the vacuum part H common to yield and errors scanned (double
 *          scanning), Chernoff bounds on sums of counts, and the key length
 *              l = S_0 + S_11 (1 - h(phi)) - f n h(E) - log2(8/eps_cor) - 2 log2(2/eps^2) - 2 log2(1/(2 eps)),
 *          as in the public code Jungling-White/MDI-QKD, a reproduction of the double scanning method (the papers themselves were
 *          not read). The bound of s_11 needs only Poissonian photon numbers, and the tests check it against yields chosen at
 * random. Budget: one eps for each of 17 tails and three terms of the key: eps = eps_sec / 77, counted after Curty et al. (2014),
 *          eps_sec = 2 (eps + 2 * 14 eps + eps) + 14 eps + 2 eps + eps: 14 tails enter the phase error.
 *  Pure functions, no checks. */

enum { KH_MDI2016_U, KH_MDI2016_V, KH_MDI2016_W, KH_MDI2016_VACUUM };

typedef struct kh_mdi2016_setting {
    double ec_efficiency, eps_sec, eps_cor;
} kh_mdi2016_setting;

/** What both users choose. */
typedef struct kh_mdi2016_choice {
    double mu_a[4], mu_b[4]; /**< mean photons of u, v, w, vacuum (0); v >= 2 w > 0 for both users */
    double p[4];             /**< probabilities, the same for both, sum 1 */
} kh_mdi2016_choice;

typedef struct kh_mdi2016_block {
    double key_bits; /**< not rounded; negative when there is no key */
    double n_key;    /**< successful measurements of u and u */
    double pulses;   /**< pairs sent for them */
    double qber;     /**< of the key basis */
    double single;   /**< lower bound S_11 in the key basis */
    double phase_error;
} kh_mdi2016_block;

/** What the station announces, per pair of pulses sent: expected from a channel, or measured. */
typedef struct kh_mdi2016_gains {
    double test[4][4]; /**< successful measurements of A's and B's intensity in the test basis; u is not used */
    double wrong_ww;   /**< those of w and w with a wrong bit */
    double key_uu;     /**< of u and u in the key basis */
    double key_ou;     /**< of A's vacuum and u */
    double qber;       /**< of u and u in the key basis */
} kh_mdi2016_gains;

/** Gains that the channel is expected to give. */
kh_mdi2016_gains kh_mdi2016_gains_of(const kh_mdi2012_setting *channel, const kh_mdi2016_choice *choice);

/** Key from gains. @param n_key  > 0; INFINITY: no fluctuation, all per successful measurement of u and u (n_key = 1), p without
 * part in it */
kh_mdi2016_block kh_mdi2016_key(const kh_mdi2016_setting *setting, const kh_mdi2016_choice *choice, const kh_mdi2016_gains *gains,
                                double n_key);

#endif

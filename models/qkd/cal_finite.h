/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CAL_FINITE_H
#define KH_MODELS_QKD_CAL_FINITE_H

#include "models/qkd/cal2019.h"
#include "models/qkd/privacy.h"

/** Twin-field QKD with coherent states (cal2019.h) with three intensities of decoys and a finite block. Pure functions, no checks.
 *
 *  Model : in the way of Curras-Lorenzo, Navarrete, Azuma, Kato, Curty, Razavi, npj Quantum Information 7, 22 (2021): phase errors
 *          of the detected rounds are bounded one by one by what pairs of photons do in the decoy basis, then summed. Two steps are
 *          our own, with their proof in concentration.h and cal_finite.c: the concentration inequality (theirs is Kato's) and the
 *          bounds of the yields (divided differences in place of a linear program). Their key length, as given in the public
 *          program Sim-TF-QKD. So this is a valid bound of that protocol, but not the one printed, and no better than it.
 *  Valid : coherent attacks, independent phase-randomised decoys; eps_sec + eps_cor composable.
 *
 *  A and B choose each on its own, with the same probabilities: the key basis with p_key, else one of the three intensities.
 *  The user with the better arm sends all intensities weaker, in proportion, so that both reach the station alike. */
enum { KH_CAL_DECOYS = 3 };

typedef struct kh_cal_finite_choice {
    double alpha2;            /**< mean photons in the key basis, of the user with the worse arm, (0, mu[0]) */
    double mu[KH_CAL_DECOYS]; /**< mean photons of decoys, of the user with the worse arm, falling, >= 0 */
    double p[KH_CAL_DECOYS];  /**< their probabilities in the decoy basis, sum 1 */
    double p_key;             /**< (0, 1) */
} kh_cal_finite_choice;

typedef struct kh_cal_finite_block {
    double key_bits; /**< not rounded; negative when there is no key; for an endless block per detection */
    double pulses;   /**< sent by each user for the block, or per detection */
    double phase_error;
    double click; /**< probability of any click per slot, all settings together */
    kh_cal2019_clicks clicks;
} kh_cal_finite_block;

/** Key of a block of @p n_key detections in the key basis.
 *  @param n_key    > 0; INFINITY: no fluctuations, and p, p_key have no part in it. Three intensities then reach three quarters of
 * the key of endless ones (cal2019.h), since pairs of four photons and more are known badly
 *  @param setting  photons_known, pairs have no part in it */
kh_cal_finite_block kh_cal_finite_key(const kh_cal2019_setting *setting, const kh_privacy_target *target,
                                      const kh_cal_finite_choice *choice, double n_key);

#endif

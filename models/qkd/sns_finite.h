/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_SNS_FINITE_H
#define KH_MODELS_QKD_SNS_FINITE_H

#include "models/qkd/privacy.h"
#include "models/qkd/sns2024.h"

/** Twin-field QKD, sending or not sending with actively odd-parity pairing (sns2024.h), with a finite block. Pure functions, no
 *  checks.
 *
 *  Model : sns2024.h, each count and each estimate moved to its worse side by concentration.h: gains and errors of the decoys,
 *          untagged bits, their phase errors, untagged pairs and the phase errors of pairs.
 *          This is NOT the published proof. Pairs are not independent, and Jiang, Hu, Yu, Wang, New J. Phys. 23, 063038 (2021)
 *          say in their abstract that "simply applying Chernoff bound" gives the correct key, with a failure probability a little
 *          different; how different was not read, and is not accounted for here.
 *  Valid : as an estimate of the published key. For a bound with its proof see cal_finite.h. */
typedef struct kh_sns_finite_choice {
    kh_sns2024_choice light;
    double p_key;         /**< of a key slot, same for both, (0, 1) */
    double p_u, p_v, p_w; /**< of the intensities in the other slots, sum 1; counted when both choose alike */
    double slice_rad;     /**< errors of decoys are counted when the phases agree to this, modulo pi; (0, pi/2]. A slice adds (1 -
                             sin(x)/x)/2 to the misalignment of the decoys */
} kh_sns_finite_choice;

typedef struct kh_sns_finite_block {
    double key_bits;    /**< not rounded; negative when there is no key */
    double pulses;      /**< sent by each user for the block */
    double phase_error; /**< of the pairs, upper bound */
    double click;       /**< probability of a click per slot, all settings together */
} kh_sns_finite_block;

/** Key of a block of @p n_paired bits that the pairing leaves. @param n_paired  > 0, finite */
kh_sns_finite_block kh_sns_finite_key(const kh_sns2024_setting *setting, const kh_privacy_target *target,
                                      const kh_sns_finite_choice *choice, double n_paired);

#endif

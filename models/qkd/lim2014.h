/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_LIM2014_H
#define KH_MODELS_QKD_LIM2014_H

#include "models/qkd/detector.h"

/** Decoy BB84 with two decoys and a finite block. X is the key basis, Z the test basis.
 *
 *  Model : Lim, Curty, Walenta, Xu, Zbinden, PRA 89, 022307 (2014), eqs. (1)-(5): Hoeffding bounds, 21 error terms.
 *  Valid : composable security eps_sec + eps_cor against coherent attacks; independent, phase-randomised pulses. */

/** What sender and receiver choose. */
typedef struct kh_lim2014_choice {
    double mu[3]; /**< mean photons, mu[0] > mu[1] + mu[2], mu[1] > mu[2] >= 0 */
    double p[3];  /**< probabilities of the intensities, sum 1 */
    double p_x;   /**< probability of the key basis, same for both, (0, 1) */
} kh_lim2014_choice;

/** How the errors of single photons in the test basis, v_Z1, are bounded from above. */
typedef enum kh_lim2014_errors {
    KH_LIM2014_ERRORS_BY_DECOYS, /**< eq. (4), as in the paper */
    KH_LIM2014_ERRORS_ALL,       /**< m_Z: every error seen came from a single photon. Valid, better for small blocks */
    KH_LIM2014_ERRORS_LEAST      /**< the smaller of both: valid, and the key is the larger of both */
} kh_lim2014_errors;

/** What the channel, the detector and the security target give. */
typedef struct kh_lim2014_setting {
    kh_detector detector;
    double transmittance; /**< of the channel */
    double ec_efficiency;
    double eps_sec, eps_cor;
    kh_lim2014_errors errors;
} kh_lim2014_setting;

/** Numbers of one block. */
typedef struct kh_lim2014_block {
    double key_bits;                     /**< not rounded; negative when there is no key */
    double n_x;                          /**< key-basis detections */
    double pulses;                       /**< sent for them, dead time not counted */
    double qber;                         /**< m_X / n_X */
    double click;                        /**< mean click probability of a pulse */
    double vacuum_x, single_x, single_z; /**< lower bounds s_X0, s_X1, s_Z1; >= 0 for vacuum */
    double phase_error;                  /**< upper bound phi_X; 1/2 and above: no key from single photons */
} kh_lim2014_block;

/** Key of a block of @p n_x detections in the key basis, eq. (1). Lower bounds on counts are not taken below 0.
 *  @param n_x  > 0; INFINITY: rates per pulse without fluctuations (then key_bits and pulses are per detection, n_x = 1, and p, p_x
 *              have no part in it) */
kh_lim2014_block kh_lim2014_key(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double n_x);

/** Detections in the key basis when @p pulses are sent. */
double kh_lim2014_detections(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double pulses);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_ONE_DECOY_H
#define KH_MODELS_QKD_ONE_DECOY_H

#include "models/qkd/detector.h"

/** Decoy BB84 with one decoy and a finite block. The key basis comes first, then the test basis.
 *
 *  Model : Rusca, Boaron, Grunenfelder, Martin, Zbinden, APL 112, 171104 (2018): Hoeffding bounds, 19 error terms;
 *          Wiesemann, Krause, Tupkary, Lutkenhaus, Rusca, Walenta, arXiv:2405.16578 (2024): the proof mended, 15 error terms, no
 *          vacuum term, sampling without replacement (Serfling); 2 to 10 % less key.
 *  Valid : composable security eps_sec + eps_cor against coherent attacks; independent, phase-randomised pulses. */

typedef enum kh_one_decoy_proof { KH_ONE_DECOY_WIESEMANN, KH_ONE_DECOY_RUSCA } kh_one_decoy_proof;

/** How the errors of single photons in the test basis are bounded from above; both are valid. */
typedef enum kh_one_decoy_errors {
    KH_ONE_DECOY_ERRORS_BY_DECOYS, /**< from the two intensities, as in the papers */
    KH_ONE_DECOY_ERRORS_ALL        /**< every error seen came from a single photon */
} kh_one_decoy_errors;

/** What sender and receiver choose. */
typedef struct kh_one_decoy_choice {
    double mu[2]; /**< mean photons, mu[0] > mu[1] > 0 */
    double p_1;   /**< probability of mu[0], (0, 1] */
    double p_key; /**< probability of the key basis, same for both, (0, 1) */
} kh_one_decoy_choice;

typedef struct kh_one_decoy_setting {
    kh_detector detector;
    double transmittance; /**< of the channel */
    double ec_efficiency;
    double eps_sec, eps_cor;
    kh_one_decoy_proof proof;
    kh_one_decoy_errors errors;
} kh_one_decoy_setting;

/** Numbers of one block. */
typedef struct kh_one_decoy_block {
    double key_bits;                /**< not rounded; negative when there is no key */
    double n_key;                   /**< key-basis detections */
    double pulses;                  /**< sent for them, dead time not counted */
    double qber;                    /**< of the key basis */
    double click;                   /**< mean click probability of a pulse */
    double single_key, single_test; /**< lower bounds on single-photon detections; not clipped at 0 */
    double phase_error;             /**< upper bound; 1/2 and above: no key from single photons */
} kh_one_decoy_block;

/** Key of a block of @p n_key detections in the key basis. Vacuum events are taken as at most all events, and at least none.
 *  @param n_key  > 0; INFINITY: no fluctuations (then key_bits and pulses are per detection, n_key = 1, and the probabilities have
 *                no part in it) */
kh_one_decoy_block kh_one_decoy_key(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *choice, double n_key);

/** Detections in the key basis when @p pulses are sent. */
double kh_one_decoy_detections(const kh_one_decoy_setting *setting, const kh_one_decoy_choice *choice, double pulses);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_SNS2024_H
#define KH_MODELS_QKD_SNS2024_H

/** Twin-field QKD, sending or not sending, with actively odd-parity pairing, in the limit of long keys.
 *
 *  Model : Bertaina et al. (2024), appendices A and C; symmetric arms. Pure functions, no checks. */
typedef struct kh_sns2024_setting {
    double transmittance; /**< of one arm, detector included */
    double dark_per_gate; /**< per detector, both at the middle station */
    double misalignment;  /**< e_d */
    double phase_noise;   /**< standard deviation of the phase between the two arms, rad; errs with (1 - exp(-sigma^2/2))/2 */
    double ec_efficiency; /**< f >= 1 */
} kh_sns2024_setting;

typedef struct kh_sns2024_choice {
    double u, v, w; /**< mean photons of both users together, u > v + w, v > w >= 0; a signal has u/2, not sending is w/2 */
    double send;    /**< probability of sending in a key slot, (0, 1) */
} kh_sns2024_choice;

/** G: a click for @p m photons that both send together; E G: one in the wrong detector, for pulses of equal strength and phase. */
double kh_sns2024_click(const kh_sns2024_setting *setting, double m);
double kh_sns2024_error(const kh_sns2024_setting *setting, double m);

/** All per slot in which both users chose the key basis. */
typedef struct kh_sns2024_key {
    double rate;   /**< bits; negative when there is no key */
    double paired; /**< bits left by the pairing, n_t */
    double qber;   /**< of the paired bits */
    double click;  /**< probability of a click */
} kh_sns2024_key;

kh_sns2024_key kh_sns2024_key_of(const kh_sns2024_setting *setting, const kh_sns2024_choice *choice);

#endif

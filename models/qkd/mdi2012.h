/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_MDI2012_H
#define KH_MODELS_QKD_MDI2012_H

/** Measurement-device-independent QKD with infinitely many decoys and an infinite key.
 *
 *  Model : Ma, Razavi, PRA 86, 062319 (2012), polarisation encoding. Pure functions, no checks. */
typedef struct kh_mdi2012_setting {
    double eta_a, eta_b;  /**< from each user to the middle station, detector included, [0, 1] */
    double dark_per_gate; /**< per detector, of four */
    double misalignment;  /**< e_d */
    double ec_efficiency; /**< f >= 1 */
} kh_mdi2012_setting;

/** All per pair of pulses in the key basis. */
typedef struct kh_mdi2012_key {
    double rate; /**< bits; negative when there is no key */
    double gain; /**< probability of a successful measurement */
    double qber;
} kh_mdi2012_key;

/** Pairs of single photons, one from each user, sent in the test basis. */
typedef struct kh_mdi2012_single {
    double yield; /**< Y_11: probability of a successful measurement */
    double error; /**< e_11; 1/2 without clicks */
} kh_mdi2012_single;

kh_mdi2012_single kh_mdi2012_single_of(const kh_mdi2012_setting *setting);

/** @param mu_a,mu_b  mean photons of the signal pulses, >= 0 */
kh_mdi2012_key kh_mdi2012_key_of(const kh_mdi2012_setting *setting, double mu_a, double mu_b);

/** The same channel with afterpulses: they count as dark counts, in proportion to what a detector sees, a quarter of all light.
 *  @param photons     that reach the station per pair of pulses, on average, detectors' efficiency included
 *  @param afterpulse  further clicks per click */
kh_mdi2012_setting kh_mdi2012_with_afterpulses(const kh_mdi2012_setting *setting, double photons, double afterpulse);

/** Probability that any of the four detectors clicks. @param photons  as above */
double kh_mdi2012_click(const kh_mdi2012_setting *setting, double photons);

#endif

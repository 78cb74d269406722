/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_CAL2019_H
#define KH_MODELS_QKD_CAL2019_H

/** Twin-field QKD with coherent states for the key and phase-randomised decoys for the phase error (Curty, Azuma, Lo, npj Quantum
 *  Information 5, 64 (2019)), with endless decoys and key. Pure functions, no checks.
 *
 *  Model : Bertaina et al., Adv. Quantum Technol. 7, 2400032 (2024), eqs. (B1)-(B5), read in the public program tfqkd-lab. Gains
 * and yields are those of interfering light at a beam splitter, for arms and intensities that may differ; for equal ones they are
 * the paper's. The bound of the phase error holds for different intensities too: it asks for the amplitudes of each user's own cat
 * states, nothing else. */

/** How the pairs of photons that are known from decoys enter the phase error. */
typedef enum kh_cal2019_pairs {
    KH_CAL2019_PAIRS_EXACT,       /**< amplitudes of the cat states and yields of photons that meet in one mode */
    KH_CAL2019_PAIRS_BERTAINA2024 /**< as the authors' program weighs (0,0), (0,2), (2,0), (2,2) and (1,1): the pairs with two
                                       photons lack exp(-alpha^2), which is valid too and costs 1 % of the key; its polynomials for
                                       the yields differ where transmittance^2 counts. Equal arms only */
} kh_cal2019_pairs;

enum { KH_CAL2019_PHOTONS = 12 };

/** What photons do that are counted: A sends n, B sends m, and those that arrive meet in one mode at a beam splitter. */
typedef struct kh_cal2019_light {
    double eta_a, eta_b;                                           /**< of each arm, detector included, [0, 1] */
    double lone[KH_CAL2019_PHOTONS + 1][KH_CAL2019_PHOTONS + 1];   /**< [n][m]: all that are seen are seen by one given detector */
    double silent[KH_CAL2019_PHOTONS + 1][KH_CAL2019_PHOTONS + 1]; /**< [n][m]: none is seen */
} kh_cal2019_light;

typedef struct kh_cal2019_setting {
    const kh_cal2019_light *light;
    double dark_per_gate; /**< per detector, both at the middle station */
    double misalignment;  /**< e_d */
    double phase_noise;   /**< standard deviation of the phase between the arms, rad; fringes lose exp(-sigma^2/2) */
    double ec_efficiency; /**< f >= 1 */
    int photons_known; /**< pairs up to so many photons from each user count with their yield, 0..KH_CAL2019_PHOTONS; all others as
                            if every one of them clicked. Paper: 2 */
    kh_cal2019_pairs pairs;
} kh_cal2019_setting;

/** Clicks of coherent light. Per slot in which both chose the key basis. */
typedef struct kh_cal2019_clicks {
    double gain;  /**< exactly one detector clicks */
    double qber;  /**< of these */
    double click; /**< any detector clicks */
} kh_cal2019_clicks;

typedef struct kh_cal2019_key {
    double rate; /**< bits per slot in which both chose the key basis; negative when there is no key */
    double phase_error;
    kh_cal2019_clicks clicks;
} kh_cal2019_key;

kh_cal2019_light kh_cal2019_light_of(double eta_a, double eta_b);

/** @param alpha2_a, alpha2_b  mean photons of the two users' pulses, (0, 1] */
kh_cal2019_clicks kh_cal2019_clicks_of(const kh_cal2019_setting *setting, double alpha2_a, double alpha2_b);
kh_cal2019_key kh_cal2019_key_of(const kh_cal2019_setting *setting, double alpha2_a, double alpha2_b);

/** Probability that a given detector clicks and the other one does not when A sends @p n photons and B @p m, up to
 *  KH_CAL2019_PHOTONS: the yield that decoys measure. Misalignment, which lowers it a little, is left out. */
double kh_cal2019_yield(const kh_cal2019_setting *setting, int n, int m);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_ZENG2022_H
#define KH_MODELS_QKD_ZENG2022_H

/** Mode-pairing QKD with infinitely many decoys and an infinite key: a middle station as for twin field, without locked lasers.
 *  Clicks are paired after they were announced, no further apart than the phase can be followed.
 *
 *  Model : Zeng, Zhou, Wu, Ma, Nature Communications 13, 3903 (2022), eqs. (4), (7), (92)-(104) of arXiv:2201.04300, as given in
 *          public programs (tfqkd-lab and another); both arms alike. The error of pairs of single photons is that of mdi2012.h.
 *          Phase between the rounds of a pair: two lasers of Lorentzian lines and a steady drift, variance 4 pi linewidth t +
 *          (drift t)^2 as given in tfqkd-lab after Zhang et al., PRX 15, 021037 (2025), averaged over the distances within pairs.
 *          Pure functions, no checks. */
typedef struct kh_zeng2022_setting {
    double transmittance;   /**< of one arm, detector included, [0, 1] */
    double dark_per_gate;   /**< per detector, two at the station */
    double misalignment;    /**< e_d */
    double ec_efficiency;   /**< f >= 1 */
    double slot_s;          /**< time between rounds, > 0 */
    double linewidth_hz;    /**< of each laser */
    double drift_rad_per_s; /**< of the phase between the arms */
} kh_zeng2022_setting;

typedef struct kh_zeng2022_choice {
    double mu;   /**< mean photons of a pulse that is sent; half of the rounds are sent dark, > 0 */
    double span; /**< largest distance of a pair, rounds, >= 1 */
} kh_zeng2022_choice;

/** All per round. */
typedef struct kh_zeng2022_key {
    double rate;   /**< bits; negative when there is no key */
    double sifted; /**< pairs of the key basis */
    double qber;
    double phase_error; /**< of pairs of single photons */
    double click;       /**< probability of a click */
} kh_zeng2022_key;

/** Pairs per round, eq. (4), when a round clicks with probability @p click. @return [0, 1/2] */
double kh_zeng2022_pairs(double click, double span);

kh_zeng2022_key kh_zeng2022_key_of(const kh_zeng2022_setting *setting, const kh_zeng2022_choice *choice);

#endif

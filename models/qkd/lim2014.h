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

/** Of a bound and 0, which is one too, the better one counts, unless one of them is asked for. */
typedef enum kh_lim2014_side { KH_LIM2014_SIDE_BETTER, KH_LIM2014_SIDE_BOUND, KH_LIM2014_SIDE_ZERO } kh_lim2014_side;

/** The lower bounds that 0 may replace: vacuum events of both bases; errors of the third intensity, for ERRORS_BY_DECOYS. */
enum { KH_LIM2014_VACUUM_X, KH_LIM2014_VACUUM_Z, KH_LIM2014_ERRORS_3, KH_LIM2014_N_SIDES };

/** One way to bound the key. The zero value of its sides gives the largest key; with sides asked for it is smooth in the choice.
 * Every piece is a valid key, and the largest over all pieces is the key. */
typedef struct kh_lim2014_piece {
    kh_lim2014_errors errors;
    kh_lim2014_side sides[KH_LIM2014_N_SIDES];
} kh_lim2014_piece;

/** How far a count may be from its expectation. The zero value is the paper's. */
typedef enum kh_lim2014_tail {
    KH_LIM2014_TAIL_HOEFFDING, /**< sqrt(n/2 ln(21/eps)) with the n of all intensities together, as in the paper */
    KH_LIM2014_TAIL_CHERNOFF   /**< from the count of each intensity itself: n + L + sqrt(2nL + L^2) above, n - L/2 -
                                    sqrt(2nL + L^2/4) below, L = ln(21/eps); as in Yin et al., Sci. Rep. 10, 14312 (2020), given in
                                    the SatQuMA code. Better where the intensities differ much in counts */
} kh_lim2014_tail;

/** What error correction discloses. The zero value is the paper's. */
typedef enum kh_lim2014_leak {
    KH_LIM2014_LEAK_EFFICIENCY, /**< f n_X h(Q) */
    KH_LIM2014_LEAK_GREATER     /**< this, or what no code of that length can do without (kh_reconciliation_leak) */
} kh_lim2014_leak;

/** What the channel, the detector and the security target give. */
typedef struct kh_lim2014_setting {
    kh_detector detector; /**< this and transmittance: not looked at by kh_lim2014_key_of_yields() */
    double transmittance; /**< of the channel */
    double ec_efficiency;
    double eps_sec, eps_cor;
    kh_lim2014_errors errors;
    kh_lim2014_tail tail;
    kh_lim2014_leak leak;
} kh_lim2014_setting;

/** Mean probabilities per pulse of each intensity, over all pulses of a block: of a click, and of a click with the wrong value. */
typedef struct kh_lim2014_yields {
    double click[3], error[3];
} kh_lim2014_yields;

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

/** The same for yields that were measured or summed over a channel that changes, in place of a detector behind one transmittance.
 */
kh_lim2014_block kh_lim2014_key_of_yields(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice,
                                          const kh_lim2014_yields *yields, double n_x);

/** What is the same for all choices that a search tries, worked out once. */
typedef struct kh_lim2014_frame {
    kh_lim2014_setting setting; /**< its errors: not looked at */
    double ln_terms;            /**< ln(21 / eps_sec) */
    double fixed_bits;          /**< that a finite block costs, whatever its size */
    double mu_3, growth_3;      /**< intensity that stays, and e^mu_3 */
    kh_clicks clicks_3;         /**< of that intensity */
} kh_lim2014_frame;

/** @param mu_3  third intensity of most choices to come; another one costs time only */
kh_lim2014_frame kh_lim2014_frame_of(const kh_lim2014_setting *setting, double mu_3);

/** kh_lim2014_key() and kh_lim2014_key_of_yields() with the constants at hand. */
kh_lim2014_block kh_lim2014_frame_key(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice, const kh_lim2014_piece *piece,
                                      double n_x);
kh_lim2014_block kh_lim2014_frame_key_of_yields(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice,
                                                const kh_lim2014_yields *yields, const kh_lim2014_piece *piece, double n_x);

/** Mean click probability of a pulse. */
double kh_lim2014_click(const kh_lim2014_frame *frame, const kh_lim2014_choice *choice);

/** Detections in the key basis when @p pulses are sent. */
double kh_lim2014_detections(const kh_lim2014_setting *setting, const kh_lim2014_choice *choice, double pulses);

#endif

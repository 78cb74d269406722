/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_MA2005_H
#define KH_MODELS_QKD_MA2005_H

#include "core/base/status.h"

/** Decoy BB84 in the limit of long keys: Ma, Qi, Zhao, Lo, PRA 72, 012326 (2005).
 *  Pure functions, no checks. */
typedef struct kh_ma2005_setting {
    double transmittance; /**< channel and receiver together */
    double background;    /**< Y0: noise clicks per gate, both detectors */
    double misalignment;  /**< e_d */
    double ec_efficiency; /**< f >= 1 */
    double afterpulse;    /**< further clicks per click, half of them errors; 0 in the paper */
    double sifting;       /**< q: 1/2 with even bases, up to 1 with a preferred one */
} kh_ma2005_setting;

/** Gain Q and erroneous gain E Q of pulses with @p mu photons: Q = Y0 + 1 - exp(-eta mu), E Q = Y0/2 + e_d (1 - exp(-eta mu)). */
typedef struct kh_ma2005_gain {
    double click, error;
} kh_ma2005_gain;
kh_ma2005_gain kh_ma2005_gain_of(const kh_ma2005_setting *setting, double mu);

/** Key rate in bit per pulse with infinitely many decoys: Y1 and e1 are known exactly. Negative: no key. */
double kh_ma2005_infinite_rate(const kh_ma2005_setting *setting, double mu);

/** Key rate in bit per pulse with vacuum and one weak decoy (section on two decoys, Y0 known). Negative: no key.
 *  @param nu  mean photons of the decoy, 0 < nu < mu */
double kh_ma2005_weak_rate(const kh_ma2005_setting *setting, double mu, double nu);

/** Best mu for small transmittance and no background: (1 - mu) exp(-mu) = f h(e_d) / (1 - h(e_d)).
 *  @return KH_OK; KH_ERANGE when no mu in [0, 1] solves it (the errors are too many for any key) */
kh_status kh_ma2005_mu_opt(double misalignment, double ec_efficiency, double *mu, kh_error *err);

#endif

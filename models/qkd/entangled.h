/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_ENTANGLED_H
#define KH_MODELS_QKD_ENTANGLED_H

#include "models/qkd/qkd.h"

/** Best key from a source of entangled pairs, whatever its light: the parameters of the source and the share of the bits that a
 *  finite block discloses for its test are searched together. */

enum { KH_ENTANGLED_PARAMETERS_MAX = 2 };

/** Sifting: both ends choose between two bases evenly. */
#define KH_ENTANGLED_SIFTING 0.5

/** What the ends see, dead time included. */
typedef struct kh_entangled_counts {
    double sifted_hz; /**< coincidences in the same basis */
    double qber;      /**< NAN without clicks */
} kh_entangled_counts;

typedef struct kh_entangled_source {
    size_t n_parameters; /**< 1 or 2 */
    double given;        /**< the first one; NAN: free. The second is always free */
    double low[KH_ENTANGLED_PARAMETERS_MAX], high[KH_ENTANGLED_PARAMETERS_MAX]; /**< > 0, where they are looked for */
    kh_entangled_counts (*counts)(const kh_qkd_system *system, const double *parameters);
} kh_entangled_source;

/** @param finite  with the block of the system; else without end
 *  @return the best key; parameters: those of the source, then the share of the test. Without key: rate 0, and the QBER where
 *          it is nearest to give some */
kh_qkd_key kh_entangled_key(const kh_qkd_system *system, const kh_entangled_source *source, bool finite);

#endif

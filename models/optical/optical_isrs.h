/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_ISRS_H
#define KH_MODELS_OPTICAL_OPTICAL_ISRS_H

#include "models/optical/optical.h"

/** Nonlinear interference of one span whose channels also exchange power by stimulated Raman scattering, in closed form. Inside the
 *  optical model only.
 *
 *  Model : that of Semrau, Killey and Bayvel, JLT 2019, DOI 10.1109/JLT.2019.2895237, as in the authors' published code, taken
 * further. They let the power of a channel along the fibre be a sum of two exponentials, exp(-a z) and exp(-2 a z), from a straight
 * line for the gain spectrum. Here the Raman series (optical_raman.h, measured spectrum) gives p_k(z) / p_k(0) = sum over m < 4 of
 * c_km exp(-(m + 1) a z), and with only its first two terms and a straight line the same follows as theirs. Each pair of
 * exponentials makes Lorentz curves of the phase mismatch, so that N_i = gamma_i^2 P_i sum over k, m of w_ik K_m(i, k) / R_k^2 W_km
 * P_k^2,   w_ii = 16/27, w_ik = 32/27, W_km = 2 sum over n of c_km c_kn (1 - exp(-(m + n + 2) a L)) / ((m + n + 2) a), K_m of
 * optical_kernel.h with a decay of (m + 1) a. The factor with L makes the integral over all mismatches exact for any length. Left
 * out: mixing of three different channels, coherence between spans, roll-off (spectra are rectangles: GNPy's roll-off of 0.15 makes
 * interference of near channels up to 0.15 dB less). Valid : spans of more than about 5 dB; Raman gain of any channel below
 * kh_optical_isrs_limit_db(). Cost  : with Raman 8 n^2 multiply-adds a span, without n^2; n^2 / 2 times 4 atan and log for each
 * kind of fibre not seen before. */
typedef struct kh_optical_isrs kh_optical_isrs;

kh_optical_isrs *kh_optical_isrs_create(kh_arena *arena); /**< NULL when memory is out */

/** Makes it one of @p comb. */
kh_status kh_optical_isrs_bind(kh_optical_isrs *isrs, const kh_optical_comb *comb, kh_error *err);

/** What a span does beside attenuation. */
typedef struct kh_optical_span {
    const kh_optical_fibre *fibre;
    const double *power_w; /**< [n] at the fibre's input, behind the connector */
    bool raman;            /**< false: no power is exchanged, gain is 1 */
    double *nli_w;         /**< [n] out: interference, referred to the same place; NULL: not wanted */
    double *gain;          /**< [n] out: by Raman scattering over the whole length; NULL: not wanted */
} kh_optical_span;

/** @return KH_OK; KH_ERANGE when more power goes over between channels than the series bears; KH_ENOMEM */
kh_status kh_optical_isrs_compute(kh_optical_isrs *isrs, const kh_optical_span *span, kh_error *err);

/** The first term of the series may say at most this gain or loss of a channel over one span. */
double kh_optical_isrs_limit_db(void);

#endif

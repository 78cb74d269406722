/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_ISRS_H
#define KH_MODELS_OPTICAL_OPTICAL_ISRS_H

#include "models/optical/optical.h"

/** Nonlinear interference of one span whose channels also exchange power by stimulated Raman scattering, in closed form. Inside the
 *  optical model only.
 *
 *  Model : that of Semrau, Killey and Bayvel, JLT 2019, DOI 10.1109/JLT.2019.2895237, as in the authors' published code, taken
 *          further. There the power along the fibre is a sum of two exponentials, from a straight line for the gain spectrum. Here
 *          the Raman series (optical_raman.h, measured spectrum) gives
 *              p_k(z) / p_k(0) = sum over m < 4 of c_km exp(-a_km z),   a_km = a_k + m abar,
 *          a_k the attenuation of the channel, abar the mean. Each pair of exponentials makes Lorentz curves of the phase mismatch:
 *              N_i = gamma_i^2 P_i sum over k, m of w_ik K(i, k, a_km) / R_k^2  W_km P_k^2,   w_ii = 16/27, w_ik = 32/27,
 *              W_km = 2 sum over n of c_km c_kn (1 - exp(-(a_km + a_kn) L)) / (a_km + a_kn),
 *          K of optical_kernel.h. The factor with L makes the integral over all mismatches right for any length; K(i, i) is
 *          shortened by kh_optical_kernel_self_share() besides, as mismatches within one channel are small. With two terms of
 *          the series and a straight line the published formula for other channels follows, but for the width of near ones.
 *  Left out: mixing of three different channels, coherence between spans, roll-off (spectra are rectangles; GNPy's roll-off of
 *          0.15 makes the interference of near channels up to 0.15 dB less).
 *  Valid : Raman gain of any channel below kh_optical_isrs_limit_db(). Interference is within 0.1 dB of the integrals for spans
 *          of 8 dB and more, 0.3 dB for 4 dB, 0.7 dB for 2 dB; tests/models/optical/ref_isrs.c.
 *  Cost  : with Raman 8 n^2 multiply-adds a span, without n^2; 2 n^2 logarithms for each kind of fibre not seen before. */
typedef struct kh_optical_isrs kh_optical_isrs;

kh_optical_isrs *kh_optical_isrs_create(kh_arena *arena); /**< NULL when memory is out */

/** Makes it one of @p comb. */
kh_status kh_optical_isrs_bind(kh_optical_isrs *isrs, const kh_optical_comb *comb, kh_error *err);

/** What a span does beside attenuation. */
typedef struct kh_optical_span {
    const kh_optical_fibre *fibre;
    const double *power_w; /**< [n] at the fibre's input, behind the connector */
    bool raman;            /**< false: no power is exchanged */
    double *nli_w;         /**< [n] out: interference, referred to the same place; NULL: not wanted */
    double *gain; /**< [n] out: what the whole length gives beyond the loss that attenuation_db_km says; NULL: not wanted */
} kh_optical_span;

/** @return KH_OK; KH_ERANGE when more power goes over between channels than the series bears; KH_ENOMEM */
kh_status kh_optical_isrs_compute(kh_optical_isrs *isrs, const kh_optical_span *span, kh_error *err);

/** The first term of the series may say at most this gain or loss of a channel over one span. */
double kh_optical_isrs_limit_db(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_RAMAN_H
#define KH_MODELS_OPTICAL_OPTICAL_RAMAN_H

#include "models/optical/optical.h"

/** Stimulated Raman scattering between the channels of one span: light flows from high to low frequencies. Inside the optical model
 *  only.
 *
 *  With the same attenuation for all channels the coupled equations lose it when length is counted as effective length
 *  x = (1 - exp(-alpha z)) / alpha: the power without attenuation, p_i, follows
 *      dp_i/dx = p_i sum_j C_ij p_j,
 *  which a power series in x solves term by term, each term one product of matrix and vector. Photons are conserved:
 *  sum of p_i / f_i is the same everywhere. (GNPy conserves the power instead: its highest channel is 0.08 dB better behind 80 km
 *  with 9.6 THz at 0 dBm.) */

enum { KH_OPTICAL_RAMAN_TERMS = 4 };

/** C, 1/(W m): rows and columns as in optical_matrix.h.
 *  Model: the gain spectrum of models/fibre/raman_gain.h over the mean effective area of the two channels. */
void kh_optical_raman_fill(const kh_optical_fibre *fibre, const double *freq_hz, size_t n, double *coupling);

/** The series of d(ln p_i)/dx = slope[0] + slope[1] x + ... and of p_i(x) / p_i(0) = 1 + growth[1] x + ... for each channel.
 *  @param power_w       [n] at the input, as the other channels feel it
 *  @param scratch       [n]
 *  @param[out] slope    [KH_OPTICAL_RAMAN_TERMS][n]
 *  @param[out] growth   [KH_OPTICAL_RAMAN_TERMS][n] */
void kh_optical_raman_expand(const double *coupling, size_t n, const double *power_w, double *scratch, double *slope,
                             double *growth);

/** exp of the integral of the slope up to x: p_i(x) / p_i(0), within 0.01 dB up to 9 dB of tilt across the comb.
 *  @param slope  of the channel: its terms stand @p n apart */
double kh_optical_raman_gain(const double *slope, size_t n, double effective_m);

#endif

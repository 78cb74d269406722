/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_RAMAN_H
#define KH_MODELS_FIBRE_RAMAN_H

/** Spontaneous Raman scattering: light of a classical channel that falls, in both directions, on the wavelength of a quantum
 *  channel on the same strand. Pure functions, no checks. */

/** Two channels in one fibre. */
typedef struct kh_raman_pair {
    double light_hz;      /**< of the classical channel */
    double quantum_hz;    /**< of the quantum channel, another one */
    double temperature_k; /**< of the glass, > 0 */
    double area_um2;      /**< effective area at 1550 nm */
} kh_raman_pair;

/** Share of the classical power that one km scatters into one nm around the quantum channel, in one direction, 1/(km nm):
 *
 *  rho = k h nu_q g B (1 + n)          for quantum light below the classical frequency (Stokes),
 *  rho = k h nu_q g B n nu_q / nu_c    above it (anti-Stokes), n = 1 / (exp(h |nu_c - nu_q| / k_B T) - 1), B = 1 nm in Hz,
 *  g   = kh_raman_gain_m_per_w(higher, lower) / mean of the two effective areas.
 *
 *  k = 1.166 brings the result to the cross-sections measured in standard fibre from 1510 to 1590 nm with light at 1550 nm (median
 *  of the ratio; 90 % of it between 0.95 and 1.17). Fibres differ: raman_scale of the fibre type multiplies. */
double kh_raman_coefficient_per_km_nm(const kh_raman_pair *pair);

/** A fibre that scatters all along. Losses per km as natural logarithms of power. */
typedef struct kh_raman_fibre {
    double length_km;
    double light_loss_per_km;   /**< at the classical wavelength, >= 0 */
    double quantum_loss_per_km; /**< at the quantum wavelength, >= 0 */
} kh_raman_fibre;

/** Length, km, that times the coefficient, the power where the classical light comes in and the bandwidth gives the power that
 * comes out with the light, at the far end: (exp(-a_q L) - exp(-a_p L)) / (a_p - a_q); L exp(-a L) for equal losses. */
double kh_raman_forward_km(const kh_raman_fibre *fibre);

/** The same for what comes back out where the light comes in: (1 - exp(-(a_p + a_q) L)) / (a_p + a_q). */
double kh_raman_backward_km(const kh_raman_fibre *fibre);

#endif

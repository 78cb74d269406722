/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_FWM_H
#define KH_MODELS_FIBRE_FWM_H

#include <stddef.h>

/** Four-wave mixing: light at f_i + f_j - f_k that classical channels make among themselves, running with them.
 *  Pure functions, no checks. */
typedef struct kh_fwm_fibre {
    double length_km;
    double loss_per_km;         /**< natural logarithm of power, one for all waves, > 0 */
    double gamma_per_w_km;      /**< Kerr coefficient */
    double dispersion_ps_nm_km; /**< at @c quantum_hz */
    double slope_ps_nm2_km;
} kh_fwm_fibre;

/** Three waves, k other than i and j. */
typedef struct kh_fwm_waves {
    double i_hz, j_hz, k_hz;
} kh_fwm_waves;

/** Phase mismatch, 1/km: 2 pi lambda^2 / c |f_i - f_k| |f_j - f_k| [D + lambda^2 / (2 c) S (|f_i - f_k| + |f_j - f_k|)]. */
double kh_fwm_mismatch_per_km(const kh_fwm_fibre *fibre, const kh_fwm_waves *waves);

/** Share of the phase-matched power, [0, 1]:
 *  a^2 / (a^2 + db^2) [1 + 4 exp(-a L) sin^2(db L / 2) / (1 - exp(-a L))^2].
 *  @param mismatch_per_km  db
 *  @param spread_per_km    full width over which db varies within modulated channels: sin^2 is averaged over it; 0: bare carriers
 */
double kh_fwm_efficiency(const kh_fwm_fibre *fibre, double mismatch_per_km, double spread_per_km);

/** The classical channels, in ascending order of frequency. */
typedef struct kh_fwm_comb {
    size_t n;
    const double *freq_hz;
    const double *width_hz; /**< of flat spectra; 0: bare carriers */
    const double *power_w;  /**< into the fibre */
} kh_fwm_comb;

/** Where the products are caught. */
typedef struct kh_fwm_band {
    double centre_hz, width_hz;
} kh_fwm_band;

/** Power of all products within a band at the end of the fibre, W: each eta (d gamma / 3)^2 P_i P_j P_k exp(-a L) L_eff^2, d = 3
 * for i = j and 6 else. A product is as wide as three spectra convolved; what falls outside of the band does not count. Cost: n^2/2
 * products for each channel spacing that the band and the spectra span. */
double kh_fwm_power_w(const kh_fwm_fibre *fibre, const kh_fwm_comb *comb, const kh_fwm_band *band);

#endif

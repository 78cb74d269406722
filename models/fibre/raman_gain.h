/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_RAMAN_GAIN_H
#define KH_MODELS_FIBRE_RAMAN_GAIN_H

/** Stimulated Raman gain of silica fibre, times the effective area that the two waves share: the wave at the lower frequency grows
 * by exp(result / area * pump power * effective length). Averaged over polarisation.
 *
 *  @param pump_hz, stokes_hz  > 0
 *  @return m/W; 0 when the second is not below the first, or more than 42 THz below
 *
 *  Model : linear between 90 measured points of standard fibre at a pump of 206.18 THz (1454 nm), in proportion to the pump's
 *          frequency; the table of GNPy v2.14 (gnpy/core/parameters.py), which refers to D'Amico et al., JLT 40, 3499 (2022),
 *          section III.D. Fibres of other glass (large-core pure silica, dispersion shifted) differ by some percent.
 *  Peak  : 13 THz below the pump; close to a straight line up to 13 THz. */
double kh_raman_gain_m_per_w(double pump_hz, double stokes_hz);

#endif

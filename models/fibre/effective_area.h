/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_EFFECTIVE_AREA_H
#define KH_MODELS_FIBRE_EFFECTIVE_AREA_H

/** Effective area of the mode away from 1550 nm: pi w^2 with the mode field w = a / sqrt(ln V) of a step-index core of a = 4.2 um
 *  whose index contrast gives the area at 1550 nm. As in GNPy v2.14 (gnpy/core/parameters.py), which refers to D'Amico et al.,
 *  JLT 40, 3499 (2022).
 *  @param area_1550_um2  [20, 300]
 *  @param freq_hz        of the O to U bands
 *  @return um2 */
double kh_effective_area_um2(double area_1550_um2, double freq_hz);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_FIBRE_H
#define KH_MODELS_OPTICAL_OPTICAL_FIBRE_H

#include "models/optical/optical.h"

/** A fibre's physics at one frequency. All pure functions; the fibre is within its ranges (kh_optical_fibre_check). */

/** KH_ERANGE with the field, its value and its range. */
kh_status kh_optical_fibre_check(const kh_optical_fibre *fibre, kh_error *err);

double kh_optical_fibre_alpha_per_m(const kh_optical_fibre *fibre);
/** At a frequency; the same everywhere unless the fibre is spectral. */
double kh_optical_fibre_alpha_at_per_m(const kh_optical_fibre *fibre, double freq_hz);
/** (1 - exp(-alpha L)) / alpha */
double kh_optical_fibre_effective_length_m(const kh_optical_fibre *fibre);
/** kh_effective_area_um2() of the fibre. */
double kh_optical_fibre_area_m2(const kh_optical_fibre *fibre, double freq_hz);
/** 2 pi n2 f / (c Aeff(f)), 1/(W m). */
double kh_optical_fibre_gamma_per_w_m(const kh_optical_fibre *fibre, double freq_hz);
double kh_optical_fibre_beta2_s2_m(const kh_optical_fibre *fibre, double freq_hz);
/** Accumulated dispersion of the whole fibre, referred to 1550 nm: -beta2(f) 2 pi f0^2/c L. Where a slope is given GNPy adds a
 *  third-order term to a beta2 that holds the slope already; here it counts once. */
double kh_optical_fibre_cd_ps_nm(const kh_optical_fibre *fibre, double freq_hz);
double kh_optical_fibre_latency_ms(const kh_optical_fibre *fibre);
/** Connectors included. */
double kh_optical_fibre_loss_db(const kh_optical_fibre *fibre);

#endif

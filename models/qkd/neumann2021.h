/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_NEUMANN2021_H
#define KH_MODELS_QKD_NEUMANN2021_H

/** Entangled pairs from a source pumped without pause: who belongs together is told by the time of arrival.
 *
 *  Model : Neumann, Scheidl, Selimovic, Pivoluska, Liu, Bohmann, Ursin, PRA 104, 022406 (2021), eqs. (2)-(16), as given in
 *          public codes that name the equations; accidental coincidences in the approximation of eq. (10), S_A S_B t_CC. (With
 *          the probabilities of eq. (8), which saturate, many pairs in one window would seem to have few errors.)
 *  Pure functions, no checks. */
typedef struct kh_neumann2021_setting {
    double eta_a, eta_b;         /**< transmittance from the source to a click, detector included */
    double dark_a_hz, dark_b_hz; /**< noise clicks a second, all detectors of the end together */
    double misalignment;         /**< e_pol */
    double jitter_s;             /**< t_Delta: FWHM of the difference of the two arrival times, >= 0 */
    double extra_a, extra_b;     /**< afterpulses per click: they belong to no pair */
} kh_neumann2021_setting;

/** A second; before dead time. */
typedef struct kh_neumann2021_counts {
    double coincidence_hz, error_hz; /**< both with all basis choices */
    double single_a_hz, single_b_hz;
} kh_neumann2021_counts;

/** @param pairs_hz   B, pairs a second
 *  @param window_s   t_CC, coincidence window, full width, > 0 */
kh_neumann2021_counts kh_neumann2021_counts_of(const kh_neumann2021_setting *setting, double pairs_hz, double window_s);

#endif

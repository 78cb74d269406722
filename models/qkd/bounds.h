/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_BOUNDS_H
#define KH_MODELS_QKD_BOUNDS_H

/** Ceilings of every protocol over a lossy channel, in secret bits per use of the channel. Pure functions, exact to
 *  1e-12 between 0 and 300 dB.
 *
 *  @param loss_db  of the channel alone, >= 0; the detector is not part of it, so the bound is absolute
 *  @return INFINITY at 0 dB; NAN below 0 dB */

/** Repeaterless bound -log2(1 - eta): Pirandola, Laurenza, Ottaviani, Banchi, Nature Communications 8, 15043 (2017). */
double kh_bound_plob(double loss_db);

/** One repeater in the middle, -log2(1 - sqrt(eta)): Pirandola, Communications Physics 2, 51 (2019). */
double kh_bound_single_repeater(double loss_db);

#endif

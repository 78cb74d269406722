/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_ATTENUATION_H
#define KH_MODELS_FIBRE_ATTENUATION_H

#include "core/base/status.h"
#include "core/net/net.h"

/** Loss of a fibre away from 1550 nm, where it is given.
 *
 *  loss(lambda) = A / lambda^4 + B + K exp(-C / lambda): Rayleigh scattering, what does not depend on the wavelength, absorption in
 *  the infrared. K = 7.81e11 dB/km and C = 48.48 um are the usual ones of silica; A follows from the loss at 1310 nm and B from
 *  that at 1550 nm. No water peak at 1383 nm, as in G.652.D. Good from 1200 to 1650 nm. */

/** How much more the fibre loses at @p wavelength_nm than at 1550 nm.
 *  @param type           NULL: standard fibre
 *  @param wavelength_nm  > 0
 *  @return dB/km; 0 at 1550 nm */
double kh_attenuation_above_1550_db_km(const kh_fibre_type *type, double wavelength_nm);

/** The type of a fibre, or NULL. */
const kh_fibre_type *kh_fibre_type_of(const kh_net *net, const kh_fibre *fibre);

/** From end to end, connectors and splices included.
 *  @param[out] loss_db  [0, 1000]
 *  @return KH_OK; KH_ERANGE when the given loss is negative, not finite or beyond 1000 dB, or the wavelength outside [400, 2000] nm
 */
kh_status kh_fibre_loss_at(const kh_net *net, const kh_fibre *fibre, double wavelength_nm, double *loss_db, kh_error *err);

#endif

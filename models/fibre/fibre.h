/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_FIBRE_H
#define KH_MODELS_FIBRE_FIBRE_H

#include "core/base/status.h"
#include "core/net/net.h"

/** Share of the light that comes through, 10^(-loss/10). @param loss_db >= 0 @return [0, 1] */
double kh_fibre_transmittance(double loss_db);

/** Fibres that light passes one after the other. */
typedef struct kh_fibre_chain {
    const kh_fibre_id *via; /**< [n_via] */
    size_t n_via;
    double extra_loss_db; /**< filters, switches, patches; >= 0 */
    double wavelength_nm;
} kh_fibre_chain;

/** Loss of a chain of fibres with what else is in the way.
 *  @param[out] loss_db  sum of the end-to-end losses of the fibres at the wavelength + extra_loss_db, in [0, 1000]
 *  @return KH_OK; KH_ERANGE when a loss is negative, not finite or the sum beyond 1000 dB, or the wavelength out of range */
kh_status kh_fibre_chain_loss(const kh_net *net, const kh_fibre_chain *chain, double *loss_db, kh_error *err);

/** How many fibres of a link lie between its first end and its middle station.
 *  @return KH_OK; KH_ERANGE when the station is not on the way */
kh_status kh_fibre_count_to_station(const kh_net *net, const kh_qkd_link *link, size_t *n_first, kh_error *err);

/** Loss of the two arms of a link with a middle station; extra_loss_db is shared evenly.
 *  @param link          with charlie_at between its ends
 *  @param[out] arms_db  from ends[0] and from ends[1] to the station
 *  @return as kh_fibre_chain_loss(), which adds up to the same */
kh_status kh_fibre_arms(const kh_net *net, const kh_qkd_link *link, double arms_db[2], kh_error *err);

#endif

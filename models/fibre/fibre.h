/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_FIBRE_FIBRE_H
#define KH_MODELS_FIBRE_FIBRE_H

#include "core/base/status.h"
#include "core/net/net.h"

/** Share of the light that comes through, 10^(-loss/10). @param loss_db >= 0 @return [0, 1] */
double kh_fibre_transmittance(double loss_db);

/** Loss of a chain of fibres with what else is in the way.
 *  @param via            n_via fibres of @p net
 *  @param extra_loss_db  filters, switches, patches; >= 0
 *  @param[out] loss_db   sum of the end-to-end losses of the fibres + extra_loss_db, in [0, 1000]
 *  @return KH_OK; KH_ERANGE when a loss is negative, not finite or the sum beyond 1000 dB */
kh_status kh_fibre_chain_loss(const kh_net *net, const kh_fibre_id *via, size_t n_via, double extra_loss_db, double *loss_db,
                              kh_error *err);

/** Loss of the two arms of a link with a middle station; extra_loss_db is shared evenly.
 *  @param link          with charlie_at between its ends
 *  @param[out] arms_db  from ends[0] and from ends[1] to the station
 *  @return as kh_fibre_chain_loss(), which adds up to the same */
kh_status kh_fibre_arms(const kh_net *net, const kh_qkd_link *link, double arms_db[2], kh_error *err);

#endif

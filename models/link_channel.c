/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/link_channel.h"

#include "models/fibre/fibre.h"

#include <math.h>

static double turned_by_wind(const kh_net *net, const kh_qkd_link *link, const kh_time_slot *slot)
{
    double variance = 0.0;
    for (size_t i = 0; i < link->n_via && slot != NULL; i++) {
        const kh_fibre *fibre = &net->fibres[link->via[i].i];
        double per_km = fibre->sway_rad_per_m_s * slot->wind_m_s;
        variance += per_km * per_km * fibre->aerial_km;
    }
    return -0.5 * expm1(-2.0 * variance);
}

kh_status kh_link_channel_find(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                               const kh_time_slot *slot, kh_qkd_channel *channel, kh_error *err)
{
    if (!(link->noise_per_gate >= 0.0 && link->noise_per_gate < 1.0))
        return kh_fail(err, KH_ERANGE, "noise_per_gate is %g, must be in [0, 1)", link->noise_per_gate);
    const kh_fibre_chain chain = {
        .via = link->via, .n_via = link->n_via, .extra_loss_db = link->extra_loss_db, .wavelength_nm = link->wavelength_nm};
    double loss_db;
    KH_TRY(kh_fibre_chain_loss(net, &chain, &loss_db, err));
    kh_qkd_channel found = kh_qkd_channel_dark(protocol, loss_db, link->source_at);
    if (protocol->is_relayed)
        KH_TRY(kh_fibre_arms(net, link, found.arms_db, err));
    found.length_km = kh_net_chain_length_km(net, link->via, link->n_via);
    found.noise_per_gate = link->noise_per_gate;
    found.misalignment = turned_by_wind(net, link, slot);
    *channel = found;
    return KH_OK;
}

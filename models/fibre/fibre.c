/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"

#include "core/base/units.h"
#include "models/fibre/attenuation.h"

#include <math.h>

static const double CHAIN_LOSS_MAX_DB = 1000.0; /* 10^-100: beyond it a loss is a mistake, not a fibre */

double kh_fibre_transmittance(double loss_db)
{
    return exp(-KH_LN10_PER_10 * loss_db);
}

kh_status kh_fibre_chain_loss(const kh_net *net, const kh_fibre_chain *chain, double *loss_db, kh_error *err)
{
    if (!(chain->extra_loss_db >= 0.0 && chain->extra_loss_db <= CHAIN_LOSS_MAX_DB))
        return kh_fail(err, KH_ERANGE, "extra_loss_db is %g, must be in [0, %g]", chain->extra_loss_db, CHAIN_LOSS_MAX_DB);
    double sum_db = chain->extra_loss_db;
    for (size_t k = 0; k < chain->n_via; k++) {
        double fibre_db = 0.0;
        KH_TRY(kh_fibre_loss_at(net, &net->fibres[chain->via[k].i], chain->wavelength_nm, &fibre_db, err));
        sum_db += fibre_db;
    }
    if (sum_db > CHAIN_LOSS_MAX_DB)
        return kh_fail(err, KH_ERANGE, "loss of the chain is %g dB, must be at most %g dB", sum_db, CHAIN_LOSS_MAX_DB);
    *loss_db = sum_db;
    return KH_OK;
}

kh_status kh_fibre_count_to_station(const kh_net *net, const kh_qkd_link *link, size_t *n_first, kh_error *err)
{
    kh_node_id at = link->ends[0];
    size_t n = 0;
    while (n < link->n_via && at.i != link->charlie_at.i)
        at = kh_node_far_end(net->fibres[link->via[n++].i].ends, at);
    if (at.i != link->charlie_at.i)
        return kh_fail(err, KH_ERANGE, "no node of the chain is the middle station");
    *n_first = n;
    return KH_OK;
}

kh_status kh_fibre_arms(const kh_net *net, const kh_qkd_link *link, double arms_db[2], kh_error *err)
{
    size_t n_first;
    KH_TRY(kh_fibre_count_to_station(net, link, &n_first, err));
    kh_fibre_chain arm = {
        .via = link->via, .n_via = n_first, .extra_loss_db = 0.5 * link->extra_loss_db, .wavelength_nm = link->wavelength_nm};
    double first_db, second_db;
    KH_TRY(kh_fibre_chain_loss(net, &arm, &first_db, err));
    arm.via = link->via + n_first;
    arm.n_via = link->n_via - n_first;
    KH_TRY(kh_fibre_chain_loss(net, &arm, &second_db, err));
    arms_db[0] = first_db;
    arms_db[1] = second_db;
    return KH_OK;
}

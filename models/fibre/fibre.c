/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"

#include "core/base/units.h"

#include <math.h>

static const double CHAIN_LOSS_MAX_DB = 1000.0; /* 10^-100: beyond it a loss is a mistake, not a fibre */

double kh_fibre_transmittance(double loss_db)
{
    return exp(-KH_LN10_PER_10 * loss_db);
}

kh_status kh_fibre_chain_loss(const kh_net *net, const kh_fibre_id *via, size_t n_via, double extra_loss_db, double *loss_db,
                              kh_error *err)
{
    if (!(extra_loss_db >= 0.0 && extra_loss_db <= CHAIN_LOSS_MAX_DB))
        return kh_fail(err, KH_ERANGE, "extra_loss_db is %g, must be in [0, %g]", extra_loss_db, CHAIN_LOSS_MAX_DB);
    double sum_db = extra_loss_db;
    for (size_t k = 0; k < n_via; k++) {
        const kh_fibre *fibre = &net->fibres[via[k].i];
        if (!(fibre->loss_db >= 0.0 && fibre->loss_db <= CHAIN_LOSS_MAX_DB))
            return kh_fail(err, KH_ERANGE, "loss_db of fibre '%s' is %g, must be in [0, %g]", fibre->id, fibre->loss_db,
                           CHAIN_LOSS_MAX_DB);
        sum_db += fibre->loss_db;
    }
    if (sum_db > CHAIN_LOSS_MAX_DB)
        return kh_fail(err, KH_ERANGE, "loss of the chain is %g dB, must be at most %g dB", sum_db, CHAIN_LOSS_MAX_DB);
    *loss_db = sum_db;
    return KH_OK;
}

static kh_node_id far_end(const kh_fibre *fibre, kh_node_id near)
{
    return fibre->ends[fibre->ends[0].i == near.i ? 1 : 0];
}

kh_status kh_fibre_arms(const kh_net *net, const kh_qkd_link *link, double arms_db[2], kh_error *err)
{
    kh_node_id at = link->ends[0];
    size_t n_first = 0;
    while (n_first < link->n_via && at.i != link->charlie_at.i)
        at = far_end(&net->fibres[link->via[n_first++].i], at);
    if (at.i != link->charlie_at.i)
        return kh_fail(err, KH_ERANGE, "no node of the chain is the middle station");
    double first_db, second_db, extra_db = 0.5 * link->extra_loss_db;
    KH_TRY(kh_fibre_chain_loss(net, link->via, n_first, extra_db, &first_db, err));
    KH_TRY(kh_fibre_chain_loss(net, link->via + n_first, link->n_via - n_first, extra_db, &second_db, err));
    arms_db[0] = first_db;
    arms_db[1] = second_db;
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre.h"

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

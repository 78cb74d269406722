/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/bounds.h"

#include "core/base/units.h"

#include <math.h>

static const double LN2 = 0.69314718055994530942;

double kh_bound_plob(double loss_db)
{
    if (!(loss_db >= 0.0))
        return NAN;
    /* ln(1 - eta): 1 - eta cancels near 0 dB and is rounded to 1 beyond 160 dB, each form is exact on its side */
    double ln_eta = -loss_db * KH_LN10_PER_10;
    double ln_complement = ln_eta > -LN2 ? log(-expm1(ln_eta)) : log1p(-exp(ln_eta));
    return -ln_complement / LN2;
}

double kh_bound_single_repeater(double loss_db)
{
    return kh_bound_plob(loss_db / 2.0);
}

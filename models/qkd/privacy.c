/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/privacy.h"

#include <math.h>

double kh_privacy_tail(const kh_privacy_target *target, double n_tails)
{
    return log(n_tails) - 2.0 * log(target->eps_sec / KH_PRIVACY_TERMS);
}

double kh_privacy_cost_bits(const kh_privacy_target *target)
{
    double eps_pa = target->eps_sec / KH_PRIVACY_TERMS;
    return log2(2.0 / target->eps_cor) - log2(4.0 * eps_pa * eps_pa);
}

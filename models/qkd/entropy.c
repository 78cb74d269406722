/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/entropy.h"

#include <math.h>

static const double PER_LN2 = 1.44269504088896340736;

double kh_entropy_binary(double p)
{
    if (p <= 0.0 || p >= 1.0)
        return 0.0;
    return -(p * log(p) + (1.0 - p) * log1p(-p)) * PER_LN2; /* log1p: exact for small p */
}

double kh_entropy_of_error(double error_rate)
{
    return error_rate >= 0.5 ? 1.0 : kh_entropy_binary(error_rate);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/logistic.h"

#include <math.h>

static const double NEAREST = 1e-9;

kh_shares kh_logistic_shares(double x)
{
    double odds = exp(-x);
    return (kh_shares){1.0 / (1.0 + odds), odds / (1.0 + odds)};
}

double kh_logistic_inverse(double p)
{
    double inside = fmin(fmax(p, NEAREST), 1.0 - NEAREST);
    return log(inside / (1.0 - inside));
}

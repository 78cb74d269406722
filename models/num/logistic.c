/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/num/logistic.h"

#include <math.h>

static const double NEAREST = 1e-9;

double kh_logistic_inverse(double p)
{
    double inside = fmin(fmax(p, NEAREST), 1.0 - NEAREST);
    return log(inside / (1.0 - inside));
}

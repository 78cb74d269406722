/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/reconciliation.h"

#include "models/num/num.h"
#include "models/qkd/entropy.h"

#include <math.h>

/* errors in n bits, which are not exceeded but with probability p */
static double errors_at_most(double n, double qber, double p)
{
    double z = -kh_num_normal_quantile(p), variance = n * qber * (1.0 - qber), deviation = sqrt(variance);
    double skewness = (1.0 - 2.0 * qber) / deviation, excess = (1.0 - 6.0 * qber * (1.0 - qber)) / variance;
    double shape = z + (z * z - 1.0) * skewness / 6.0 + (z * z * z - 3.0 * z) * excess / 24.0 -
                   (2.0 * z * z * z - 5.0 * z) * skewness * skewness / 36.0;
    return fmin(n, n * qber + deviation * shape);
}

double kh_reconciliation_leak(double n, double qber, double eps_cor)
{
    if (qber <= 0.0)
        return 0.0;
    if (qber >= 0.5)
        return n;
    double beyond = errors_at_most(n, qber, fmin(0.5, eps_cor * (1.0 + 1.0 / sqrt(n)))) - n * qber;
    return n * kh_entropy_binary(qber) + (beyond - 1.0) * log2((1.0 - qber) / qber) - 0.5 * log2(n) + log2(eps_cor);
}

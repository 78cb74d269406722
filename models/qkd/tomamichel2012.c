/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/tomamichel2012.h"

#include "models/qkd/entropy.h"

#include <math.h>

double kh_tomamichel2012_deviation(double key, double test, double eps_sec)
{
    return sqrt((key + test) / (key * test) * (test + 1.0) / test * log(4.0 / eps_sec));
}

double kh_tomamichel2012_key(const kh_tomamichel2012_setting *setting, double key, double test, double qber)
{
    double phase_error = qber + kh_tomamichel2012_deviation(key, test, setting->eps_sec);
    double leak = setting->ec_efficiency * kh_entropy_of_error(qber);
    double fixed = 1.0 - 2.0 * log2(setting->eps_sec) - log2(setting->eps_cor);
    return key * (1.0 - kh_entropy_of_error(phase_error) - leak) - fixed;
}

double kh_tomamichel2012_both(const kh_tomamichel2012_setting *setting, double sifted, double test_share, double qber)
{
    if (isinf(sifted))
        return 1.0 - (1.0 + setting->ec_efficiency) * kh_entropy_of_error(qber);
    kh_tomamichel2012_setting half = *setting;
    half.eps_sec *= 0.5;
    half.eps_cor *= 0.5;
    double of_one = 0.5 * sifted;
    return 2.0 * kh_tomamichel2012_key(&half, (1.0 - test_share) * of_one, test_share * of_one, qber);
}

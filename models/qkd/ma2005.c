/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/ma2005.h"

#include "models/num/num.h"
#include "models/qkd/entropy.h"

#include <math.h>

kh_ma2005_gain kh_ma2005_gain_of(const kh_ma2005_setting *s, double mu)
{
    double signal = -expm1(-s->transmittance * mu);
    double any = s->background + signal;
    return (kh_ma2005_gain){
        .click = any * (1.0 + s->afterpulse),
        .error = 0.5 * s->background + s->misalignment * signal + 0.5 * s->afterpulse * any,
    };
}

/* GLLP formula with the gain and error of single photons */
static double gllp(const kh_ma2005_setting *s, kh_ma2005_gain signal, double single_gain, double single_error)
{
    double secret = single_gain > 0.0 ? single_gain * (1.0 - kh_entropy_of_error(single_error)) : 0.0;
    double leak = s->ec_efficiency * signal.click * kh_entropy_of_error(signal.error / signal.click);
    return s->sifting * (secret - leak);
}

double kh_ma2005_infinite_rate(const kh_ma2005_setting *s, double mu)
{
    double photon = s->transmittance;
    double any = s->background + photon - s->background * photon;
    double yield = any * (1.0 + s->afterpulse);
    double wrong = 0.5 * s->background + s->misalignment * photon + 0.5 * s->afterpulse * any;
    return gllp(s, kh_ma2005_gain_of(s, mu), yield * mu * exp(-mu), wrong / yield);
}

double kh_ma2005_weak_rate(const kh_ma2005_setting *s, double mu, double nu)
{
    kh_ma2005_gain signal = kh_ma2005_gain_of(s, mu), weak = kh_ma2005_gain_of(s, nu), none = kh_ma2005_gain_of(s, 0.0);
    double share = nu * nu / (mu * mu);
    double yield = mu / (mu * nu - nu * nu) * (weak.click * exp(nu) - signal.click * exp(mu) * share - (1.0 - share) * none.click);
    double error = yield > 0.0 ? (weak.error * exp(nu) - none.error) / (nu * yield) : 1.0;
    return gllp(s, signal, yield * mu * exp(-mu), error);
}

typedef struct optimum {
    double ratio;
} optimum;

static double optimum_condition(double mu, const void *context)
{
    const optimum *o = (const optimum *)context;
    return (1.0 - mu) * exp(-mu) - o->ratio;
}

kh_status kh_ma2005_mu_opt(double misalignment, double ec_efficiency, double *mu, kh_error *err)
{
    double entropy = kh_entropy_of_error(misalignment);
    optimum o = {.ratio = ec_efficiency * entropy / (1.0 - entropy)};
    const double interval[2] = {0.0, 1.0};
    return kh_num_root(optimum_condition, &o, interval, 1e-14, mu, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/mdi2012.h"

#include "models/num/bessel.h"
#include "models/qkd/entropy.h"

#include <math.h>

/* gains of the key basis with bits that differ, as they should, and that agree */
static kh_mdi2012_key signals(const kh_mdi2012_setting *s, double mu_a, double mu_b)
{
    double a = s->eta_a * mu_a, b = s->eta_b * mu_b, p = s->dark_per_gate, quiet = 1.0 - p;
    double dim = exp(-0.5 * (a + b));
    double seen_a = p - quiet * expm1(-0.5 * a), seen_b = p - quiet * expm1(-0.5 * b);
    double right = 2.0 * quiet * quiet * dim * seen_a * seen_b;
    double extra = kh_bessel_i0_minus_one(sqrt(a * b)) + p - quiet * expm1(-0.5 * (a + b)); /* I_0(2x) - (1 - p) exp(-M/2) */
    double wrong = 2.0 * p * quiet * quiet * dim * extra;
    double gain = right + wrong;
    return (kh_mdi2012_key){.gain = gain, .qber = (s->misalignment * right + (1.0 - s->misalignment) * wrong) / gain};
}

kh_mdi2012_single kh_mdi2012_single_of(const kh_mdi2012_setting *s)
{
    double p = s->dark_per_gate, quiet = (1.0 - p) * (1.0 - p), both = s->eta_a * s->eta_b;
    double noise = (2.0 * (s->eta_a + s->eta_b) - 3.0 * both) * p + 4.0 * (1.0 - s->eta_a) * (1.0 - s->eta_b) * p * p;
    double yield = quiet * (0.5 * both + noise);
    double wrong = 0.5 * yield - (0.5 - s->misalignment) * quiet * 0.5 * both;
    return (kh_mdi2012_single){.yield = yield, .error = yield > 0.0 ? wrong / yield : 0.5};
}

kh_mdi2012_key kh_mdi2012_key_of(const kh_mdi2012_setting *s, double mu_a, double mu_b)
{
    kh_mdi2012_single single = kh_mdi2012_single_of(s);
    kh_mdi2012_key key = signals(s, mu_a, mu_b);
    key.rate = 0.0;
    if (key.gain > 0.0 && single.yield > 0.0) {
        double secret = mu_a * mu_b * exp(-mu_a - mu_b) * single.yield * (1.0 - kh_entropy_of_error(single.error));
        key.rate = secret - s->ec_efficiency * key.gain * kh_entropy_of_error(key.qber);
    }
    return key;
}

kh_mdi2012_setting kh_mdi2012_with_afterpulses(const kh_mdi2012_setting *s, double photons, double afterpulse)
{
    kh_mdi2012_setting setting = *s;
    double click = s->dark_per_gate - (1.0 - s->dark_per_gate) * expm1(-0.25 * photons);
    setting.dark_per_gate = fmin(0.5, s->dark_per_gate + afterpulse * click);
    return setting;
}

double kh_mdi2012_click(const kh_mdi2012_setting *s, double photons)
{
    return -expm1(4.0 * log1p(-s->dark_per_gate) - photons);
}

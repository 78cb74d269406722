/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/qkd/zeng2022.h"

#include "models/qkd/entropy.h"
#include "models/qkd/mdi2012.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* both dark, one of the two lit, both lit */
typedef struct clicks {
    double none, one, both;
} clicks;

/* eq. (92): coherent pulses */
static double click_of_light(const kh_zeng2022_setting *s, double photons)
{
    return 2.0 * s->dark_per_gate - (1.0 - 2.0 * s->dark_per_gate) * expm1(-s->transmittance * photons);
}

/* eq. (94): photons that are counted */
static double click_of_photons(const kh_zeng2022_setting *s, double seen)
{
    return 2.0 * s->dark_per_gate + (1.0 - 2.0 * s->dark_per_gate) * seen;
}

/* the two ways in which a pair of the key basis clicks, each in two orders: lit in different rounds, as it should; lit in the same
 * round and noise in the other */
static double right_of(const clicks *c)
{
    return 2.0 * c->one * c->one;
}

static double wrong_of(const clicks *c)
{
    return 2.0 * c->none * c->both;
}

double kh_zeng2022_pairs(double click, double span)
{
    if (!(click > 0.0))
        return 0.0;
    double second_comes = click < 1.0 ? -expm1(span * log1p(-click)) : 1.0;
    return click * second_comes / (1.0 + second_comes);
}

/* mean of what is left of the fringe between the rounds of a pair; their distance is geometric, cut at the span */
static double mean_visibility(const kh_zeng2022_setting *s, double click, double span)
{
    enum { N_POINTS = 32 };
    if (s->linewidth_hz == 0.0 && s->drift_rad_per_s == 0.0)
        return 1.0;
    double ln_silent = log1p(-fmin(click, 1.0 - 1e-12)), within = -expm1(span * ln_silent), sum = 0.0;
    for (int i = 0; i < N_POINTS; i++) {
        double rounds = 1.0 + log1p(-within * (i + 0.5) / N_POINTS) / ln_silent; /* at most one too many */
        double t = rounds * s->slot_s, drift = s->drift_rad_per_s * t;
        sum += exp(-0.5 * (4.0 * PI * s->linewidth_hz * t + drift * drift));
    }
    return sum / N_POINTS;
}

static double phase_error_of(const kh_zeng2022_setting *s, double visibility)
{
    kh_mdi2012_setting mdi = {.eta_a = s->transmittance,
                              .eta_b = s->transmittance,
                              .dark_per_gate = s->dark_per_gate,
                              .misalignment = 0.5 - (0.5 - s->misalignment) * visibility};
    return kh_mdi2012_single_of(&mdi).error;
}

kh_zeng2022_key kh_zeng2022_key_of(const kh_zeng2022_setting *s, const kh_zeng2022_choice *c)
{
    double eta = s->transmittance;
    clicks light = {click_of_light(s, 0.0), click_of_light(s, c->mu), click_of_light(s, 2.0 * c->mu)};
    clicks photons = {click_of_photons(s, 0.0), click_of_photons(s, eta), click_of_photons(s, eta * (2.0 - eta))};
    kh_zeng2022_key key = {.click = fmin(1.0, 0.25 * (light.none + 2.0 * light.one + light.both)), .qber = 0.5, .phase_error = 0.5};
    double pairs_of_key = right_of(&light) + wrong_of(&light);
    if (!(pairs_of_key > 0.0))
        return key;
    key.sifted = kh_zeng2022_pairs(key.click, c->span) * pairs_of_key / (16.0 * key.click * key.click); /* eq. (98) */
    key.qber = wrong_of(&light) / pairs_of_key;                                                         /* eq. (102) */
    key.phase_error = phase_error_of(s, mean_visibility(s, key.click, c->span));                        /* eq. (104) */
    double lit = c->mu * exp(-c->mu);
    double single = lit * lit * (right_of(&photons) + wrong_of(&photons)) / pairs_of_key; /* eq. (103) */
    double leak = s->ec_efficiency * kh_entropy_of_error(key.qber);
    key.rate = key.sifted * (single * (1.0 - kh_entropy_of_error(key.phase_error)) - leak); /* eq. (7) */
    return key;
}

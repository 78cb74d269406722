/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/simplex.h"
#include "models/qkd/cal2019.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double ALPHA2_MIN = 1e-6, ALPHA2_MAX = 1.0;
static const double ALPHA2_TYPICAL = 0.02; /* of both users in Curty 2019 and its experiments */

enum { N_FREE = 2 }; /* ln alpha_A^2, ln alpha_B^2 */

typedef struct search {
    const kh_qkd_system *system;
    kh_cal2019_setting setting;
} search;

static double alpha2_at(double ln_alpha2)
{
    return fmin(fmax(exp(ln_alpha2), ALPHA2_MIN), ALPHA2_MAX);
}

/* afterpulses know nothing of the photons: dark counts in proportion to the clicks, half of them at each detector */
static kh_cal2019_key key_at(const search *s, const double *x)
{
    kh_cal2019_setting setting = s->setting;
    double alpha2_a = alpha2_at(x[0]), alpha2_b = alpha2_at(x[1]);
    double click = kh_cal2019_clicks_of(&setting, alpha2_a, alpha2_b).click;
    setting.dark_per_gate = fmin(0.5, setting.dark_per_gate + 0.5 * s->system->detector.afterpulse * click);
    return kh_cal2019_key_of(&setting, alpha2_a, alpha2_b);
}

static double used_hz(const search *s, const kh_cal2019_key *key)
{
    double clicks_hz = s->system->clock_hz * key->clicks.click;
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, clicks_hz);
}

static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_cal2019_key key = key_at(s, x);
    return -used_hz(s, &key) * key.rate;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    const kh_detector *d = &system->detector;
    kh_cal2019_light light = kh_cal2019_light_of(kh_fibre_transmittance(system->loss_a_db) * d->efficiency,
                                                 kh_fibre_transmittance(system->loss_b_db) * d->efficiency);
    search s = {.system = system,
                .setting = {.light = &light,
                            .dark_per_gate = d->dark_per_gate,
                            .misalignment = d->misalignment,
                            .phase_noise = system->phase_noise_rad,
                            .ec_efficiency = system->ec_efficiency,
                            .photons_known = KH_CAL2019_PHOTONS}};
    /* a better arm asks for weaker pulses, so that both reach the station alike */
    double typical = log(ALPHA2_TYPICAL), balance = log(light.eta_a / light.eta_b);
    const double starts[][N_FREE] = {
        {typical - fmax(0.0, balance), typical + fmin(0.0, balance)},
        {typical - 1.0 - fmax(0.0, balance), typical - 1.0 + fmin(0.0, balance)},
        {typical - 0.5 * fmax(0.0, balance), typical + 0.5 * fmin(0.0, balance)},
    };
    double x[N_FREE] = {typical, typical};
    double best = kh_simplex_search(score, &s, starts[0], sizeof starts / sizeof starts[0], x, N_FREE);
    const double *shown = best < 0.0 ? x : starts[0]; /* without key the search ends anywhere */
    kh_cal2019_key found = key_at(&s, shown);
    *key = (kh_qkd_key){
        .rate_bps = fmax(0.0, -best),
        .qber = found.clicks.qber,
        .sifted_rate_bps = used_hz(&s, &found) * found.clicks.gain,
        .parameters = {alpha2_at(shown[0]), alpha2_at(shown[1])},
    };
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_tf_cal_asymptotic = {
    .name = "tf-cal-asymptotic",
    .title = "twin field with coherent states, infinite decoys and key (Curty 2019)",
    .protocol = KH_PROTOCOL_TF_CAL_ASYMPTOTIC,
    .is_relayed = true,
    .is_twin_field = true,
    .key = compute,
};

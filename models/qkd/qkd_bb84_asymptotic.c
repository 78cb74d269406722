/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/num.h"
#include "models/qkd/ma2005.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double NU = 1e-3; /* weak decoy: with endless data the bound gets better as it gets weaker */
static const double MU_MIN = 0.02, MU_MAX = 2.0;

typedef struct search {
    const kh_qkd_system *system;
    kh_ma2005_setting setting;
} search;

static double live_at(const search *s, double mu)
{
    double clicks_hz = s->system->clock_hz * kh_ma2005_gain_of(&s->setting, mu).click;
    return kh_detector_live_fraction_of_bases(&s->system->detector, clicks_hz, 1.0);
}

static double score(double mu, const void *context)
{
    const search *s = (const search *)context;
    return -live_at(s, mu) * kh_ma2005_weak_rate(&s->setting, mu, NU);
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    const kh_detector *detector = &system->detector;
    search s = {
        .system = system,
        .setting = {.transmittance = kh_fibre_transmittance(system->loss_b_db) * detector->efficiency,
                    .background = 2.0 * detector->dark_per_gate,
                    .misalignment = detector->misalignment,
                    .ec_efficiency = system->ec_efficiency,
                    .afterpulse = detector->afterpulse,
                    .sifting = 1.0}, /* preferred basis: nothing is lost by sifting in the limit */
    };
    const double range[2] = {MU_MIN, MU_MAX};
    double mu;
    KH_TRY(kh_num_minimum(score, &s, range, 40, &mu, err));
    kh_ma2005_gain gain = kh_ma2005_gain_of(&s.setting, mu);
    *key = (kh_qkd_key){
        .rate_bps = fmax(0.0, -system->clock_hz * score(mu, &s)),
        .qber = gain.error / gain.click,
        .sifted_rate_bps = system->clock_hz * live_at(&s, mu) * gain.click,
        .parameters = {mu},
    };
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_bb84_asymptotic = {
    .name = "bb84-decoy-asymptotic",
    .title = "BB84 with vacuum and weak decoy, infinite key (Ma 2005)",
    .protocol = KH_PROTOCOL_BB84_DECOY_ASYMPTOTIC,
    .key = compute,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/logistic.h"
#include "models/num/simplex.h"
#include "models/qkd/qkd.h"
#include "models/qkd/sns2024.h"

#include <math.h>

static const double WEAK = 0.01, WEAKEST = 1e-4; /* decoys: with endless data the bounds get better as they get weaker */
static const double U_MIN = 0.05, U_MAX = 4.0;   /* both users together */

static const double SEND_MIN = 1e-4; /* a search without key must not escape to no pulses at all */

enum { N_FREE = 2 }; /* ln u; logit of the probability of sending */

typedef struct search {
    const kh_qkd_system *system;
    kh_sns2024_setting setting;
} search;

static kh_sns2024_choice choice_at(const double *x)
{
    return (kh_sns2024_choice){.u = fmin(fmax(exp(x[0]), U_MIN), U_MAX),
                               .v = WEAK,
                               .w = WEAKEST,
                               .send = fmin(fmax(kh_logistic_shares(x[1]).share, SEND_MIN), 1.0 - SEND_MIN)};
}

/* afterpulses know nothing of the photons: dark counts in proportion to the clicks, half of them at each detector */
static kh_sns2024_key key_at(const search *s, const kh_sns2024_choice *choice)
{
    kh_sns2024_setting setting = s->setting;
    double click = kh_sns2024_key_of(&setting, choice).click;
    setting.dark_per_gate = fmin(0.5, setting.dark_per_gate + 0.5 * s->system->detector.afterpulse * click);
    return kh_sns2024_key_of(&setting, choice);
}

static double used_hz(const search *s, const kh_sns2024_key *key)
{
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, s->system->clock_hz * key->click);
}

static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_sns2024_choice choice = choice_at(x);
    kh_sns2024_key key = key_at(s, &choice);
    return -used_hz(s, &key) * key.rate;
}

static const double STARTS[][N_FREE] = {{0.9, 0.3}, {0.4, 0.1}, {1.0, 0.03}};
enum { N_STARTS = sizeof STARTS / sizeof STARTS[0] };

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    /* the better arm is attenuated to match the other: both fields must meet with one strength */
    double arm_db = fmax(system->loss_a_db, system->loss_b_db);
    const kh_detector *detector = &system->detector;
    search s = {.system = system,
                .setting = {.transmittance = kh_fibre_transmittance(arm_db) * detector->efficiency,
                            .dark_per_gate = detector->dark_per_gate,
                            .misalignment = detector->misalignment,
                            .phase_noise = system->phase_noise_rad,
                            .ec_efficiency = system->ec_efficiency}};
    double starts[N_STARTS][N_FREE];
    for (int i = 0; i < N_STARTS; i++) {
        starts[i][0] = log(STARTS[i][0]);
        starts[i][1] = kh_logistic_inverse(STARTS[i][1]);
    }
    double x[N_FREE] = {0};
    double best = kh_simplex_search(score, &s, starts[0], N_STARTS, x, N_FREE);
    kh_sns2024_choice choice = choice_at(best < 0.0 ? x : starts[0]); /* without key the search ends anywhere */
    kh_sns2024_key found = key_at(&s, &choice);
    *key = (kh_qkd_key){
        .rate_bps = fmax(0.0, -best),
        .qber = found.qber,
        .sifted_rate_bps = used_hz(&s, &found) * found.paired,
        .parameters = {choice.u, choice.send},
    };
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_tf_sns_asymptotic = {
    .name = "tf-sns-asymptotic",
    .title = "twin field, sending or not sending with odd-parity pairing, infinite key (Bertaina 2024)",
    .protocol = KH_PROTOCOL_TF_SNS_ASYMPTOTIC,
    .is_relayed = true,
    .is_twin_field = true,
    .key = compute,
};

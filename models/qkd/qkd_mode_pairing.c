/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/simplex.h"
#include "models/qkd/qkd.h"
#include "models/qkd/zeng2022.h"

#include <math.h>

static const double MU_MIN = 1e-4, MU_MAX = 2.0, SPAN_MAX = 1e12;

enum { N_FREE = 2 }; /* ln mu; ln of the span */

typedef struct search {
    const kh_qkd_system *system;
    kh_zeng2022_setting setting;
} search;

static kh_zeng2022_choice choice_at(const double *x)
{
    return (kh_zeng2022_choice){.mu = fmin(fmax(exp(x[0]), MU_MIN), MU_MAX), .span = fmin(fmax(exp(x[1]), 1.0), SPAN_MAX)};
}

/* afterpulses know nothing of the photons: dark counts in proportion to the clicks, half of them at each detector */
static kh_zeng2022_key key_at(const search *s, const kh_zeng2022_choice *choice)
{
    kh_zeng2022_setting setting = s->setting;
    double click = kh_zeng2022_key_of(&setting, choice).click;
    setting.dark_per_gate = fmin(0.5, setting.dark_per_gate + 0.5 * s->system->detector.afterpulse * click);
    return kh_zeng2022_key_of(&setting, choice);
}

static double used_hz(const search *s, const kh_zeng2022_key *key)
{
    return s->system->clock_hz * kh_detector_live_fraction(&s->system->detector, s->system->clock_hz * key->click);
}

static double score(const double *x, const void *context)
{
    const search *s = (const search *)context;
    kh_zeng2022_choice choice = choice_at(x);
    kh_zeng2022_key key = key_at(s, &choice);
    return -used_hz(s, &key) * key.rate;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    /* the better arm is attenuated to match the other: both fields must meet with one strength */
    double arm_db = fmax(system->loss_a_db, system->loss_b_db);
    const kh_detector *d = &system->detector;
    search s = {.system = system,
                .setting = {.transmittance = kh_fibre_transmittance(arm_db) * d->efficiency,
                            .dark_per_gate = d->dark_per_gate,
                            .misalignment = d->misalignment,
                            .ec_efficiency = system->ec_efficiency,
                            .slot_s = 1.0 / system->clock_hz,
                            .linewidth_hz = system->linewidth_hz,
                            .drift_rad_per_s = system->drift_rad_per_s}};
    const double starts[][N_FREE] = {{-0.7, 4.0}, {-0.7, 8.0}, {-0.7, 12.0}, {-1.5, 1.0}};
    double x[N_FREE] = {starts[0][0], starts[0][1]};
    double best = kh_simplex_search(score, &s, starts[0], sizeof starts / sizeof starts[0], x, N_FREE);
    kh_zeng2022_choice choice = choice_at(best < 0.0 ? x : starts[0]); /* without key the search ends anywhere */
    kh_zeng2022_key found = key_at(&s, &choice);
    *key = (kh_qkd_key){
        .rate_bps = fmax(0.0, -best),
        .qber = found.qber,
        .sifted_rate_bps = used_hz(&s, &found) * found.sifted,
        .parameters = {choice.mu, choice.span},
    };
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_mode_pairing = {
    .name = "mode-pairing-asymptotic",
    .title = "mode pairing over a middle station without phase locking, infinite decoys and key (Zeng 2022)",
    .protocol = KH_PROTOCOL_MODE_PAIRING_ASYMPTOTIC,
    .is_relayed = true,
    .is_twin_field = true,
    .key = compute,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/num/num.h"
#include "models/qkd/bbm92.h"
#include "models/qkd/qkd.h"

#include <math.h>

static const double SIFTING = 0.5; /* both sides choose between two bases evenly */
static const double PAIRS_MIN = 1e-7, PAIRS_MAX = 5.0;

typedef struct search {
    const kh_qkd_system *system;
    kh_bbm92_setting setting;
} search;

static search prepare(const kh_qkd_system *system)
{
    return (search){
        .system = system,
        .setting = {.eta_a = kh_fibre_transmittance(system->loss_a_db) * system->detector.efficiency,
                    .eta_b = kh_fibre_transmittance(system->loss_b_db) * system->detector.efficiency,
                    .background_a = 2.0 * system->dark_a_per_gate,
                    .background_b = 2.0 * system->detector.dark_per_gate,
                    .misalignment = system->detector.misalignment,
                    .ec_efficiency = system->ec_efficiency,
                    .sifting = SIFTING},
    };
}

/* afterpulses are clicks that know nothing of the other side: background in proportion to the clicks */
static kh_bbm92_setting with_afterpulses(const search *s, double pairs)
{
    kh_bbm92_setting setting = s->setting;
    kh_bbm92_gain gain = kh_bbm92_gain_of(&setting, pairs);
    setting.background_a = fmin(1.0, setting.background_a + s->system->detector.afterpulse * gain.single_a);
    setting.background_b = fmin(1.0, setting.background_b + s->system->detector.afterpulse * gain.single_b);
    return setting;
}

static kh_qkd_key key_at(const search *s, double pairs, double *secret_fraction)
{
    const kh_qkd_system *system = s->system;
    kh_bbm92_setting setting = with_afterpulses(s, pairs);
    kh_bbm92_gain gain = kh_bbm92_gain_of(&setting, pairs);
    double live = kh_detector_live_fraction(&system->detector, system->clock_hz * gain.single_a) *
                  kh_detector_live_fraction(&system->detector, system->clock_hz * gain.single_b);
    kh_qkd_key key = {.qber = NAN, .sifted_rate_bps = system->clock_hz * live * SIFTING * gain.coincidence, .parameters = {pairs}};
    *secret_fraction = 0.0;
    if (gain.coincidence > 0.0) {
        key.qber = gain.error / gain.coincidence;
        *secret_fraction = kh_bbm92_rate_of_counts(1.0, key.qber, system->ec_efficiency, 1.0);
    }
    key.rate_bps = fmax(0.0, key.sifted_rate_bps * *secret_fraction);
    return key;
}

/* minus the rate where there is key, else a slope that leads to key */
static double score(double ln_pairs, const void *context)
{
    double secret_fraction;
    kh_qkd_key key = key_at(context, exp(ln_pairs), &secret_fraction);
    return key.rate_bps > 0.0 ? -key.rate_bps : -secret_fraction;
}

static kh_status compute(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    search s = prepare(system);
    double pairs = system->pairs_per_pulse, unused;
    if (isnan(pairs)) {
        const double range[2] = {log(PAIRS_MIN), log(PAIRS_MAX)};
        double ln_pairs;
        KH_TRY(kh_num_minimum(score, &s, range, 60, &ln_pairs, err));
        pairs = exp(ln_pairs);
    }
    *key = key_at(&s, pairs, &unused);
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_bbm92 = {
    .name = "bbm92",
    .title = "BBM92 with a pulsed pair source, infinite key (Ma 2007)",
    .protocol = KH_PROTOCOL_BBM92,
    .is_entanglement = true,
    .key = compute,
};

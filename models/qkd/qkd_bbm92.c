/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/qkd/bbm92.h"
#include "models/qkd/entangled.h"
#include "models/qkd/tomamichel2012.h"

#include <math.h>

static const double PAIRS_MIN = 1e-7, PAIRS_MAX = 5.0;

static kh_bbm92_setting setting_of(const kh_qkd_system *system)
{
    const kh_detector *detector = &system->detector;
    return (kh_bbm92_setting){.eta_a = kh_fibre_transmittance(system->loss_a_db) * detector->efficiency,
                              .eta_b = kh_fibre_transmittance(system->loss_b_db) * detector->efficiency,
                              .background_a = 2.0 * system->dark_a_per_gate,
                              .background_b = 2.0 * detector->dark_per_gate,
                              .misalignment = detector->misalignment,
                              .ec_efficiency = system->ec_efficiency,
                              .sifting = KH_ENTANGLED_SIFTING};
}

/* afterpulses are clicks that know nothing of the other side: background in proportion to the clicks */
static kh_bbm92_gain gain_of(const kh_qkd_system *system, double pairs)
{
    kh_bbm92_setting setting = setting_of(system);
    kh_bbm92_gain gain = kh_bbm92_gain_of(&setting, pairs);
    setting.background_a = fmin(1.0, setting.background_a + system->detector.afterpulse * gain.single_a);
    setting.background_b = fmin(1.0, setting.background_b + system->detector.afterpulse * gain.single_b);
    return kh_bbm92_gain_of(&setting, pairs);
}

/* @param parameters  pairs per pulse */
static kh_entangled_counts counts(const kh_qkd_system *system, const double *parameters)
{
    kh_bbm92_gain gain = gain_of(system, parameters[0]);
    double live = kh_detector_live_fraction(&system->detector, system->clock_hz * gain.single_a) *
                  kh_detector_live_fraction(&system->detector, system->clock_hz * gain.single_b);
    return (kh_entangled_counts){.sifted_hz = system->clock_hz * live * KH_ENTANGLED_SIFTING * gain.coincidence,
                                 .qber = gain.coincidence > 0.0 ? gain.error / gain.coincidence : (double)NAN};
}

static kh_entangled_source source_of(const kh_qkd_system *system)
{
    return (kh_entangled_source){
        .n_parameters = 1, .given = system->pairs_per_pulse, .low = {PAIRS_MIN}, .high = {PAIRS_MAX}, .counts = counts};
}

static kh_status compute_finite(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    kh_entangled_source source = source_of(system);
    *key = kh_entangled_key(system, &source, true);
    return KH_OK;
}

static kh_status compute_infinite(const kh_qkd_system *system, kh_qkd_key *key, kh_error *err)
{
    (void)err;
    kh_entangled_source source = source_of(system);
    *key = kh_entangled_key(system, &source, false);
    return KH_OK;
}

const kh_qkd_protocol kh_qkd_bbm92 = {
    .name = "bbm92",
    .title = "BBM92 with a pulsed pair source, finite key (Ma 2007, Tomamichel 2012)",
    .protocol = KH_PROTOCOL_BBM92,
    .is_finite = true,
    .terms = KH_TOMAMICHEL2012_TERMS,
    .is_entanglement = true,
    .key = compute_finite,
};

const kh_qkd_protocol kh_qkd_bbm92_asymptotic = {
    .name = "bbm92-asymptotic",
    .title = "BBM92 with a pulsed pair source, infinite key (Ma 2007)",
    .protocol = KH_PROTOCOL_BBM92_ASYMPTOTIC,
    .is_entanglement = true,
    .key = compute_infinite,
};

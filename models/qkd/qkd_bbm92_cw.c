/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fibre/fibre.h"
#include "models/qkd/entangled.h"
#include "models/qkd/neumann2021.h"
#include "models/qkd/tomamichel2012.h"

#include <math.h>

static const double PAIRS_MIN_HZ = 10.0, PAIRS_MAX_HZ = 1e13;
static const double WINDOW_MAX_S = 1e-6;

/* Every detector has dark counts of its own; stray light is shared by no more than two at a time.
 * @param per_gate  both together */
static double noise_hz(const kh_detector *detector, double per_gate, const kh_noise *stray)
{
    double shared = fmin(per_gate, stray->raman + stray->fwm + stray->leakage);
    return (detector->detectors * (per_gate - shared) + fmin(detector->detectors, 2.0) * shared) / detector->gate_s;
}

static kh_neumann2021_setting setting_of(const kh_qkd_system *system)
{
    const kh_detector *detector = &system->detector;
    return (kh_neumann2021_setting){.eta_a = kh_fibre_transmittance(system->loss_a_db) * detector->efficiency,
                                    .eta_b = kh_fibre_transmittance(system->loss_b_db) * detector->efficiency,
                                    .dark_a_hz = noise_hz(detector, system->dark_a_per_gate, &system->noise_a),
                                    .dark_b_hz = noise_hz(detector, detector->dark_per_gate, &system->noise_b),
                                    .misalignment = detector->misalignment,
                                    .jitter_s = sqrt(2.0) * detector->jitter_s, /* of both ends */
                                    .extra_a = detector->afterpulse,
                                    .extra_b = detector->afterpulse};
}

/* @param parameters  pairs a second, coincidence window in seconds */
static kh_entangled_counts counts(const kh_qkd_system *system, const double *parameters)
{
    kh_neumann2021_setting setting = setting_of(system);
    kh_neumann2021_counts seen = kh_neumann2021_counts_of(&setting, parameters[0], parameters[1]);
    double live = kh_detector_live_fraction(&system->detector, seen.single_a_hz) *
                  kh_detector_live_fraction(&system->detector, seen.single_b_hz);
    return (kh_entangled_counts){.sifted_hz = live * KH_ENTANGLED_SIFTING * seen.coincidence_hz,
                                 .qber = seen.coincidence_hz > 0.0 ? seen.error_hz / seen.coincidence_hz : (double)NAN};
}

static kh_entangled_source source_of(const kh_qkd_system *system)
{
    double tick_s = 1.0 / system->clock_hz; /* times are not known better */
    return (kh_entangled_source){.n_parameters = 2,
                                 .given = system->pairs_hz,
                                 .low = {PAIRS_MIN_HZ, tick_s},
                                 .high = {PAIRS_MAX_HZ, fmax(WINDOW_MAX_S, tick_s)},
                                 .counts = counts};
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

const kh_qkd_protocol kh_qkd_bbm92_cw = {
    .name = "bbm92-cw",
    .title = "BBM92 with a continuous pair source, finite key (Neumann 2021, Tomamichel 2012)",
    .protocol = KH_PROTOCOL_BBM92_CW,
    .is_finite = true,
    .terms = KH_TOMAMICHEL2012_TERMS,
    .is_entanglement = true,
    .is_continuous = true,
    .key = compute_finite,
};

const kh_qkd_protocol kh_qkd_bbm92_cw_asymptotic = {
    .name = "bbm92-cw-asymptotic",
    .title = "BBM92 with a continuous pair source, infinite key (Neumann 2021)",
    .protocol = KH_PROTOCOL_BBM92_CW_ASYMPTOTIC,
    .is_entanglement = true,
    .is_continuous = true,
    .key = compute_infinite,
};

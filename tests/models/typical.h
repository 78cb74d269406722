/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TESTS_MODELS_TYPICAL_H
#define KH_TESTS_MODELS_TYPICAL_H

#include "models/qkd/qkd.h"

#include <math.h>

/** A module pair as they are sold: 1 GHz, InGaAs detectors. 20 dB of fibre. */
static const kh_qkd_system typical = {
    .loss_b_db = 20.0,
    .detector = {.efficiency = 0.1, .dark_per_gate = 5e-7, .misalignment = 0.01, .afterpulse = 0.02, .detectors = 2.0},
    .clock_hz = 1e9,
    .ec_efficiency = 1.16,
    .block_bits = 1e7,
    .eps_sec = 1e-10,
    .eps_cor = 1e-15,
    .pairs_per_pulse = NAN,
    .pairs_hz = NAN,
};

#endif

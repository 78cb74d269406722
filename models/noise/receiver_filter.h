/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NOISE_RECEIVER_FILTER_H
#define KH_MODELS_NOISE_RECEIVER_FILTER_H

#include "core/base/status.h"
#include "core/net/net.h"

/** How much less of a classical channel than of the quantum channel comes through, all passes together, dB.
 *  Less than 1.5 bandwidths apart: adjacent; 50 nm or more: another band. */
double kh_receiver_filter_isolation_db(const kh_receiver_filter *filter, double quantum_hz, double light_hz);

/** A classical channel as far as a filter sees it. */
typedef struct kh_receiver_neighbour {
    double centre_hz, width_hz;
} kh_receiver_neighbour;

/** How far the quantum channel, as wide as its filter, stays clear of a classical channel; negative when they overlap, Hz. */
double kh_receiver_filter_clearance_hz(const kh_receiver_filter *filter, double quantum_hz, const kh_receiver_neighbour *neighbour);

/** @return KH_OK; KH_ERANGE for a filter that is none */
kh_status kh_receiver_filter_check(const kh_receiver_filter *filter, kh_error *err);

#endif

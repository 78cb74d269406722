/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_NOISE_COEXIST_H
#define KH_MODELS_NOISE_COEXIST_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "models/noise/line_light.h"
#include "models/qkd/qkd_channel.h"

/** Light of classical lines on the strand of a quantum channel, as a receiver of that channel sees it. */

/** The lines beside a link with all their channels. */
typedef struct kh_coexist_lines {
    kh_line_light *lights; /**< [n] */
    size_t n;
    double temperature_c; /**< of all fibres; NAN, as made: each fibre's own */
} kh_coexist_lines;

/** @param arena  where the lights live
 *  @return KH_OK; KH_ERANGE for a comb or a filter that is none; KH_ENOMEM */
kh_status kh_coexist_lines_make(const kh_net *net, const kh_qkd_link *link, kh_arena *arena, kh_coexist_lines *lines,
                                kh_error *err);

/** Room between the quantum channel, as wide as its filter, and the nearest classical channel; below 0 when they overlap, INFINITY
 *  without a line. @return Hz */
double kh_coexist_clearance_hz(const kh_qkd_link *link, const kh_coexist_lines *lines);

/** @return KH_ERANGE for a quantum channel that a classical one overlaps; KH_OK */
kh_status kh_coexist_check(const kh_qkd_link *link, const kh_coexist_lines *lines, kh_error *err);

/** The way of quantum light to one receiver: fibres [begin, end) of the link's chain, in their order or backward. */
typedef struct kh_coexist_path {
    size_t begin, end;
    bool backward;
    double skip_km;   /**< of the first fibre passed: the source stands inside of it */
    double behind_db; /**< filters and patches between the last fibre and the receiver */
} kh_coexist_path;

/** Adds up what comes out with the quantum light, all on average.
 *
 *  - Raman scattering, forward of light that runs with the quantum light and backward of light that runs against it, in every fibre
 *    that they share; losses and temperature of the fibre, loss and gain at each wavelength.
 *  - Four-wave mixing of the channels of one line that run with it.
 *  - Leakage through the receiver's filter: of light that runs with it at the end of the last fibre, and the Rayleigh
 * back-scattering
 *    (-32 dB of the light coming in there) of light that runs against it. Amplifier noise at the quantum
 *    wavelength is taken to be blocked where the light of the line is added.
 *  Where a line amplifies between two fibres of the link the quantum channel is taken to pass around the amplifier, alone, with no
 *  more loss than extra_loss_db tells.
 *  @param[out] stray  what is found is added
 *  @return KH_OK; KH_ERANGE for a fibre out of range
 *  Cost: some 25 us for each fibre and 76 channels both ways; 0.1 ms more where four-wave mixing reaches the quantum channel. */
kh_status kh_coexist_add(const kh_net *net, const kh_qkd_link *link, const kh_coexist_lines *lines, const kh_coexist_path *path,
                         kh_stray_light *stray, kh_error *err);

#endif

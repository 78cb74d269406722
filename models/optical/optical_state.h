/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_STATE_H
#define KH_MODELS_OPTICAL_OPTICAL_STATE_H

#include "models/optical/optical.h"

/** The light on its way: per channel the total power and what it is made of. Inside the optical model only.
 *
 *  signal + ase + nli = 1 for every channel, always. Loss and gain change the power and leave the shares as they are.
 *  Noise of amplifiers adds power; nonlinear interference takes it from signal and noise alike (depletion). */
typedef struct kh_optical_state {
    size_t n;
    double *power_w;            /**< [n] in the signal's bandwidth */
    double *signal, *ase, *nli; /**< [n] shares */
} kh_optical_state;

/** Channels as launched: signal only. */
kh_status kh_optical_state_create(const kh_optical_comb *comb, kh_arena *arena, kh_optical_state *state, kh_error *err);
/** Loss or gain, the same for all channels. */
void kh_optical_state_scale(kh_optical_state *state, double factor);
/** Adds amplified spontaneous emission; @p ase_w [n]. */
void kh_optical_state_add_ase(kh_optical_state *state, const double *ase_w);
/** Turns power into interference; @p nli_w [n], each at most the channel's power (more is taken as all of it). */
void kh_optical_state_add_nli(kh_optical_state *state, const double *nli_w);
/** Over all channels. */
double kh_optical_state_total_w(const kh_optical_state *state);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_ELEMENTS_H
#define KH_MODELS_OPTICAL_OPTICAL_ELEMENTS_H

#include "models/optical/optical.h"
#include "models/optical/optical_state.h"

/** What an amplifier and a ROADM do to the light. Inside the optical model only. */

kh_status kh_optical_amplifier_check(const kh_optical_amplifier *amplifier, kh_error *err);
kh_status kh_optical_roadm_check(const kh_optical_roadm *roadm, kh_error *err);

/** Noise figure at a gain, attenuator in front of a gain below gain_min_db included.
 *  @param input_dbm  mean power of a channel as if slots were 50 GHz wide, for the OpenROADM mask
 *  Model: GNPy's kinds of amplifier (gnpy/core/elements.py: fixed, two coils of variable gain, OpenROADM, dual stage). */
double kh_optical_amplifier_noise_figure_db(const kh_optical_amplifier *amplifier, double gain_db, double input_dbm);

/** Adds the noise h f R NF at the input, then the gain, which saturation lowers to power_max_dbm before the attenuator.
 *  @param scratch_w  [n] */
void kh_optical_amplifier_apply(const kh_optical_amplifier *amplifier, const kh_optical_comb *comb, double *scratch_w,
                                kh_optical_state *state);

/** Equalises total power per channel; attenuates only. */
void kh_optical_roadm_apply(const kh_optical_roadm *roadm, const kh_optical_comb *comb, kh_optical_state *state);

#endif

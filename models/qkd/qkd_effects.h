/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_QKD_EFFECTS_H
#define KH_MODELS_QKD_QKD_EFFECTS_H

#include "core/net/rates.h"
#include "models/qkd/qkd.h"

/** What each effect costs a key rate, by computing the rate again without it. */

/** Removes one effect at a time: loss 0 dB; no dark counts and noise, of CV no excess and electronic noise; no misalignment and
 *  phase noise; f = 1 or beta = 1; endless block; no dead time and no limit of the counts.
 *  @param key  the key of @p system
 *  @param[out] effects  when there is no key: INFINITY where the removal alone gives key, NAN where it does not
 *  @return as kh_qkd_compute(). Cost: up to six searches of the best parameters, started from those of @p key. */
kh_status kh_qkd_effects_find(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                              kh_effects *effects, kh_error *err);

/** What limits most.
 *  With key: the costliest effect other than loss when it costs 6 dB or more; else the costliest of all when it costs 3 dB or more;
 *  else none. Without key: what removed alone gives key, first of finite block, noise, misalignment; else the loss. */
kh_limit kh_qkd_effects_limit(const kh_effects *effects, bool has_key);

#endif

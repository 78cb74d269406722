/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_QKD_EFFECTS_H
#define KH_MODELS_QKD_QKD_EFFECTS_H

#include "core/net/rates.h"
#include "models/qkd/qkd.h"

/** What each effect costs a key rate, and what one change would raise it most, by computing the rate again. */

/** Removes one effect at a time: loss 0 dB; no dark counts, of CV no excess and electronic noise of the devices; no light of
 * others; no misalignment, phase noise, line width and drift; f = 1 or beta = 1; endless block; no dead time and no
 *  limit of the counts.
 *  @param key  the key of @p system
 *  @param[out] effects  to about 0.1 dB. When there is no key: INFINITY where the removal alone gives key, NAN where it does not
 *  @return as kh_qkd_compute(). Cost: up to seven rough searches of the best parameters, started from those of @p key. */
kh_status kh_qkd_effects_find(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                              kh_effects *effects, kh_error *err);

/** The best of these changes: 3 dB less loss; a tenth of the dark counts (CV: half the excess noise); no light of others; half the
 *  optical errors; error correction twice as near to its limit; a block ten times as long; a tenth of the dead time.
 *  @param effects  of kh_qkd_effects_find()
 *  @return as kh_qkd_compute() */
kh_status kh_qkd_effects_change(const kh_qkd_protocol *protocol, const kh_qkd_system *system, const kh_qkd_key *key,
                                const kh_effects *effects, kh_change *change, kh_error *err);

/** What limits most.
 *  With key: the costliest effect other than loss when it costs 6 dB or more; else the costliest of all when it costs 3 dB or more;
 *  else none. Without key: what removed alone gives key, first of finite block, light of others, dark counts, misalignment, dead
 *  time; else the loss. */
kh_limit kh_qkd_effects_limit(const kh_effects *effects, bool has_key);

#endif

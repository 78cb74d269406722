/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_LINK_H
#define KH_MODELS_QKD_LINK_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/rates.h"
#include "models/qkd_memo.h"

/** What one QKD link of a network gives, all fields of kh_qkd_rate.
 *
 *  - Loss: fibres + extra_loss_db. Without fibres (free space) there is no model: rate 0, KH_LIMIT_NO_MODEL, loss NAN.
 *  - Measured: a measured key rate (of one module) is taken as it is and nothing is computed: effects and sifted rate are NAN.
 *    A measured QBER alone is shown in place of the computed one; the key rate does not use it.
 *  - Time slots: the rate is computed in each, and the mean over the time counts; a block is taken to fill within one slot. Other
 *    numbers are those of the slot with the largest share.
 *  - Modules: all are alike. With none the rate is 0 (KH_LIMIT_NO_MODULE), and per_module_bps says what one would give.
 *  - Device: no key beyond max_loss_db, at most max_key_rate_bps per module.
 *  - Effects: the key rate is computed again with one of them removed (loss 0 dB; no dark counts and noise, of CV no excess and
 * electronic noise; no misalignment and phase noise; f = 1 or beta = 1; endless block; no dead time), before the limits of the
 * device. When there is no key: INFINITY where the removal alone gives key, NAN where it does not.
 *  - Limit, with key: the electronics when they cut the rate; else the costliest effect other than loss when it costs 6 dB or
 *    more; else the costliest of all when it costs 3 dB or more; else none.
 *  - Limit, without key: what removed alone gives key, first of finite block, noise, misalignment; else the loss.
 *
 *  @return KH_OK; KH_ERANGE for a value outside what the model allows, or a measured rate above the PLOB bound of the channel;
 *          KH_EINTERNAL when a computed rate is above it; KH_ENOMEM
 *  Cost    : up to seven searches of the best parameters. */
kh_status kh_qkd_link_rate(const kh_net *net, kh_qkd_link_id link, kh_qkd_rate *rate, kh_error *err);

/** The same, with the rate in every time slot.
 *  @param memo  of the same network: links alike are computed once; NULL: none
 *  @param[out] slots  [net->n_time_slots], or NULL */
kh_status kh_qkd_link_rate_slots(const kh_net *net, kh_qkd_link_id link, kh_slot_rate *slots, kh_qkd_memo *memo, kh_qkd_rate *rate,
                                 kh_error *err);

#endif

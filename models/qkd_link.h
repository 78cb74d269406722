/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_LINK_H
#define KH_MODELS_QKD_LINK_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/rates.h"
#include "models/qkd_memo.h"

/** What one QKD link of a network gives, all fields of kh_qkd_rate.
 *
 *  - Loss: fibres at the link's wavelength + extra_loss_db; the light of lines beside it is noise (link_channel.h).
 *  - Without fibres: a satellite over a ground station has the mean rate of its year (space/satellite.h); anything else has no
 * model: rate 0, KH_LIMIT_NO_MODEL, loss NAN.
 *  - Measured: a measured key rate (of one module) is taken as it is and nothing is computed: effects and sifted rate are NAN.
 *    A measured QBER alone is shown in place of the computed one; the key rate does not use it.
 *  - Time slots: the rate is computed in each, and the mean over the time counts; a block is taken to fill within one slot. Other
 *    numbers are those of the slot with the largest share.
 *  - Working time: rates, detections and the time of a block are means over all time; a link makes key only while its device does
 *    not calibrate and it is its turn at an optical switch (kh_net_on_share()). What is measured was measured while it made key.
 *  - Modules: all are alike. With none the rate is 0 (KH_LIMIT_NO_MODULE), and per_module_bps says what one would give.
 *  - Device: no key beyond max_loss_db, at most max_key_rate_bps per module.
 *  - Effects, best change and limit: qkd/qkd_effects.h, before the limits of the device; the electronics are the limit when they
 * cut the rate.
 *
 *  @return KH_OK; KH_ERANGE for a value outside what the model allows, or a measured rate above the PLOB bound of the channel;
 *          KH_EINTERNAL when a computed rate is above it; KH_ENOMEM
 *  Cost    : a search of the best parameters, and up to fourteen rough ones. */
kh_status kh_qkd_link_rate(const kh_net *net, kh_qkd_link_id link, kh_qkd_rate *rate, kh_error *err);

/** The same, with the rate in every time slot.
 *  @param memo  of the same network: links alike are computed once, and timetables of satellites live where it does; NULL: neither
 *  @param[out] slots  [net->n_time_slots], or NULL */
kh_status kh_qkd_link_rate_slots(const kh_net *net, kh_qkd_link_id link, kh_slot_rate *slots, kh_qkd_memo *memo, kh_qkd_rate *rate,
                                 kh_error *err);

#endif

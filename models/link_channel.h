/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_LINK_CHANNEL_H
#define KH_MODELS_LINK_CHANNEL_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "models/noise/coexist.h"
#include "models/qkd/qkd.h"

/** What the quantum light of a link of the network meets: losses at its wavelength, arms, and the light of lines beside it.
 *
 *  Half of extra_loss_db, that of each arm by itself, stands before the receivers and dims the light of others too. A source in the
 *  middle stands where the fibres' loss is halved, and keeps light of others from the far side away; a middle station sees that of
 *  both arms.
 *  @param link      over fibres
 *  @param protocol  decides where the receivers stand
 *  @param slot      the weather; NULL: no wind, each fibre at its own temperature
 *
 *  Wind turns the polarisation in an aerial fibre faster than a receiver follows: an angle of standard deviation
 *  s = sway_rad_per_m_s * wind * sqrt(aerial_km), so that a photon reaches the wrong detector with probability
 *  (1 - exp(-2 s^2)) / 2. The variances of the fibres of a link add up. The form is ours; the default of sway_rad_per_m_s is what
 * gives the mean QBER of the link Sundhausen-Erfurt (13.3 %, 51 km aerial; models/README.md) at a mean wind of 3.5 m/s, which is
 * assumed.
 *  @return KH_OK; KH_ERANGE for a value outside what the models allow, or a classical channel on top of the quantum channel;
 *          KH_ENOMEM */
kh_status kh_link_channel_find(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                               const kh_time_slot *slot, kh_qkd_channel *channel, kh_error *err);

/** The same in two steps, for many wavelengths or powers beside the same lines: first without their light, then with it. */
kh_status kh_link_channel_dark(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                               const kh_time_slot *slot, kh_qkd_channel *channel, kh_error *err);
kh_status kh_link_channel_light(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol,
                                const kh_coexist_lines *lines, kh_qkd_channel *channel, kh_error *err);

#endif

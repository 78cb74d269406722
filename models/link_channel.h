/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_LINK_CHANNEL_H
#define KH_MODELS_LINK_CHANNEL_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "models/qkd/qkd.h"

/** What the quantum light of a link of the network meets: losses at its wavelength, arms, and the light of lines beside it.
 *  @param link      over fibres
 *  @param protocol  decides where the receivers stand
 *  @return KH_OK; KH_ERANGE for a value outside what the models allow */
kh_status kh_link_channel_find(const kh_net *net, const kh_qkd_link *link, const kh_qkd_protocol *protocol, kh_qkd_channel *channel,
                               kh_error *err);

#endif

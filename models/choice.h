/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_CHOICE_H
#define KH_MODELS_CHOICE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"

/** Which device serves a link best: `protocol: best`, and where along the loss one device takes over from another. */

/** Gives every link with protocol `best` the device of the network that yields most key on it, one module each, under the link's
 * own loss, noise and station; sets protocol, device, charlie_at and is_chosen of the link. Devices that need a station are left
 * out where no node stands between the ends, and an endless block counts only where no finite one gives key. When nothing gives
 * key, the device of the largest reach is taken, so that the reason can be told. Links with a measured rate take the first device.
 *  @return KH_OK; as kh_qkd_link_rate() otherwise
 *  Cost: one kh_qkd_link_rate() for each such link and device. */
kh_status kh_choice_make(kh_net *net, kh_error *err);

/** One piece of the envelope: this device gives more key than any other from @c from_db to @c to_db of loss. */
typedef struct kh_choice_piece {
    kh_device_id device;
    double from_db, to_db;
    double from_bps, to_bps; /**< its key rate at both ends */
} kh_choice_piece;

typedef struct kh_choice_envelope {
    kh_choice_piece *pieces; /**< [n], in order of loss, without gaps; ends where no device gives key */
    size_t n;
} kh_choice_envelope;

/** The upper envelope of the key rates of all devices over the loss of a dark fibre, source or station in the middle.
 *  Endless blocks count as for a link. Crossovers are found to 1e-3 dB; pieces shorter than the scanning step of 1 dB may be
 * missed.
 *  @param arena  where the pieces live @return KH_OK; KH_ENOMEM; as kh_qkd_device_rate() */
kh_status kh_choice_envelope_find(const kh_net *net, kh_arena *arena, kh_choice_envelope *envelope, kh_error *err);

#endif

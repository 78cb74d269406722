/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_FLUID_WAIT_H
#define KH_CORE_SIM_FLUID_WAIT_H

#include "core/sim/fluid/sharing.h"

/** Requests that wait at stores, as bits. Private to the room. */

/** Rooms of a link, up to @p now; before its tank. */
void kh_wait_advance_rooms(kh_fluid_link *link, kh_ns now);

/** A room changes: its requests wait, drain or are served anew. After the flows of the link are as @p sharing says. */
void kh_wait_share(kh_fluid *fluid, uint32_t link, int rank, const kh_sharing *sharing);

/** Before the sharing of a room that is to drain: whose bits wait there in which proportion. */
void kh_wait_set_shares(kh_fluid *fluid, uint32_t link, int rank);

/** What arrives at a hop changed: @p kept_bps more of it waits from now on. */
void kh_wait_change(kh_fluid *fluid, uint32_t hop, double kept_bps);

/** More wait than arrive within their patience: the excess is blocked. */
void kh_wait_cut(kh_fluid *fluid, uint32_t link, int rank);

/** Adds bits to those who wait at a hop. */
void kh_wait_add(kh_fluid *fluid, uint32_t hop, double bits);

/** Bits that wait at a hop, up to @p now. */
void kh_wait_advance(kh_fluid_wait *wait, kh_ns now);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_LIBRARY_H
#define KH_MODELS_OPTICAL_OPTICAL_LIBRARY_H

#include "models/optical/optical.h"
#include "models/optical/optical_route.h"

/** Entries of the network as elements of the optical model. Inside the optical model only. */

/** An amplifier of a kind of the library; gain, tilt and attenuator are for the caller to set.
 *  @param arena  where the stages of a dual-stage one live
 *  @return KH_OK; KH_EDATA when a stage is missing; KH_ENOMEM */
kh_status kh_optical_library_amplifier(const kh_net *net, const kh_amplifier *kind, kh_arena *arena, kh_optical_amplifier *out,
                                       kh_error *err);

/** What stands next to a fibre in the direction of the hop, or NULL. */
const kh_installed_amplifier *kh_optical_library_installed(const kh_net *net, kh_optical_hop hop, kh_fibre_id fibre, kh_side side);

/** Sum of the fixed losses there. */
double kh_optical_library_loss_db(const kh_net *net, kh_optical_hop hop, kh_fibre_id fibre, kh_side side);

/** The ROADM of the hop's line at a node. */
kh_optical_roadm kh_optical_library_roadm(const kh_net *net, kh_optical_hop hop, kh_node_id node, kh_optical_role role);

/** Total power of the line's channels at their launch power. */
double kh_optical_library_total_dbm(const kh_line_system *line);

#endif

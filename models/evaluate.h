/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_EVALUATE_H
#define KH_MODELS_EVALUATE_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/rates.h"

/** The door of the models: what every link of the network can do.
 *
 *  QKD links: the protocol of the link over the loss of its fibres; a measured rate overrides, a measured QBER alone is shown and
 *  not used (details at kh_qkd_link_rate()). Every computed rate is asserted to be at most the PLOB bound of its channel (a
 *  violation is KH_EINTERNAL, never a number); a measured one above it is KH_ERANGE.
 *  Line systems: closed-form GN model, all channels lit, worst channel reported, best feasible mode chosen.
 *  @param arena   where the rates live
 *  @param[out] rates  indices as in @p net
 *  @return KH_OK; KH_ERANGE when a value is outside what a model allows (the step names the link); KH_ENOMEM
 *  Threads: pure function. */
kh_status kh_evaluate(const kh_net *net, kh_arena *arena, kh_rates **rates, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_COALITIONS_H
#define KH_SOLVERS_SECURE_COALITIONS_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"

/** The groups of a network from each of which keys are to be kept.
 *  @param wish  "operator", "country", "domain", "vendor"; or names of nodes, joined by + within a group, groups by commas
 *  @param[out] secrecy  kind, colluders, group and coalitions are set; lives in @p arena
 *  @return KH_OK; KH_EUSAGE: no such node, or the network has no such groups; KH_ENOMEM */
kh_status kh_coalitions_make(const kh_net *net, const char *wish, kh_arena *arena, kh_plan_secrecy *secrecy, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_RULE_H
#define KH_CORE_SIM_SUPPLY_RULE_H

#include "core/base/rng.h"
#include "core/base/status.h"
#include "core/net/net.h"

/** Which entry of the topology's faults counts for what. */

/** The entities that a kind is on: fibres, nodes, QKD links or demands; 0 where each entry names its own. */
size_t kh_rule_count(const kh_net *net, kh_fault_kind kind);
const char *kh_rule_id(const kh_net *net, kh_fault_kind kind, uint32_t entity);

/** How many entries there are of a kind. */
size_t kh_rule_entries(const kh_net *net, kh_fault_kind kind);

/** The entry for one entity: the last that names it, else the last on all of them, else NULL. */
const kh_fault *kh_rule_find(const kh_net *net, kh_fault_kind kind, uint32_t entity);

/** Whether an entry is on this entity. */
bool kh_rule_holds(const kh_net *net, const kh_fault *fault, uint32_t entity);

/** The stream of an entry of its own: (on, kind), and "kind 2"... for further ones of the same name. */
kh_rng kh_rule_stream(const kh_net *net, const kh_fault *fault, uint64_t seed);

/** That every entry is on something; files were checked when they were read, networks made by hand were not.
 *  @return KH_OK; KH_ERANGE */
kh_status kh_rule_check(const kh_net *net, kh_error *err);

#endif

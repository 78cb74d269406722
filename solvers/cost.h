/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_COST_H
#define KH_SOLVERS_COST_H

#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"

/** What a plan costs over costs.years.
 *
 *  modules: every installed module of every QKD link, at its device's price. trusted nodes: those that relay in a route, at their
 *  fit-out cost or the cost table's. kms: every node where a QKD link with modules ends. encryptors: the pairs of all aes-256
 * demands. fibre: each fibre under a QKD link with modules is leased once, per km and year. opex: a share of all bought equipment
 * per year. A price that the topology does not give is NAN and makes its sum and the total NAN: not known, rather than too low.
 *  @param plan  routes are read
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_cost_compute(const kh_net *net, const kh_plan *plan, kh_plan_cost *cost, kh_error *err);

#endif

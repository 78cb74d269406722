/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_PARTITION_H
#define KH_SOLVERS_DESIGN_PARTITION_H

#include "solvers/design/relax.h"

/** Inequalities of parts: where requests join p parts of the network to each other there are modules on at least p - 1 links
 * between them. They are what holds a large network with little traffic, where a cut by itself asks for one module only. */

/** Adds those of the parts that the cheapest spanning tree has on its way, from single nodes to the whole network: together they
 *  prove what that tree costs.
 *  @param cost  [n_choices] of a module
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_partition_add(const kh_cutset_space *space, const double *cost, kh_relax *relax, kh_error *err);

#endif

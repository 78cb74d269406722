/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_SLOPE_H
#define KH_SOLVERS_DESIGN_SLOPE_H

#include "solvers/design/cutset.h"

/** Slope scaling: all demands go the cheapest way, where a link costs what its modules would cost for the flow it last had, per
 *  bit/s. Fast however large the network; a start for a search, and where a link's limits are too narrow not even a design.
 *  @param[out] count   [n_choices] the cheapest counts met, one type a link
 *  @param[out] routes  [n_demands] of theta times what each asks for, over these counts; in @p arena
 *  @return KH_OK, KH_ENOMEM
 *  Cost    : a shortest-path tree per source and turn, some ten turns */
kh_status kh_slope_counts(const kh_cutset_space *space, double *count, kh_keyflow_route *routes, kh_arena *arena, kh_error *err);

/** Modules for a flow on a link, all of the type that is cheapest for it.
 *  @param count  [n_choices] those of the link are set; NULL: not asked for
 *  @return what they cost; no limits of the link are looked at */
double kh_slope_install(const kh_cutset_space *space, size_t link, double flow_bps, double *count);

/** What a bit/s costs on each link by its best type: prices whose metric inequality is the Lagrangian bound of the counts.
 *  @param weight  [n_links] 0 where nothing may stand */
void kh_slope_prices(const kh_cutset_space *space, const double *cost, double *weight);

#endif

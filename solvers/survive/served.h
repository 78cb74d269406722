/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_SERVED_H
#define KH_SOLVERS_SURVIVE_SERVED_H

#include "solvers/survive/outages.h"

/** Max-min fair rates, at most what is asked for, of what a loss leaves: who falls short, and how much key still flows. Where one
 *  share for all is pulled down by one thin way, these are not.
 *  @param problem  its time limit is honoured; gap, cap, mps, start and max_min are not looked at
 *  @param losses   one or two, either may be NULL; of kh_outages_run()'s ranges
 *  @param start    the flow before the loss, to begin from; NULL: none
 *  @param[out] flow  lives in @p arena; demands that lost an end have no path and are not joined; level_prices prove every level,
 * see kh_served_check()
 *  @return as kh_keyflow_solve() */
kh_status kh_served_find(const kh_keyflow_problem *problem, const kh_loss *const losses[2], const kh_keyflow *start,
                         kh_arena *arena, kh_keyflow *flow, kh_error *err);

#endif

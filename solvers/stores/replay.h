/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_REPLAY_H
#define KH_SOLVERS_STORES_REPLAY_H

#include "solvers/stores/expanded.h"

/** Plays all stores through the periods: each begins at its level of the first period, gets what is generated, gives what is taken
 *  and loses what finds it full.
 *  @param load_bps  [n_periods][n_links]
 *  @param scale     of the loads
 *  @param[in,out] stored_bits  [n_periods][n_links] first row in, the others out
 *  @return false: some store runs dry, or ends with less than it began with */
bool kh_replay_stores(const kh_expanded_problem *problem, const double *load_bps, double scale, double *stored_bits);

#endif

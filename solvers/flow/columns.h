/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_COLUMNS_H
#define KH_SOLVERS_FLOW_COLUMNS_H

#include "solvers/flow/master.h"
#include "solvers/flow/pricer.h"

/** One level by linear programs: column generation of paths, for programs other than the built-in one and where the steps of
 *  levels.h fail. Borrowed arrays. */
typedef struct kh_columns {
    const kh_keyflow_problem *problem;
    const kh_pricer *pricer;
    kh_pool *pool;
    kh_master *master;                /**< over the pool */
    double *price, *below, *distance; /**< [n_links], [n_demands], [n_demands] scratch */
    double deadline_s;                /**< on kh_clock_s() */
} kh_columns;

/** Solves, prices, adds, until certificate C1 closes or no path pays any more. A program that fails for its numbers leaves the last
 *  feasible point and the best bound: the gap then says so.
 *  @param[in,out] bound   the least bound of lambda so far, and
 *  @param[in,out] prices  [n_links] what proves it
 *  @return KH_OK; KH_TIMELIMIT: the master's last point is feasible; KH_ENOMEM, KH_ENOINPUT, KH_EWRITE */
kh_status kh_columns_climb(const kh_columns *columns, double *bound, double *prices, kh_error *err);

/** Who is blocked at the top of a level: the demands without a way over links that have no price (levels.h). A price is more than
 *  1e-11 of lambda per full link.
 *  @param[out] blocked  [n_demands]
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_columns_find_blocked(const kh_columns *columns, bool *blocked, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LP_H
#define KH_SOLVERS_LP_H

#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A linear program, maximise or minimise cost x subject to row_lower <= A x <= row_upper, column_lower <= x <= column_upper.
 *  Borrowed arrays; everything counts from 0; no bound = -INFINITY or INFINITY. A is stored by columns. */
typedef struct kh_lp {
    bool maximise;
    size_t n_rows, n_columns;
    const double *row_lower, *row_upper;       /**< [n_rows] */
    const double *column_lower, *column_upper; /**< [n_columns] */
    const double *cost;                        /**< [n_columns] */
    const size_t *start;                       /**< [n_columns + 1] into row and value */
    const uint32_t *row;                       /**< [start[n_columns]] no row twice in a column */
    const double *value;                       /**< [start[n_columns]] finite */
} kh_lp;

/** Where a row or column stands in the final basis. 0 is what a new column of column generation has. */
typedef enum kh_lp_place { KH_LP_AT_LOWER, KH_LP_AT_UPPER, KH_LP_BASIC, KH_LP_FREE } kh_lp_place;

/** In: a basis to start from (warm = true). Out: the answer. Caller's arrays. */
typedef struct kh_lp_solution {
    bool warm;
    uint8_t *row_place, *column_place; /**< [n_rows], [n_columns] kh_lp_place, in and out; any of them leads to the optimum */
    double *primal;                    /**< [n_columns] */
    double *dual;                      /**< [n_rows] change of the objective per unit of the binding bound */
    double objective;
} kh_lp_solution;

/** Solves by the primal simplex (GLPK), scaled by powers of 2 (equilibration; geometric mean before it when entries
 *  differ by more than 1e9).
 *
 *  Stateless: nothing of the solver lives between two calls, so other libraries that use GLPK may run between them.
 *  The same input gives the same answer bit for bit (without a time limit).
 *  @param time_limit_s  INFINITY = none
 *  @return KH_OK: optimal; KH_INFEASIBLE; KH_TIMELIMIT: *solution holds a feasible point, its duals are not optimal;
 *          KH_ERANGE: unbounded or a malformed program; KH_ENOMEM; KH_EINTERNAL: the solver gave up.
 *          *solution is untouched unless KH_OK or KH_TIMELIMIT.
 *  Tolerance: 1e-9 relative on bounds and reduced costs, after scaling */
kh_status kh_lp_solve(const kh_lp *lp, double time_limit_s, kh_lp_solution *solution, kh_error *err);

#endif

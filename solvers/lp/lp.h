/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LP_LP_H
#define KH_SOLVERS_LP_LP_H

#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** A linear program, maximise or minimise cost x subject to row_lower <= A x <= row_upper, column_lower <= x <= column_upper, some
 *  columns integer perhaps. Borrowed arrays; everything counts from 0; no bound = -INFINITY or INFINITY. A is stored by columns. */
typedef struct kh_lp {
    bool maximise;
    size_t n_rows, n_columns;
    const double *row_lower, *row_upper;       /**< [n_rows] */
    const double *column_lower, *column_upper; /**< [n_columns] */
    const double *cost;                        /**< [n_columns] */
    const size_t *start;                       /**< [n_columns + 1] into row and value */
    const uint32_t *row;                       /**< [start[n_columns]] no row twice in a column */
    const double *value;                       /**< [start[n_columns]] finite */
    const bool *integer;                       /**< [n_columns], NULL: none is */
} kh_lp;

/** Where a row or column stands in the final basis. 0 is what a new column of column generation has. */
typedef enum kh_lp_place { KH_LP_AT_LOWER, KH_LP_AT_UPPER, KH_LP_BASIC, KH_LP_FREE } kh_lp_place;

/** In: a basis to start from (warm = true). Out: the answer. Caller's arrays. */
typedef struct kh_lp_solution {
    bool warm;
    uint8_t *row_place, *column_place; /**< [n_rows], [n_columns] kh_lp_place, in and out; any of them leads to the optimum. May be
                                            NULL, then without warm. Integer programs leave them alone. */
    double *primal;                    /**< [n_columns] inside the columns' bounds; integer columns exactly integer */
    double *dual;     /**< [n_rows] change of the objective per unit of the binding bound; NAN for integer programs.
                           May be NULL. */
    double objective; /**< cost x of primal */
    double bound;     /**< no feasible point has a better objective than this; -+INFINITY when nothing is known */
} kh_lp_solution;

/** Rows that were found while solving. */
typedef struct kh_lp_cuts kh_lp_cuts;

/** Adds lower <= sum value[i] x[column[i]] <= upper. No column twice.
 *  @return KH_OK; KH_ERANGE (an unknown column, a number that is none); KH_ENOMEM */
kh_status kh_lp_cuts_add(kh_lp_cuts *cuts, size_t n, const uint32_t *column, const double *value, const double bounds[2],
                         kh_error *err);

/** Rows too many to be listed beforehand: asked for where a point breaks them. Every wanted point must keep every row added. */
typedef struct kh_lp_separator {
    /** Adds rows that @p primal breaks; a point to which none is added stands.
     *  @param integral  all integer columns are integer: a point that breaks a row must now be refused. Else rows may be left out.
     */
    kh_status (*separate)(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err);
    void *user;
    bool solves_itself; /**< it calls kh_lp_solve(): then it is asked between solves only, never inside branch and bound */
} kh_lp_separator;

typedef struct kh_lp_options {
    const char *program;     /**< NULL: GLPK, built in. "cbc", "clp", or a path that ends in one of them: that program, by
                                  way of files in a folder of its own under $TMPDIR; clp knows no integer columns */
    double time_limit_s;     /**< INFINITY: none */
    size_t most_nodes;       /**< integer programs by GLPK: nodes of the tree after which it is out of time, the same on any
                                  machine; 0: no limit. External programs have the time limit only */
    double gap;              /**< integer programs: (bound - objective) / |objective| that is good enough; >= 0 */
    const double *incumbent; /**< [n_columns] integer programs: a known point, ignored when it is none; may be NULL */
    const kh_lp_separator *separator; /**< may be NULL */
    bool exact; /**< linear programs: the simplex goes on from its basis in rational numbers, for entries so far apart that what
                   some of them mean is below its tolerance. By GLPK whatever program says; slow: for some hundred rows */
} kh_lp_options;

/** Solves, and proves it.
 *
 *  Whatever the backend, the program is scaled first: rows and columns by powers of 2 (geometric mean where entries are far apart,
 *  then the largest to 1; integer columns stay), bounds and costs by one power each, so that nothing is rounded. The answer is
 *  scaled back and checked against the program as given, in long double: bounds, rows, signs of the duals, and the gap between
 *  the primal and the dual objective, to 1e-7 of the terms they are sums of. An answer that fails is tried once more in another way
 *  (other start, other method, no presolve), then refused.
 *
 *  Stateless: nothing of the solver lives between two calls, so other libraries that use GLPK may run between them.
 *  The same input gives the same answer bit for bit (without a time limit).
 *
 *  Integer programs: by branch and cut. primal is integer to the digit, and its rows are checked; bound is the word of the backend.
 *  Cuts: rows are added at the root until they help no more; inside GLPK's tree at every node; with an external program by rounds,
 *  each integer optimum separated and solved again.
 *  @param options  NULL: GLPK without limits
 *  @return KH_OK: optimal (integer: to the wanted gap); KH_INFEASIBLE; KH_TIMELIMIT: *solution holds a feasible point with its
 * bound when its objective is finite, none when it is NAN; KH_ERANGE: unbounded or a malformed program; KH_ENOMEM; KH_ENOINPUT: no
 * such program; KH_EWRITE: no temporary files; KH_EINTERNAL: the solver gave up or is wrong. *solution is untouched unless KH_OK or
 * KH_TIMELIMIT. Tolerance: 1e-9 on bounds and reduced costs, after scaling (external programs: the same is asked of them) */
kh_status kh_lp_solve(const kh_lp *lp, const kh_lp_options *options, kh_lp_solution *solution, kh_error *err);

/** Writes the program as free MPS, every number exactly (17 digits), to be minimised: costs change their sign when @p lp is to be
 *  maximised. Rows are r0, r1..., columns c0, c1..., the objective is `cost`.
 *  The upper side of a row with two sides stands as its distance from the lower one, so it may be off by its last digit.
 *  @param about  lines of comment for the top, may be NULL
 *  @return KH_OK; KH_EWRITE */
kh_status kh_lp_write_mps(const kh_lp *lp, const char *about, FILE *file, kh_error *err);

#endif

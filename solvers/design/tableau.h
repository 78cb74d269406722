/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_TABLEAU_H
#define KH_SOLVERS_DESIGN_TABLEAU_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stdint.h>

/** A small dense linear program that is solved again and again while bounds move and rows come: minimise cost x, every row
 *  sum a x >= least, lower <= x <= upper, all bounds finite, so that every basis can be made dual feasible. Dual simplex over the
 *  whole tableau; what it says is believed only as far as kh_tableau_prove() can recompute it from the rows as given. */

typedef enum kh_tableau_end { KH_TABLEAU_OPTIMAL, KH_TABLEAU_CUT, KH_TABLEAU_EMPTY, KH_TABLEAU_LIMIT } kh_tableau_end;

typedef struct kh_tableau {
    size_t n, n_rows, room;         /**< columns; rows, room for so many */
    const double *cost;             /**< [n] borrowed */
    double *lower, *upper;          /**< [n] change them by kh_tableau_bound() */
    double *row, *least;            /**< [room][n], [room] as given */
    double *body, *value;           /**< [room + 1][n], [room + 1]: the objective, then the basic variables */
    uint32_t *basic, *free, *where; /**< [room]; [n]: variables, slack i is n + i; [n]: place of a column in free, or UINT32_MAX */
    double *at;                     /**< [n] of the free variables: a bound each */
    double *price;                  /**< [room] scratch of the proof */
    uint32_t *number;               /**< [room] scratch of kh_tableau_drop() */
    size_t blocked;                 /**< KH_TABLEAU_EMPTY: the row that cannot be kept */
    uint64_t n_pivots, n_since_reset; /**< work done */
} kh_tableau;

/** No rows yet. @param lower, upper  [n] copied  @return KH_OK, KH_ENOMEM */
kh_status kh_tableau_init(kh_tableau *t, size_t n, size_t room, const double *cost, const double *lower, const double *upper,
                          kh_arena *arena, kh_error *err);
/** Adds a row, [n] coefficients copied; grows. @return KH_OK, KH_ENOMEM */
kh_status kh_tableau_add(kh_tableau *t, const double *row, double least, kh_arena *arena, kh_error *err);
/** Takes rows out. @param drop  [n_rows] only rows whose slacks are basic, so that the basis stays one */
void kh_tableau_drop(kh_tableau *t, const bool *drop);
/** Back to the basis of slacks: what rounding has piled up is gone. */
void kh_tableau_reset(kh_tableau *t);
void kh_tableau_bound(kh_tableau *t, size_t column, double lower, double upper);

/** @return KH_TABLEAU_CUT: no point costs @p cutoff or less; KH_TABLEAU_EMPTY: none keeps all rows */
kh_tableau_end kh_tableau_solve(kh_tableau *t, double cutoff, uint64_t most_pivots);

/** The value of a column at the present basis. */
double kh_tableau_at(const kh_tableau *t, size_t column);

/** A bound of all points within the bounds, from the basis' prices and the rows as given: valid whatever rounding has done.
 *  @param end          of the last solve
 *  @param[out] reduced  [n] cost that the prices leave each column; with bound: a column that moves by d off its best bound costs
 *                       d * |reduced| more */
double kh_tableau_prove(kh_tableau *t, kh_tableau_end end, double cutoff, double *reduced);

/** Takes over another's basis; both have the same columns, room and rows. */
void kh_tableau_copy(kh_tableau *to, const kh_tableau *from);

#endif

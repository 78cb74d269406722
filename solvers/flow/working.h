/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_WORKING_H
#define KH_SOLVERS_FLOW_WORKING_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/** The inverse of a small dense matrix whose rows and columns come and go: O(n^2) a step. Columns of the matrix are rows here. */
typedef struct kh_working {
    size_t n, room;
    double *inverse;        /**< [n][room] entry (column, row) of the matrix at column * room + row */
    double *along, *across; /**< [room] scratch of the steps */
    size_t *order;          /**< [room] likewise */
} kh_working;

/** @param room  the largest n there will be
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_working_init(kh_working *w, size_t room, kh_arena *arena, kh_error *err);
/** @p to gets what @p from holds; the same room. */
void kh_working_copy(const kh_working *from, kh_working *to);

/** Inverse from nothing, column by column, the largest entry first.
 *  @param matrix     [n][room] row by row; destroyed
 *  @param[out] kept  rows, then columns [2 n]: false for those that depend on the others; the first columns first
 *  @return how many rows and columns are kept; n: the inverse is set. Less: it is not, ask again without the others */
size_t kh_working_invert(kh_working *w, double *matrix, size_t n, bool *kept);

/** solution = inverse * rhs: one value for each column of the matrix. */
void kh_working_solve(const kh_working *w, const double *rhs, double *solution);
/** The same with the transposed matrix: one value for each row. */
void kh_working_solve_rows(const kh_working *w, const double *cost, double *solution);

/** Adds a last row and column.
 *  @param column  [n] the new column in the old rows;  @param row  [n] the new row in the old columns;  @param corner  where they
 * meet
 *  @return false: the matrix would be singular, nothing is changed; so for all that follow */
bool kh_working_grow(kh_working *w, const double *column, const double *row, double corner);
/** Takes out a column and a row; the last ones move to their places. */
bool kh_working_shrink(kh_working *w, size_t column, size_t row);
/** Two columns change places. */
void kh_working_swap_columns(kh_working *w, size_t column, size_t other);
/** @param solved  [n] kh_working_solve() of the new column */
bool kh_working_replace_column(kh_working *w, size_t column, const double *solved);
/** @param solved  [n] kh_working_solve_rows() of the new row */
bool kh_working_replace_row(kh_working *w, size_t row, const double *solved);

#endif

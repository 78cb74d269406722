/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_STOCK_H
#define KH_SOLVERS_DESIGN_STOCK_H

#include "solvers/design/relax.h"
#include "solvers/design/tableau.h"

/** The rows of a relaxation, of which a tableau holds only those that its last points needed: a turn of the simplex costs what the
 *  tableau holds, a look through all rows costs next to nothing. */
typedef struct kh_stock {
    kh_relax *relax;
    kh_tableau *tableau; /**< over the columns that are free; has no rows of its own when the stock is set up */
    kh_arena *arena;
    const double *lower, *upper; /**< [n_columns]; columns where both are the same are not free */
    const uint32_t *column;      /**< [tableau->n] free columns of the relaxation */
    size_t n_limits;             /**< first rows of the tableau, which stay */
    double *full, *row;          /**< [n_columns], [n] scratch */
    bool *held;                  /**< [room] rows of the relaxation that are in the tableau, or always kept */
    uint32_t *from, *idle;       /**< [room] row of the relaxation, points since it was last tight; by row of the tableau */
    bool *drop;                  /**< [room] scratch */
    size_t room;
    size_t n_packed;       /**< rows of the relaxation that are packed: over free columns only, one behind the other */
    size_t *first;         /**< [room + 1] into the terms */
    uint32_t *term_column; /**< [n_terms] of the relaxation */
    double *term, *needed; /**< [n_terms]; [room] least that the free columns must bring */
    size_t n_terms, columns_room, terms_room;
} kh_stock;

/** Puts the limits into the tableau, and the rows that the relaxation's point keeps with little to spare.
 *  @param stock  relax, tableau, arena, lower, upper, column are set
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_stock_init(kh_stock *stock, kh_error *err);

/** Rows that a point breaks come into the tableau.
 *  @param count  [n_columns] all columns
 *  @param[out] n_taken  so many
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_stock_take(kh_stock *stock, const double *count, size_t *n_taken, kh_error *err);

/** Called at an optimum of the tableau: rows that no point has needed for a while leave it. The optimum stays. */
void kh_stock_thin(kh_stock *stock);

#endif

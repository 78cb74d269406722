/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_PROGRAM_H
#define KH_SOLVERS_FLOW_PROGRAM_H

#include "core/base/arena.h"
#include "solvers/lp/lp.h"

/** The arrays of one linear or integer program, to be filled: a kh_lp that owns its numbers, and room for its answer. */
typedef struct kh_program {
    size_t n_rows, n_columns;
    double *row_lower, *row_upper;       /**< [n_rows] 0 at first, like all others here */
    double *column_lower, *column_upper; /**< [n_columns] */
    double *cost;                        /**< [n_columns] */
    size_t *start;                       /**< [n_columns + 1] */
    uint32_t *row;                       /**< [n_entries] */
    double *value;                       /**< [n_entries] */
    double *primal, *dual;               /**< [n_columns], [n_rows] */
    uint8_t *row_place, *column_place;   /**< [n_rows], [n_columns] kh_lp_place */
} kh_program;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_program_allocate(kh_program *program, size_t n_rows, size_t n_columns, size_t n_entries, kh_arena *arena,
                              kh_error *err);

/** The program as the linear programs' door wants it: to be maximised, no column integer. Borrows all arrays. */
kh_lp kh_program_lp(const kh_program *program);

/** Where its answer goes, and with @p warm the basis it starts from. */
kh_lp_solution kh_program_solution(const kh_program *program, bool warm);

#endif

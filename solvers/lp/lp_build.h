/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LP_LP_BUILD_H
#define KH_SOLVERS_LP_LP_BUILD_H

#include "core/base/arena.h"
#include "solvers/lp/lp.h"

/** A linear program that is written column by column; its arrays grow in an arena. */
typedef struct kh_lp_build {
    kh_arena *arena;
    size_t n_rows, n_columns, n_entries;
    double *row_lower, *row_upper;              /**< [n_rows] free until set */
    double *column_lower, *column_upper, *cost; /**< [n_columns] */
    bool *integer;                              /**< [n_columns] */
    size_t *start;                              /**< [n_columns + 1] */
    uint32_t *row;                              /**< [n_entries] */
    double *value;                              /**< [n_entries] */
    size_t column_room, start_room, entry_room;
    bool out_of_memory; /**< what is added then is lost; kh_lp_build_program() says so */
} kh_lp_build;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_lp_build_init(kh_lp_build *build, size_t n_rows, kh_arena *arena, kh_error *err);

void kh_lp_build_row(kh_lp_build *build, size_t row, double lower, double upper);
/** Begins the next column. @return its index */
size_t kh_lp_build_column(kh_lp_build *build, double cost, double lower, double upper);
/** The same, integer. */
size_t kh_lp_build_integer(kh_lp_build *build, double cost, double lower, double upper);
/** An entry of the column begun last; no row twice in a column. */
void kh_lp_build_entry(kh_lp_build *build, size_t row, double value);

/** The program so far; borrows the arrays.
 *  @return KH_OK; KH_ENOMEM, also for an earlier want of memory */
kh_status kh_lp_build_program(const kh_lp_build *build, bool maximise, kh_lp *lp, kh_error *err);

#endif

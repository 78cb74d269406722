/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_RELAX_H
#define KH_SOLVERS_DESIGN_RELAX_H

#include "solvers/design/cutset.h"
#include "solvers/lp/lp.h"

/** The program of a design in the space of the counts: columns are the counts of the choices, then the nodes' openings; rows are
 *  the limits, then the inequalities found so far. */

typedef struct kh_relax_row {
    kh_cutset_row row;
    kh_modules_reason reason; /**< weight NULL: not of one metric inequality */
    double dual;              /**< of the last kh_relax_solve() */
    uint32_t idle;            /**< solves since it was last tight */
} kh_relax_row;

typedef struct kh_relax {
    const kh_modules_problem *problem;
    kh_arena *arena, *scratch; /**< scratch: one program */
    size_t n_columns;
    double *lower, *upper, *cost; /**< [n_columns] */
    bool *integer;                /**< [n_columns] */
    double grain;                 /**< every design costs a multiple of it; 0: not known */
    kh_relax_row *rows;
    size_t n_rows, room;
    double *point;    /**< [n_columns] of the last solve */
    double objective; /**< of it: a bound of all designs */
} kh_relax;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_relax_init(kh_relax *relax, const kh_modules_problem *problem, kh_arena *arena, kh_error *err);
/** Frees the scratch. */
void kh_relax_clear(kh_relax *relax);

/** Takes a copy unless it is there already.
 *  @param reason  its weight must live as long as @p relax
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_relax_add(kh_relax *relax, const kh_cutset_row *row, kh_modules_reason reason, bool *added, kh_error *err);

/** Solves the linear relaxation.
 *  @return as kh_lp_solve() */
kh_status kh_relax_solve(kh_relax *relax, double time_limit_s, kh_error *err);

/** Forgets rows that were not tight in the last @p most_idle solves. */
void kh_relax_forget(kh_relax *relax, uint32_t most_idle);

/** Forgets rows that are not of one metric inequality. */
void kh_relax_keep_reasons(kh_relax *relax);

/** The program with all rows, in the scratch until the next call of any function here.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_relax_program(kh_relax *relax, kh_lp *lp, kh_error *err);

/** A bound brought up to the next cost that a design can have. */
double kh_relax_raise(const kh_relax *relax, double bound);

#endif

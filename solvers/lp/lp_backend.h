/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LP_LP_BACKEND_H
#define KH_SOLVERS_LP_LP_BACKEND_H

#include "core/base/arena.h"
#include "solvers/lp/lp.h"

/** What stands behind lp.h: scaling, proof, cuts, and one function a backend. For the lp files alone. */

/** Exponents of 2. With ' for the scaled program: a' = a 2^(row + column), row bound b' = b 2^(row - size), x' = x 2^(-column -
 * size), cost' = cost 2^(column + price); then objective = objective' 2^(size - price), dual = dual' 2^(row - price). */
typedef struct kh_lp_scale {
    int *row, *column; /**< [n_rows], [n_columns] */
    int size, price;
} kh_lp_scale;

/** Chooses the scale and writes the scaled program; all in @p arena.
 *  @param careful  bounds and costs count as much as entries: seldom better, another way to an answer
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_lp_scale_make(const kh_lp *lp, bool careful, kh_arena *arena, kh_lp_scale *scale, kh_lp *scaled, kh_error *err);

/** Doubles rows, columns and costs until every number is whole: GLPK's rational simplex takes others as simple fractions, 1e-9 off.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_lp_scale_whole(const kh_lp *lp, kh_arena *arena, kh_lp_scale *scale, kh_lp *scaled, kh_error *err);

/** How good a point and its duals are. Long double throughout. */
typedef struct kh_lp_proof {
    bool feasible, optimal; /**< optimal: the duals prove the objective */
    double objective, bound;
    const char *fault; /**< what is wrong, NULL: nothing */
} kh_lp_proof;

/** Brings primal inside the columns' bounds, sets duals of the wrong sign to 0, and checks both against the program as given.
 *  @param solution  primal and dual; dual NULL: the point only
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_lp_prove(const kh_lp *lp, const kh_lp_scale *scale, const kh_lp_solution *solution, kh_arena *scratch,
                      kh_lp_proof *proof, kh_error *err);

/** The rows found so far, by rows. Starts as {.arena = arena, .n_columns = n}. */
struct kh_lp_cuts {
    kh_arena *arena;
    size_t n_columns;
    size_t n, room, n_entries, entry_room;
    size_t *end; /**< [n] of each row, in column and value */
    double (*bounds)[2];
    uint32_t *column;
    double *value;
};

/** The program with the cuts as rows behind its own; in @p arena.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_lp_cuts_join(const kh_lp *lp, const kh_lp_cuts *cuts, kh_arena *arena, kh_lp *joined, kh_error *err);

/** A checked and scaled program, and how to go about it. */
typedef struct kh_lp_task {
    const kh_lp *lp;
    const char *program;
    double time_limit_s;
    double gap;
    size_t most_nodes;       /**< 0: no limit */
    bool exact;              /**< in rational numbers, from the basis given; GLPK only */
    bool careful;            /**< the first answer was wrong: go another way */
    bool grown;              /**< the basis was optimal before the last rows came */
    const double *incumbent; /**< [n_columns] feasible, may be NULL */
    /** Called at nodes of branch and bound, may be NULL: adds scaled rows to @p cuts. */
    kh_status (*look)(void *user, const double *primal, bool integral, kh_lp_cuts *cuts, kh_error *err);
    void *user;
    kh_lp_cuts *cuts; /**< for look */
} kh_lp_task;

/** kh_lp_write_mps() with a deadline by kh_clock_s().
 *  @return KH_TIMELIMIT too */
kh_status kh_lp_write_mps_until(const kh_lp *lp, const char *about, double deadline_s, FILE *file, kh_error *err);

/** Fills primal, dual (as far as given), places, objective; bound for integer programs.
 *  @return as kh_lp_solve(); KH_TIMELIMIT with objective NAN: no point */
kh_status kh_lp_glpk_solve(const kh_lp_task *task, kh_lp_solution *solution, kh_error *err);
kh_status kh_lp_program_solve(const kh_lp_task *task, kh_lp_solution *solution, kh_error *err);

/** One call of kh_lp_solve(). */
typedef struct kh_lp_work {
    const kh_lp *given;
    const kh_lp_options *options;
    double deadline_s;
    kh_arena *arena, *scratch; /**< of the call; of one solve */
    kh_lp lp;                  /**< what is given with the cuts so far */
    kh_lp_cuts cuts;
    kh_lp_solution answer; /**< arrays of its own, in arena; places and dual with room for the rows of lp */
    bool grown;
} kh_lp_work;

/** Solves work->lp as a linear program, integer columns or not, and proves the answer.
 *  @return as kh_lp_solve() */
kh_status kh_lp_work_linear(kh_lp_work *work, kh_error *err);
/** Asks the separator about the answer's point and takes its rows into work->lp.
 *  @param[out] n_added  rows */
kh_status kh_lp_work_separate(kh_lp_work *work, bool integral, size_t *n_added, kh_error *err);
/** As kh_lp_solve(), for integer programs. */
kh_status kh_lp_work_integer(kh_lp_work *work, kh_error *err);
/** The backend that the options name. */
kh_status kh_lp_work_backend(const kh_lp_work *work, const kh_lp_task *task, kh_lp_solution *solution, kh_error *err);

#endif

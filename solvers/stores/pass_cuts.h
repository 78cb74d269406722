/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_PASS_CUTS_H
#define KH_SOLVERS_STORES_PASS_CUTS_H

#include "solvers/stores/clashes.h"

/** What prices y prove of every schedule: its value is at most constant + sum_e y_e (what the schedule gives link e). */
typedef struct kh_pass_cut {
    double constant;
    double *prices; /**< [n_links] >= 0 */
} kh_pass_cut;

/** The program over passes: as large a value as all cuts allow, at most one pass of each clash. */
typedef struct kh_pass_cuts {
    const kh_schedule_problem *problem;
    const kh_clashes *clashes;
    kh_arena *arena;
    kh_pass_cut *cuts; /**< [n] */
    size_t n, room;
    double scale; /**< values in units of this, > 0 */
} kh_pass_cuts;

/** An optimum of the program, or of its linear relaxation. */
typedef struct kh_pass_point {
    double *use;         /**< [n_passes] [0, 1] */
    double value;        /**< of this point in the program */
    double bound;        /**< no schedule is better */
    double *cut_weight;  /**< [n cuts] relaxation: how the cuts mix into the proof, sum 1; room for all that will come */
    double *clash_price; /**< [clashes->n] relaxation */
} kh_pass_point;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_pass_cuts_add(kh_pass_cuts *cuts, double constant, const double *prices, kh_error *err);

/** @param incumbent  [n_passes] a schedule to start from, NULL: the relaxation is solved
 *  @param scratch    where the program lives during the call; emptied first
 *  @return KH_OK; KH_TIMELIMIT: bound holds, use only when value is finite; others of kh_lp_solve() */
kh_status kh_pass_cuts_solve(const kh_pass_cuts *cuts, const bool *incumbent, double time_limit_s, kh_arena *scratch,
                             kh_pass_point *point, kh_error *err);

/** Writes the integer program over the cuts, to be maximised.
 *  @param scratch  as above
 *  @return KH_OK, KH_ENOMEM, KH_EWRITE */
kh_status kh_pass_cuts_write_mps(const kh_pass_cuts *cuts, kh_arena *scratch, FILE *file, kh_error *err);

/** What a cut promises for a schedule.
 *  @param rate_bps  [n_links] what the schedule gives each link */
double kh_pass_cut_value(const kh_pass_cut *cut, const double *rate_bps, size_t n_links);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_TOTAL_H
#define KH_SOLVERS_FLOW_TOTAL_H

#include "solvers/flow/keyflow.h"

typedef struct kh_total_problem {
    kh_keyflow_problem flow; /**< max_min and level_cap do not count: no demand gets more than it asks for */
    const double *weight;    /**< [n_demands] > 0, finite: what a bit/s of it is worth */
    double floor;            /**< share of its request that every demand with a path gets at least, 0 to 1; NAN: the largest that
                                  all of them can have at once */
} kh_total_problem;

/** Largest weighted total key rate: maximise sum w_k r_k with floor d_k <= r_k <= d_k, by column generation over paths.
 *
 *  Without a floor demands whose paths are long get nothing, hence the choice of NAN.
 *  @param[out] flow   value = sum w_k r_k; bound = the same for its prices, both in weighted bit/s;
 *                     prices y in weighted bit/s per bit/s; one level, which all joined demands belong to
 *  @param[out] floor  the one that was kept
 *  @return as kh_keyflow_solve(); KH_INFEASIBLE: the floor is more than all demands can have at once, *floor is the most they can
 *          and the text says so; KH_ERANGE also for a floor or weight outside its range
 *  Cost    : one maximum concurrent flow, exact when floor is NAN or near the limit, then one LP and one round of trees a round */
kh_status kh_total_solve(const kh_total_problem *problem, kh_arena *arena, kh_keyflow *flow, double *floor, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_SCHEDULE_H
#define KH_SOLVERS_STORES_SCHEDULE_H

#include "core/base/arena.h"
#include "solvers/flow/keyflow.h"

/** Which pass of a satellite goes to which station. A link between a satellite and a station gets the key of the passes chosen for
 *  it; a node serves one pass at a time. The satellite keeps what it shares with each station, so that over the horizon a pair of
 *  stations gets what is brought down to both: key flow with a satellite as a node that relays. */

/** One pass that could be used. */
typedef struct kh_schedule_pass {
    uint32_t link;
    double start_s, end_s; /**< start < end */
    double key_bits;       /**< expected, clouds counted in; >= 0 */
} kh_schedule_pass;

typedef struct kh_schedule_problem {
    kh_graph graph;
    double horizon_s;        /**< > 0; over it, bits are rates */
    const double *given_bps; /**< [n_links] >= 0, finite: what links have beside passes */
    const kh_schedule_pass *passes;
    size_t n_passes;
    double pause_s; /**< >= 0: a node needs it between two passes */
    const kh_keyflow_demand *demands;
    size_t n_demands;
    const double
        *weight; /**< NULL: the largest lambda for lambda * requested of all; [n_demands] > 0: the most sum w r, r <= requested
                  */
    double time_limit_s; /**< INFINITY: none */
    double gap;          /**< bound / value - 1 that is good enough; 0: 1e-6 */
    const char *lp_program;
    FILE *mps; /**< where the integer program over the cuts goes; NULL: nowhere */
} kh_schedule_problem;

/** Passes of a node that all happen at one time: at most one of them is used. */
typedef struct kh_schedule_clash {
    uint32_t node;
    double at_s;
    double price; /**< >= 0: what the node's time then is worth in the proof of relaxed */
} kh_schedule_clash;

typedef struct kh_schedule {
    bool complete;      /**< false: the time limit stopped it; everything else still holds */
    bool *chosen;       /**< [n_passes] */
    double value;       /**< lambda, or weighted bit/s */
    double bound;       /**< of all schedules: the linear programs' or, proven better, that of branch and bound over the cuts */
    double relaxed;     /**< proven by prices, pass_price and clashes: no schedule has a better value */
    double *prices;     /**< [n_links] of the proof: value per bit/s; under concurrent flow sum(requested * distance) = 1 */
    double *pass_price; /**< [n_passes] >= 0: what a pass is worth above the time of its nodes */
    kh_schedule_clash *clashes;
    size_t n_clashes;
    bool *joined;    /**< [n_demands] a path exists when all passes are used; others are left out */
    kh_keyflow flow; /**< over the links as scheduled; empty when a joined demand gets nothing */
} kh_schedule;

/** Solves. The answer lives in @p arena.
 *  @return KH_OK (also when the time limit passed: see complete); KH_ERANGE (malformed numbers); KH_ENOINPUT, KH_EWRITE
 *          (lp_program); KH_ENOMEM; KH_EINTERNAL
 *  Model  : MODELS F. maximise z, x binary, z <= a + sum_e y_e (given_e + sum_{i on e} K_i x_i) for the prices y of every key flow
 * met (Benders' cuts; any y >= 0 gives a right one), sum of x over each clash <= 1 Method : cuts at the linear relaxation until it
 * is exact; roundings and exchanges of passes; then branch and bound over the cuts with a key flow for each integer optimum, which
 * adds one where the cuts promise too much */
kh_status kh_schedule_solve(const kh_schedule_problem *problem, kh_arena *arena, kh_schedule *schedule, kh_error *err);

#endif

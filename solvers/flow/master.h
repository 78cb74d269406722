/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_MASTER_H
#define KH_SOLVERS_FLOW_MASTER_H

#include "solvers/flow/keyed.h"
#include "solvers/flow/keyflow.h"
#include "solvers/flow/pool.h"
#include "solvers/flow/program.h"

#include <stdio.h>

/** The restricted master problem of column generation: the best lambda over the paths found so far.
 *
 *  Everything is scaled to 1 before the solver sees it: a path's flow counts in units of its demand (the rate it has at the present
 *  level), a link's load in units of its rate, lambda in units of the present level. Unscaled, with lambda far from 1, simplex
 * codes report optima that are none. */
typedef struct kh_master {
    const kh_keyflow_problem *problem;
    const kh_pool *pool;
    kh_arena *arena, *scratch; /**< scratch: one LP, emptied before the next */
    double level;              /**< lambda = level * x_0 */
    double lowest, highest;    /**< bounds of x_0 */
    double *unit_bps;          /**< [n_demands] flow of a path = unit * x; 0: demand without a path, not in the LP */
    bool *frozen;              /**< [n_demands] keeps unit_bps */
    double hop_bps;            /**< 0: maximise lambda; else all are frozen: minimise the sum of rate * hops, counted in these */
    uint8_t *row_place;        /**< [n_links + n_demands] */
    uint8_t lambda_place;
    double lambda;       /**< of the last solution */
    double *link_dual;   /**< [n_links] >= 0, per full link, of lambda or of hop_bps saved */
    double *demand_dual; /**< [n_demands] >= 0, per unit of the demand */
    uint8_t *path_place; /**< [path_room] */
    double *path_flow;   /**< [path_room] x of the last solution, in units of the demand */
    size_t n_paths;      /**< of the last solution; later ones of the pool have no flow */
    size_t path_room;
} kh_master;

/** Sets up the LP with a feasible point and its basis: every demand whole on its first path of the pool, at the lambda that just
 *  fills the busiest link.
 *  @param pool  not empty
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_master_init(kh_master *master, const kh_keyflow_problem *problem, const kh_pool *pool, kh_arena *arena, kh_error *err);
/** Frees the scratch. */
void kh_master_clear(kh_master *master);

/** Ends the one level with a flow that was found without an LP: every free demand keeps level * requested.
 *  @param share     [n_paths] of the pool: share of the demand on each path
 *  @param level_of  [n_demands] gets 0 for the demands with a path */
void kh_master_take_flow(kh_master *master, double level, const double *share, uint32_t *level_of);

/** Goes on from a basis of key paths over the same pool: its flow, rates and frozen demands.
 *  @param level  bit/s asked times this is a share of 1 of the growing demands
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_master_take_basis(kh_master *master, const kh_keyed *basis, double level, kh_error *err);

/** The next solution starts from the basis of all rows. */
void kh_master_forget_basis(kh_master *master);

/** Takes in the new paths of the pool and solves from the last basis.
 *  @return KH_OK; KH_TIMELIMIT (feasible, not optimal); others of kh_lp_solve(): the last solution stays */
kh_status kh_master_solve(kh_master *master, double time_limit_s, kh_error *err);

/** Room for one program over the present paths, in the scratch arena: column 0 is lambda, column 1 + p path p; rows are links, then
 *  demands. For master.c and master_mps.c.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_master_allocate(const kh_master *master, kh_program *lp, kh_error *err);

/** Writes the program of the first level as free MPS, in bit/s: column 0 is lambda, column 1 + p the rate of path p; rows are
 * links, then demands. Its optimum is -lambda.
 *  @return KH_OK, KH_ENOMEM, KH_EWRITE */
kh_status kh_master_write_mps(kh_master *master, const char *about, FILE *file, kh_error *err);

/** Forgets the paths of @p pool, the master's own, that neither carry flow nor stand in the basis.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_master_prune(kh_master *master, kh_pool *pool, kh_error *err);

/** Ends a level: blocked demands keep their rate from now on, the others go on from the same point. The free demand with the
 * largest dual is blocked in any case.
 *  @param blocked  [n_demands] of the free ones; NULL: all
 *  @param[in,out] level_of  [n_demands] gets @p number for those that freeze
 *  @return how many go on */
size_t kh_master_freeze(kh_master *master, const bool *blocked, uint32_t number, uint32_t *level_of);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_STORE_MASTER_H
#define KH_SOLVERS_STORES_STORE_MASTER_H

#include "solvers/flow/pool.h"
#include "solvers/stores/copies.h"

/** The restricted master problem over all periods: the best lambda over the paths found so far and the levels of all stores.
 *
 *  Scaled to 1 as in flow/master.h: a path's flow in units of its demand at the expected level, a store's level in units of its
 *  window, a link's balance in units of its mean generation. */
typedef struct kh_store_master {
    const kh_copies *copies;
    const kh_pool *pool;
    kh_arena *arena, *scratch; /**< scratch: one LP, emptied before the next */
    double level;              /**< lambda = level * x_0 */
    double *row_unit_bps;      /**< [n_links] */
    bool exact;                /**< to be set by the caller: solve in rational numbers, see kh_lp_options */
    uint8_t lambda_place;
    uint8_t *row_place;        /**< [periods * n_links + problem.n_demands] */
    uint8_t *store_place;      /**< [periods * n_links] */
    uint8_t *pair_place;       /**< [periods * n_demands] */
    uint8_t *path_place;       /**< [path_room] */
    double *path_flow;         /**< [path_room] x of the last solution */
    size_t n_paths, path_room; /**< n_paths: of the last solution */
    double lambda;             /**< of the last solution, as everything below */
    double *price;             /**< [periods * n_links] >= 0, x_0 per bit/s */
    double *demand_price;      /**< [problem.n_demands] >= 0, x_0 per bit/s */
    double *stored_bits;       /**< [periods * n_links] */
    double *pair_stored_bits;  /**< [periods * n_demands] */
} kh_store_master;

/** @param level  lambda that is expected, > 0
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_store_master_init(kh_store_master *master, const kh_copies *copies, const kh_pool *pool, double level, kh_arena *arena,
                               kh_error *err);
/** Frees the scratch. */
void kh_store_master_clear(kh_store_master *master);

/** Takes in the new paths of the pool and solves from the last basis.
 *  @return KH_OK; KH_TIMELIMIT (feasible, not optimal); others of kh_lp_solve(): the last solution stays */
kh_status kh_store_master_solve(kh_store_master *master, double time_limit_s, kh_error *err);

/** Writes the program over the paths of the pool as it would be solved next, to be maximised: c0 is lambda / level, costs level.
 *  @return KH_OK, KH_ENOMEM, KH_EWRITE */
kh_status kh_store_master_write_mps(kh_store_master *master, FILE *file, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_PRICER_H
#define KH_SOLVERS_FLOW_PRICER_H

#include "core/base/arena.h"
#include "solvers/flow/keyflow.h"
#include "solvers/flow/pool.h"
#include "solvers/graph/tree.h"

/** Shortest paths of all demands under link prices, one tree per source. Sources are a small set of nodes that touches every demand
 *  (a demand has no direction), so there are fewer trees. */
typedef struct kh_pricer {
    const kh_keyflow_problem *problem;
    kh_tree *tree;
    size_t n_groups;
    uint32_t *source;  /**< [n_groups] */
    size_t *group;     /**< [n_groups + 1] into demand and target */
    uint32_t *demand;  /**< [n_demands] */
    uint32_t *target;  /**< [n_demands] the demand's other end */
    bool *forward;     /**< [n_demands] paths are kept from ends[0] to ends[1]; else the other way */
    uint32_t *scratch; /**< [n_nodes] one path */
} kh_pricer;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_pricer_init(kh_pricer *pricer, const kh_keyflow_problem *problem, kh_arena *arena, kh_error *err);

/** Finds every demand's shortest path and adds it to the pool when it is shorter than @p below.
 *  @param price          [n_links] > 0 or 0 on the links with capacity
 *  @param below          [n_demands] add the path when its length is less; INFINITY: always
 *  @param[out] distance  [n_demands] INFINITY when no path exists
 *  @param[out] n_added   paths new to the pool
 *  Paths are kept as the tree gives them, from target to source: see forward.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_pricer_run(const kh_pricer *pricer, const double *price, const double *below, kh_pool *pool, double *distance,
                        size_t *n_added, kh_error *err);

/** The same for one source, with prices that may change from source to source. */
kh_status kh_pricer_run_group(const kh_pricer *pricer, size_t group, const double *price, const double *below, kh_pool *pool,
                              double *distance, size_t *n_added, kh_error *err);

#endif

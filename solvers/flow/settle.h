/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_SETTLE_H
#define KH_SOLVERS_FLOW_SETTLE_H

#include "solvers/flow/keyflow.h"
#include "solvers/flow/pool.h"
#include "solvers/flow/pricer.h"

/** From rates on the paths of a pool to routes that fit. */
typedef struct kh_settle {
    const kh_pricer *pricer; /**< how the pool's paths are oriented */
    const kh_pool *pool;
    double *rate_bps; /**< [n_paths] of the pool */
    double *load_bps; /**< [n_links] */
} kh_settle;

/** Room for the rates, all 0.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_settle_init(kh_settle *settle, const kh_pricer *pricer, const kh_pool *pool, kh_arena *arena, kh_error *err);

/** Adds up load_bps. */
void kh_settle_sum(kh_settle *settle);

/** Makes the rates fit: an LP keeps a link's rate within its tolerance only, so each path gives up the excess of its worst link.
 *  load_bps is what the links then carry. */
void kh_settle_respect(kh_settle *settle);

/** Writes the paths with a rate > 0 as routes, and the demands' rates as their sums.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_settle_write(const kh_settle *settle, kh_arena *arena, kh_keyflow *flow, kh_error *err);

/** The way back: adds the routes of a flow to a pool that is empty, route by route, so that route i is path i.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_settle_take(const kh_pricer *pricer, const kh_keyflow *flow, kh_pool *pool, kh_error *err);

#endif

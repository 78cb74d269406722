/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_SPREAD_H
#define KH_SOLVERS_SECURE_SPREAD_H

#include "solvers/flow/pool.h"
#include "solvers/secure/secure.h"

/** From the columns of the restricted program to routes that fit and the secret rates they give. */
typedef struct kh_spread_input {
    const kh_secure_problem *problem;
    kh_watch *watch; /**< NULL under DISJOINT */
    const kh_pool *pool;
    const double *rate_bps; /**< [n_paths] of each column */
} kh_spread_input;

/** Writes value, rates and routes. Every joined demand gets the same share of its request, what all can have with links as they
 * are, at most the cap.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_spread_write(const kh_spread_input *input, kh_arena *arena, kh_secure *secure, kh_error *err);

#endif

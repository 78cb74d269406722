/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_SECRECY_H
#define KH_SOLVERS_SECURE_SECRECY_H

#include "core/net/plan.h"
#include "solvers/flow/given.h"

/** Secret rates of a network: from a wish to the plan and back. */
typedef struct kh_secrecy_work {
    const kh_given *given; /**< its wishes max_min, level_cap, time_limit_s, gap and lp_program count */
    kh_plan *plan;         /**< secrecy says what is wanted: kind, colluders, coalitions */
    kh_arena *arena;       /**< of the plan */
    kh_arena *scratch;
    bool *possible; /**< [given's n_demands] secrecy is, at some rate; filled in by kh_secrecy_solve() */
} kh_secrecy_work;

/** Solves and fills in the plan's suspicions and plain values.
 *  @param[out] flow  the answer in the form of a key flow, in @p scratch: joined tells that a path exists; rate_bps
 * are secret rates, less than what the routes carry
 *  @return as kh_secure_solve() */
kh_status kh_secrecy_solve(kh_secrecy_work *work, kh_keyflow *flow, kh_error *err);

/** Turns the shortfall of demands that have a path and cannot be kept secret into EXPOSED, with who sees every path. After
 *  kh_secrecy_solve() and the other explanations.
 *  @param flow  of kh_secrecy_solve()
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_secrecy_explain(const kh_secrecy_work *work, const kh_keyflow *flow, kh_error *err);

#endif

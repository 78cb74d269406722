/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_LEVELS_H
#define KH_SOLVERS_FLOW_LEVELS_H

#include "solvers/flow/ascent.h"
#include "solvers/flow/equilibrium.h"

/** Maximum concurrent flow and, level by level, max-min fair rates on one basis of key paths (keyed.h): where a level ends the
 * blocked demands keep their share and t goes on with the others, from the same basis.
 *
 *  Blocked is who has no way left over links without a price: by complementary slackness all flows of this level fill the links
 * with one, and every path of the demand crosses such a link. Neither the demand's size nor the size of its dual matters, so rates
 * many orders apart do not either. A price counts when it is more than its own rounding (kh_keyed_bound_rounding()): a blocked
 * demand that is taken for free is blocked again in the next level, at the same rate. */
typedef struct kh_levels {
    kh_ascent ascent;
    kh_keyed basis;
    double *rounding;
    bool *stops;
} kh_levels;

/** @param first  what @p pool came from: each demand's first path is its key
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_levels_init(kh_levels *levels, const kh_pricer *pricer, kh_pool *pool, const kh_equilibrium *first, double deadline_s,
                         kh_arena *arena, kh_error *err);

/** Climbs to the top of a level: lambda of the growing demands.
 *  @param[in,out] bound   the least bound of it so far, and
 *  @param[in,out] prices  [n_links] what proves it
 *  @param[out] lambda
 *  @return KH_OK: closed to 1e-9; KH_EINTERNAL: the steps did not get there; KH_TIMELIMIT; KH_ENOMEM */
kh_status kh_levels_climb(kh_levels *levels, double *bound, double *prices, double *lambda, kh_error *err);

/** Ends a level: the blocked demands keep their rate.
 *  @param[in,out] level_of  [n_demands] gets @p number for those
 *  @param[out] left         demands that go on; 0: all are blocked, and nothing was done
 *  @return KH_OK; KH_EINTERNAL: no step leads on, and nothing was done; KH_ENOMEM */
kh_status kh_levels_freeze(kh_levels *levels, uint32_t number, uint32_t *level_of, size_t *left, kh_error *err);

/** The growing demands' shares become 1, at their level or at @p level when this is less. */
void kh_levels_hold(kh_levels *levels, double level);

#endif

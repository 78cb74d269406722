/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_FEW_WORK_H
#define KH_SOLVERS_FLOW_FEW_WORK_H

#include "solvers/flow/few.h"
#include "solvers/flow/pool.h"
#include "solvers/flow/pricer.h"

/** What the few_*.c files share: candidate paths, and the present answer as shares of demands on them. */
typedef struct kh_few {
    const kh_few_problem *problem;
    const kh_keyflow_problem *given;
    kh_arena *arena;
    kh_keyflow first; /**< without limits */
    kh_pricer pricer;
    kh_pool pool;
    double *share; /**< [share_room] of its demand on each path of the pool; adds up to 1 for every joined demand */
    size_t share_room;
    double *load;      /**< [n_links] of the shares, per rate, with all requests carried in full */
    double congestion; /**< the largest of them; value = 1 / congestion */
    double *units;     /**< [share_room] multiples of the quantum on each path; NULL without one */
    double lowest;     /**< lowest rate / requested with these */
    double deadline_s;
    kh_few_proof proof;
} kh_few;

/** Makes share as long as the pool, 0 for the new paths. @return KH_OK, KH_ENOMEM */
kh_status kh_few_follow_pool(kh_few *few, kh_error *err);
/** Fills in load and congestion. */
void kh_few_measure(kh_few *few);

/** One path a demand: local search from the largest shares. Adds paths to the pool.
 *  @return KH_OK (also when the time is out), KH_ENOMEM */
kh_status kh_few_search(kh_few *few, kh_error *err);

/** Some paths a demand: column generation where only a path without flow makes room, from the present answer's busiest paths.
 *  @return KH_OK (also when the time is out or the numbers are too bad), others of kh_lp_solve() */
kh_status kh_few_fill_slots(kh_few *few, kh_error *err);

/** Whole multiples: the present answer rounded down, and what that leaves handed out. @return KH_OK, KH_ENOMEM */
kh_status kh_few_round(kh_few *few, kh_error *err);

/** Branch and bound, if the problem is small enough; the present answer becomes a better one only when it ends.
 *  @return KH_OK, also when it does not end; KH_ENOMEM; KH_ENOINPUT, KH_EWRITE (the program for linear programs) */
kh_status kh_few_branch(kh_few *few, kh_error *err);

#endif

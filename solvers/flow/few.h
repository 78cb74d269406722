/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_FEW_H
#define KH_SOLVERS_FLOW_FEW_H

#include "solvers/flow/keyflow.h"

typedef struct kh_few_problem {
    kh_keyflow_problem flow; /**< max_min must be false; gap is that of the flow without limits, which everything starts from */
    size_t most_paths;       /**< routes of one demand; 0: any number */
    double quantum_bps;      /**< routes carry whole multiples of it; 0: any rate */
} kh_few_problem;

/** What is known of the best that such a flow can do, beyond certificate C1. */
typedef struct kh_few_proof {
    double bound;   /**< no flow of so few paths, or of whole multiples, has a larger value. By branch and bound over all paths that
                         could matter where that ended; else what the flow without limits allows, or the requests in multiples */
    bool searched;  /**< branch and bound ended, over all paths that could matter */
    size_t n_paths; /**< that it, or the local search, had to choose from */
} kh_few_proof;

/** Maximum concurrent flow over at most most_paths paths a demand, perhaps in whole multiples of a quantum.
 *
 *  The flow without limits gives the bound, C1, and the first paths. One path a demand: local search on a soft maximum of
 *  congestion. More: column generation in which a path without flow makes room for another. Multiples: rounded down, then given
 *  one by one to who has the smallest share. Small problems then go to branch and bound with that answer to beat, over every path
 *  that could be part of a better one (README); when it does not end within ten seconds, or the time limit, it adds nothing.
 *  @param[out] flow   value: lowest rate / requested, without a quantum all rates stretched together until a link is full; bound,
 *                     prices: those of the flow without limits
 *  @param[out] proof  may be NULL
 *  @return as kh_keyflow_solve(); KH_ERANGE also for a quantum that is negative or not finite, or max_min */
kh_status kh_few_solve(const kh_few_problem *problem, kh_arena *arena, kh_keyflow *flow, kh_few_proof *proof, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_GAIN_H
#define KH_SOLVERS_SURVIVE_GAIN_H

#include "solvers/flow/keyflow.h"

/** What one more module on a link brings. */
typedef struct kh_gain {
    double value, bound; /**< with the module; bound by C1 */
    double first_order;  /**< price * module: what the present prices promise; never less than value - the whole's */
    double price_low;    /**< lambda per bit/s: for the next bit/s more */
    double price_high;   /**< for the last bit/s less; every optimal price lies between; equal unless the optimum is degenerate */
    bool kept; /**< the whole's value stays, and its proof too, since the link's price there is 0 (below 1e-9 of the bound with
                    the module): no link outside the bottleneck helps */
} kh_gain;

typedef struct kh_gains {
    bool complete;       /**< false: the time limit; the gains of links from n_known on say nothing */
    double value, bound; /**< of the network as it is */
    double *prices;      /**< [n_links] that prove it */
    kh_gain *of;         /**< [n_links] */
    size_t n_known, n_kept;
} kh_gains;

/** Exact values (bound <= value (1 + 1e-9)) when each link by itself gets @p module_bps more, by warm re-solves (MODELS H2).
 *  @param problem     as kh_resolve_create(); its time limit is honoured
 *  @param module_bps  [n_links] >= 0 and finite. Links without a rate have no gain: what they would join is another problem
 *  @return KH_OK, also when the time limit passed; KH_TIMELIMIT: not even the network as it is was solved; KH_ERANGE; others as
 *          kh_resolve_solve() */
kh_status kh_gain_find(const kh_keyflow_problem *problem, const double *module_bps, kh_arena *arena, kh_gains *gains,
                       kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_RARE_H
#define KH_CORE_SIM_RARE_H

#include "core/sim/sim.h"

/** Outages of a well-supplied demand, by importance splitting: too rare to be met in a run of bearable length.
 *
 *  The fill of a demand is that of the emptiest link on its best route, [0, 1]; a rest is a time at which it is at or above a high
 *  level. On its way from a rest to an outage it falls through thresholds. Stage 1 plays the network as it is and keeps the states
 *  in which the first threshold is met for the first time since a rest; each further stage starts runs with fresh luck from states
 *  drawn among those of the stage before, and ends each at the next threshold (its state is kept) or at rest. With p_k the share
 *  that gets through stage k, outages come at rate (first crossings per time) x p_2 x p_3 ...; from the last states runs go on to
 *  the next rest and measure how long the demand is starved.
 *
 *  Exact in the mean whatever the thresholds; these are chosen by a pilot of their own so that about a fifth gets through.
 *  Intervals are over independent repetitions of everything. */
typedef struct kh_rare_options {
    kh_sim_options sim; /**< duration and warm-up of stage 1, at the block level; its journal, checkpoints, batches, series and
                           mirror images are not used */
    kh_demand_id demand;
    size_t runs_per_stage; /**< >= 10 */
    size_t repetitions;    /**< >= 2, for the interval */
} kh_rare_options;

enum { KH_RARE_MOST_STAGES = 24 };

typedef struct kh_rare_result {
    kh_estimate outages_per_year; /**< times a year in which the demand comes to be starved after a rest */
    kh_estimate starved_share;    /**< of time */
    size_t n_stages;
    double thresholds[KH_RARE_MOST_STAGES]; /**< [n_stages] fill; the last is the outage itself and stands as 0 */
    double passed[KH_RARE_MOST_STAGES];     /**< [n_stages] mean share of the runs that got there; of stage 1: crossings a year */
    uint64_t events;                        /**< played in all */
} kh_rare_result;

/** @return KH_OK; KH_ERANGE (an option); KH_INFEASIBLE (the demand never comes to rest, or has no route: plain runs tell more);
 *  what kh_sim_run() returns */
kh_status kh_rare_run(const kh_net *net, const kh_rates *rates, const kh_plan *plan, const kh_rare_options *options,
                      kh_rare_result *result, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_PIPELINE_H
#define KH_TOOLS_STUDY_PIPELINE_H

#include "core/base/findings.h"
#include "core/net/load.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "core/sim/sim.h"
#include "solvers/optimise.h"
#include "tools/services/services.h"

/** The sentence of the house: load, check, evaluate, optimise, verify, simulate. Commands and studies go as far as they need. */
typedef struct kh_pipeline {
    kh_arena *arena; /**< rates, plan, simulation results, words */
    kh_findings *findings;
    kh_net *net;
    kh_rates *rates;
    kh_plan *plan;
    kh_services *services; /**< how the data goes; planned with the plan, after its keys */
    kh_sim_result **sims;  /**< [n_sims] replications, as kh_sim_replication() numbers them */
    size_t n_sims;
    bool paired;              /**< sims 2 k and 2 k + 1 are mirror images */
    bool batched;             /**< sims are the batches of one run */
    double *sample;           /**< [n_sims] scratch of kh_figure_estimate() */
    double started_s, read_s; /**< of kh_clock_s(); how long reading and rates took, together */
} kh_pipeline;

typedef enum kh_stage { KH_STAGE_LOAD, KH_STAGE_RATES, KH_STAGE_PLAN, KH_STAGE_SIMULATE } kh_stage;

typedef struct kh_pipeline_options {
    const char *path;
    const kh_edit *edits;
    size_t n_edits;
    kh_stage until;
    kh_optimise_options optimise;
    kh_sim_options sim;
    size_t n_questions;                                                      /**< that share the time limit after the plan */
    size_t replications;                                                     /**< >= 1 */
    void (*progress)(void *user, const char *what, size_t done, size_t all); /**< may be NULL */
    void *user;
} kh_pipeline_options;

/** What is left of a time limit that began with the run, for one of so many questions that are still to be answered in turn.
 * Checking and printing come after the searches and are taken to be a few times as long as reading was: that is kept back.
 *  @param time_limit_s  0: none
 *  @return > 0; 0 without a limit */
double kh_pipeline_left_s(const kh_pipeline *pipeline, double time_limit_s, size_t n_questions);

/** Runs the stages in order. The optimiser's time limit counts from here. Also on failure the pipeline holds what was reached
 * (findings above all) and is to be cleared. The plan is always verified; a plan that fails is KH_EINTERNAL. */
kh_status kh_pipeline_run(const kh_pipeline_options *options, kh_pipeline *pipeline, kh_error *err);

/** One replication of the plan, for who spreads them over processes. @param i from 0 */
kh_status kh_pipeline_replicate(const kh_pipeline *pipeline, const kh_sim_options *sim, size_t i, kh_sim_result **result,
                                kh_error *err);
void kh_pipeline_clear(kh_pipeline *pipeline);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_BATCH_REPLICATE_H
#define KH_TOOLS_BATCH_REPLICATE_H

#include "tools/study/pipeline.h"

typedef struct kh_replicate_options {
    kh_sim_options sim;  /**< of the first replication; sim.stop ends them all */
    size_t replications; /**< >= 1; with sim.batches of 2 or more: 1 */
    size_t processes;    /**< >= 1; more than 1: each replication runs in a process of its own (fork) */
    void (*progress)(void *user, const char *what, size_t done, size_t all); /**< may be NULL */
    void *user;
} kh_replicate_options;

/** Plays the plan of a pipeline that has come to its plan, over and over with independent random numbers, into pipeline->sims.
 *  Results do not depend on the number of processes.
 *  @return KH_OK; what kh_sim_run() returned; KH_EINTERRUPTED; KH_EINTERNAL (a process died: the message says how); KH_ENOMEM */
kh_status kh_replicate(kh_pipeline *pipeline, const kh_replicate_options *options, kh_error *err);

#endif

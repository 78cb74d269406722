/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_STUDY_H
#define KH_TOOLS_STUDY_STUDY_H

#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/net/load.h"
#include "core/net/plan.h"
#include "core/run/run.h"

/** A study: one base topology and a grid of what-ifs.
 *
 *  keyhaul_study: 1
 *  name: Bristol-Cambridge what-ifs
 *  topology: bristol-cambridge.yaml          # relative to the study file
 *  objective: max-min
 *  simulate: {days: 30, replications: 3, seed: 7}
 *  axes:                                     # every combination of their values is a case
 *    - {name: fibre loss, set: fibres.*.loss_db, times: [1, 1.1]}
 *    - {name: demand, set: demands.*.encryptors, values: [1, 4]}
 *  cases:                                    # explicit ones besides the grid
 *    - {name: Powergate not trusted, changes: [{set: nodes.POWERGATE.trusted, value: false}]}
 *    - {name: cut, changes: [{remove: fibres.BRI-FRX}]}
 *  The base itself is always the first case, "as designed".
 */
typedef struct kh_study_case {
    const char *name, *changes; /**< changes in words */
    kh_edit *edits;
    size_t n_edits;
} kh_study_case;

typedef struct kh_study {
    const char *path, *name, *topology;
    kh_objective objective;
    double days, warm_up_days;
    uint64_t seed;
    size_t replications; /**< 0 = no simulation */
    kh_study_case *cases;
    size_t n_cases;
    char input_hash[65]; /**< of the study file and every topology file */
} kh_study;

/** Reads a study file; a topology file is taken as a study with the base case only. Problems are findings. */
kh_status kh_study_load(const char *path, kh_arena *arena, kh_findings *findings, kh_study **study, kh_error *err);

/** Runs one case to its tables (core/run/README.md). A case whose edits fail to load is KH_EDATA, the findings say why. */
kh_status kh_study_case_run(const kh_study *study, size_t i, const volatile int *stop, kh_arena *arena, kh_findings *findings,
                            kh_run_case **run_case, kh_error *err);

/** The provenance and base tables of the study. */
kh_status kh_study_base(const kh_study *study, kh_arena *arena, kh_findings *findings, kh_run **run, kh_error *err);

#endif

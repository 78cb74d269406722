/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_BATCH_SWEEP_H
#define KH_TOOLS_BATCH_SWEEP_H

#include "tools/study/study.h"

#include <stdbool.h>

typedef struct kh_sweep_options {
    const char *output; /**< run file */
    size_t processes;   /**< >= 1; each case runs in a process of its own (fork) */
    bool overwrite;
    const volatile int *stop;
    void (*progress)(void *user, size_t done, size_t all, const char *case_name);
    void *user;
} kh_sweep_options;

/** Runs every case of the study that the run file does not hold yet, on N local processes, and stores each as it ends.
 *  Results do not depend on N. A case that fails is a finding and the others go on.
 *  @return KH_OK; KH_EINTERRUPTED (finished cases are kept: run it again to go on); KH_EDATA when cases failed; KH_EWRITE; ... */
kh_status kh_sweep_run(const kh_study *study, const kh_sweep_options *options, kh_findings *findings, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_BATCH_FARM_H
#define KH_TOOLS_BATCH_FARM_H

#include "core/base/status.h"
#include "core/base/str.h"

#include <stddef.h>

/** Jobs on several processes. One contract; farm_local.c (fork) is the backend. A job is a number, its result is bytes. */

/** How a job ended. */
typedef struct kh_farm_end {
    const char *crash; /**< NULL: it ran to its end; else how the process died, "killed by signal 11 (Segmentation fault)" */
    kh_str *result;    /**< bytes; may be moved out: copy the struct and zero the original */
} kh_farm_end;

typedef struct kh_farm_job {
    size_t n_jobs, processes; /**< processes >= 1 */
    /** Runs in a process of its own, that starts as a copy of the caller. Failures are for the result to tell. */
    void (*work)(void *user, size_t job, kh_str *result);
    /** Runs in the caller when a job has ended, in any order of jobs. A failure ends the farm with that status. */
    kh_status (*done)(void *user, size_t job, kh_farm_end end, kh_error *err);
    void *user;
    const volatile int *stop; /**< may be NULL; non-zero: the running jobs are killed */
} kh_farm_job;

/** Runs all jobs, at most @c processes at a time, started in order. No process is left behind, however it ends.
 *  The caller's signals: a job ignores SIGINT (the caller decides) and dies of SIGTERM.
 *  @return KH_OK; KH_EINTERRUPTED; what @c done returned; KH_EINTERNAL when no process can be started; KH_ENOMEM */
kh_status kh_farm_run(const kh_farm_job *farm, kh_error *err);

#endif

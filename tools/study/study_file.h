/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_STUDY_FILE_H
#define KH_TOOLS_STUDY_STUDY_FILE_H

#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/net/load.h"
#include "core/net/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A study as its file says it (study.h has the format), before its axes are multiplied out. */
typedef struct kh_study_axis {
    const char *name;
    kh_edit *options; /**< [n_options] one edit for each value */
    size_t n_options;
} kh_study_axis;

typedef struct kh_study_written_case {
    const char *name;
    kh_edit *edits; /**< [n_edits] */
    size_t n_edits;
    kh_place place;
} kh_study_written_case;

typedef struct kh_study_file {
    const char *name, *topology; /**< as written */
    kh_objective objective;
    double days, warm_up_days, replications, seed; /**< replications 0: `simulate` is not there */
    kh_study_axis *axes;
    size_t n_axes;
    kh_study_written_case *cases;
    size_t n_cases;
} kh_study_file;

/** True when the text is a study: a line of it starts with the key keyhaul_study. */
bool kh_study_file_is(const char *text);

/** Reads a study's text. All problems are findings.
 *  @param[out] file  lives in @p arena, only on KH_OK
 *  @return KH_OK; KH_EDATA when there are errors; KH_ELIMIT; KH_ENOMEM */
kh_status kh_study_file_read(const char *path, const char *text, size_t length, kh_arena *arena, kh_findings *findings,
                             kh_study_file *file, kh_error *err);

#endif

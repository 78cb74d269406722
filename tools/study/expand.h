/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_EXPAND_H
#define KH_TOOLS_STUDY_EXPAND_H

#include "tools/study/study.h"
#include "tools/study/study_file.h"

/** More cases than this are a finding: somebody multiplied more axes than meant. */
enum { KH_EXPAND_MOST_CASES = 100000 };

/** The cases of a study: the base, every combination of the axes, the explicit cases, in this order; the last axis turns fastest.
 *  A value that changes nothing by itself (times 1, add 0) is left out of the name; the combination of only such values is the base
 *  and is not repeated.
 *  @param path  of the study file, for findings
 *  @return KH_OK; KH_EDATA with findings (too many, a name twice); KH_ENOMEM */
kh_status kh_expand_cases(const kh_study_file *file, const char *path, kh_arena *arena, kh_findings *findings, kh_study *study,
                          kh_error *err);

#endif

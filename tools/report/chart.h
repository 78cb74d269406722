/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_CHART_H
#define KH_TOOLS_REPORT_CHART_H

#include "core/base/str.h"
#include "tools/report/facts.h"

/** Key stores over time: one small picture each for the stores that sink lowest, t in days. Writes nothing without a series.
 *  Series with more points than pixels keep the lowest and highest of every pixel. @return KH_OK; KH_ENOMEM */
kh_status kh_chart_stores(const kh_facts *facts, kh_arena *arena, kh_str *out, kh_error *err);

/** Demands met, objective and cost of every case as bars, the first case as a line across. At most 40 cases. */
kh_status kh_chart_cases(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err);

#endif

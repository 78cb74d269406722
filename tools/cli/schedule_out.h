/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_SCHEDULE_OUT_H
#define KH_TOOLS_CLI_SCHEDULE_OUT_H

#include "core/text/json.h"
#include "solvers/stores/over_time.h"
#include "tools/study/pipeline.h"

/** A network over some hours for people: passes, keys of pairs, stores, and what was assumed. */
kh_status cli_schedule_text(const kh_pipeline *p, const kh_over_time_options *options, const kh_over_time *over, kh_error *err);

/** The same as JSON, documented in json.md. */
kh_json *cli_json_schedule(const kh_pipeline *p, const kh_over_time_options *options, const kh_over_time *over);

#endif

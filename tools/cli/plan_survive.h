/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_SURVIVE_H
#define KH_TOOLS_CLI_PLAN_SURVIVE_H

#include "core/text/json.h"
#include "tools/cli/plan_args.h"
#include "tools/study/pipeline.h"

/** True when the arguments ask for losses or for one more module. */
bool cli_survive_asked(const plan_args *args);

/** Text: what is left after each loss, what one more module on each link brings. */
kh_status cli_survive_text(const kh_pipeline *pipeline, const plan_args *args, kh_error *err);

/** The same as keys protection and what_if of the plan's JSON. */
kh_status cli_survive_json(const kh_pipeline *pipeline, const plan_args *args, kh_json *root, kh_error *err);

#endif

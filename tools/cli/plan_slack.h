/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_SLACK_H
#define KH_TOOLS_CLI_PLAN_SLACK_H

#include "core/text/json.h"
#include "tools/study/pipeline.h"

/** `keyhaul plan --slack`: what is still free, where it binds, which cuts are full. */

/** Appends tables: links by what is free of them, demands with the hop that binds first, full cuts. */
void cli_slack_text(const kh_pipeline *pipeline, kh_str *out);
/** The same for programs. */
kh_json *cli_slack_json(const kh_pipeline *pipeline);

#endif

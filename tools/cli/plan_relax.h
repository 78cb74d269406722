/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_RELAX_H
#define KH_TOOLS_CLI_PLAN_RELAX_H

#include "core/net/relaxation.h"
#include "core/text/json.h"
#include "tools/cli/plan_args.h"

/** `keyhaul plan --relax`: what would have to give way so that all required demands are served in full. */

/** Finds the ways out, and verifies them: a wrong one is KH_EINTERNAL. They live in the pipeline's arena. */
kh_status cli_relax(const kh_pipeline *pipeline, const plan_args *args, kh_relaxation *relaxation, kh_error *err);

/** Appends them in words and tables. */
void cli_relax_text(const kh_pipeline *pipeline, const kh_relaxation *relaxation, kh_str *out);
/** The same for programs. */
kh_json *cli_relax_json(const kh_pipeline *pipeline, const kh_relaxation *relaxation);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_DIFF_H
#define KH_TOOLS_CLI_PLAN_DIFF_H

#include "tools/cli/plan_args.h"
#include "tools/study/pipeline.h"

/** `keyhaul plan BEFORE.yaml --diff AFTER.yaml`: what is different between the plans of two topologies. */

/** Plans the topology of args->diff_path with the same options and prints what is different, in words or as JSON. */
kh_status cli_diff(const kh_pipeline *before, const plan_args *args, kh_error *err);

#endif

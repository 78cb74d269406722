/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_APART_H
#define KH_TOOLS_CLI_PLAN_APART_H

#include "core/text/json.h"
#include "tools/cli/plan_args.h"

/** `keyhaul plan --apart KIND`: two routes for each demand that no loss takes together. */

/** Finds them and appends them in words. */
kh_status cli_apart_text(const kh_pipeline *pipeline, const plan_args *args, kh_str *out, kh_error *err);

/** The same as key apart of the plan's JSON. */
kh_status cli_apart_json(const kh_pipeline *pipeline, const plan_args *args, kh_json *root, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_OPTIONS_H
#define KH_TOOLS_CLI_PLAN_OPTIONS_H

#include "tools/cli/cli.h"
#include "tools/cli/plan_args.h"

/** The options of `keyhaul plan`, topic by topic; they write to @p args. */
void plan_options_add(cli_option_list *list, plan_args *args);

#endif

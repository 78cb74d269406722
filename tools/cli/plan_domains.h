/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_DOMAINS_H
#define KH_TOOLS_CLI_PLAN_DOMAINS_H

#include "tools/cli/plan_args.h"
#include "tools/study/pipeline.h"

/** `plan --domains`: runs the exchange between the network's domains, checks it against the whole, and prints it.
 *  @param pipeline  with rates */
kh_status cli_domains(const kh_pipeline *pipeline, const plan_args *args, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_SURVIVE_H
#define KH_TOOLS_CLI_PLAN_SURVIVE_H

#include "core/text/json.h"
#include "solvers/survive/survive.h"
#include "tools/cli/plan_args.h"
#include "tools/study/pipeline.h"

/** True when the arguments ask for losses, backups or one more module. */
bool cli_survive_asked(const plan_args *args);

/** Text: what is left after each loss, backups, what one more module on each link brings. */
kh_status cli_survive_text(const kh_pipeline *pipeline, const plan_args *args, kh_error *err);

/** The same as keys protection, backup and what_if of the plan's JSON. */
kh_status cli_survive_json(const kh_pipeline *pipeline, const plan_args *args, kh_json *root, kh_error *err);

/** For both: the losses and backups asked for, and EUR of one module of a link; NAN: not known. */
kh_status cli_survive_protect(const kh_pipeline *pipeline, const plan_args *args, kh_protection **found, kh_error *err);
kh_status cli_survive_backup(const kh_pipeline *pipeline, const plan_args *args, kh_backup_plan **found, kh_error *err);
const char *cli_survive_thing(kh_loss_kind kind); /**< "QKD link", "fibre or shared risk" */
double cli_survive_module_eur(const kh_net *net, uint32_t link);

#endif

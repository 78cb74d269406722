/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_ARGS_H
#define KH_TOOLS_CLI_PLAN_ARGS_H

#include "solvers/optimise.h"

/** What `keyhaul plan` was asked. */
typedef struct plan_args {
    const char *path, *objective, *mps_path, *diff_path;
    uint64_t most_paths, disjoint, secure;      /**< 0: not asked for */
    const char *protect, *protect_two, *backup; /**< kind of losses, NULL: not asked for */
    const char *split_path;                     /**< --domains: where the parts go, NULL: nowhere */
    bool json, require, what_if, relax, slack, domains;
    kh_optimise_options optimise;
} plan_args;

/** @param[out] finished  the help was printed
 *  @return KH_OK; KH_EUSAGE */
kh_status plan_args_parse(int argc, char **argv, plan_args *args, bool *finished, kh_error *err);

#endif

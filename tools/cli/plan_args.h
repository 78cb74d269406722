/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_PLAN_ARGS_H
#define KH_TOOLS_CLI_PLAN_ARGS_H

#include "tools/study/pipeline.h"

/** What `keyhaul plan` was asked. */
typedef struct plan_args {
    const char *path, *objective, *mps_path, *diff_path;
    uint64_t most_paths, disjoint, secure;              /**< 0: not asked for */
    const char *protect, *protect_two, *apart, *backup; /**< kind of losses, NULL: not asked for */
    uint64_t fair;                                      /**< losses with fair rates; 0: as many as the size allows */
    const char *split_path;                             /**< --domains: where the parts go, NULL: nowhere */
    FILE *mps;                                          /**< where the program of --backup or --relax goes; NULL: nowhere */
    const char *own;                                    /**< --split: the only domain whose part is written, NULL: all */
    bool json, require, what_if, relax, slack, domains;
    kh_optimise_options optimise;
} plan_args;

/** What a plan is asked, in this order; the time limit is shared between those that are asked. */
typedef enum plan_question {
    PLAN_ROUTES,
    PLAN_RELAX,
    PLAN_PROTECT,
    PLAN_APART,
    PLAN_BACKUP,
    PLAN_WHAT_IF,
    PLAN_DIFF,
    PLAN_QUESTIONS
} plan_question;

/** How many questions are asked from that one on. */
size_t plan_args_questions(const plan_args *args, plan_question from);
/** Seconds for that one of them. 0: no limit */
double plan_args_left_s(const plan_args *args, plan_question question, const kh_pipeline *pipeline);

/** @param[out] finished  the help was printed
 *  @return KH_OK; KH_EUSAGE */
kh_status plan_args_parse(int argc, char **argv, plan_args *args, bool *finished, kh_error *err);

#endif

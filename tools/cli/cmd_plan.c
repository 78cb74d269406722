/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/plan_args.h"
#include "tools/cli/plan_diff.h"
#include "tools/cli/plan_domains.h"
#include "tools/cli/plan_relax.h"
#include "tools/cli/plan_slack.h"
#include "tools/cli/plan_survive.h"
#include "tools/cli/plan_text.h"

int cli_requirement(const kh_pipeline *p)
{
    for (size_t i = 0; i < p->plan->n_demands; i++) {
        bool key_is_short = p->plan->demands[i].shortfall > KH_SHORTFALL_NOT_NEEDED;
        bool data_is_left = kh_service_is_asked(&p->net->demands[i]) && p->services->of[i].state != KH_SERVICE_CARRIED;
        if (p->net->demands[i].required && (key_is_short || data_is_left))
            return kh_status_exit(KH_UNMET);
    }
    return 0;
}

/* Then --mps writes its program, else the plan's. */
static bool asks_for_more(const plan_args *args)
{
    return args->backup != NULL || args->relax;
}

static kh_status run_plan(kh_pipeline_options *run, const char *mps_path, kh_pipeline *pipeline, kh_error *err)
{
    cli_mps mps;
    KH_TRY(cli_mps_open(mps_path, &mps, err));
    run->optimise.mps = mps.file;
    return cli_mps_close(&mps, kh_pipeline_run(run, pipeline, err), err);
}

static kh_status print_json(const kh_pipeline *pipeline, const plan_args *args, const kh_relaxation *ways, kh_error *err)
{
    kh_json *root = cli_json_plan(pipeline);
    if (args->slack)
        kh_json_set(root, "slack", cli_slack_json(pipeline));
    if (args->relax)
        kh_json_set(root, "relaxation", cli_relax_json(pipeline, ways));
    kh_status status = cli_survive_asked(args) && root != NULL ? cli_survive_json(pipeline, args, root, err) : KH_OK;
    if (status == KH_OK)
        return cli_json_print(root, err);
    kh_json_destroy(root);
    return status;
}

static kh_status print_text(const kh_pipeline *pipeline, const plan_args *args, const kh_relaxation *ways, kh_error *err)
{
    kh_str more = {0};
    KH_TRY(cli_survive_asked(args) ? cli_survive_text(pipeline, args, err) : cli_plan_text(pipeline, err));
    if (args->slack)
        cli_slack_text(pipeline, &more);
    if (args->relax)
        cli_relax_text(pipeline, ways, &more);
    kh_status status = cli_write(NULL, &more, err);
    kh_str_clear(&more);
    return status;
}

static kh_status print_plan(const kh_pipeline *pipeline, const plan_args *args, kh_error *err)
{
    kh_relaxation ways;
    if (args->diff_path != NULL)
        return cli_diff(pipeline, args, err);
    if (args->relax)
        KH_TRY(cli_relax(pipeline, args, &ways, err));
    return args->json ? print_json(pipeline, args, &ways, err) : print_text(pipeline, args, &ways, err);
}

static kh_status answer(const kh_pipeline *pipeline, plan_args *args, kh_error *err)
{
    cli_mps mps;
    KH_TRY(cli_mps_open(asks_for_more(args) ? args->mps_path : NULL, &mps, err));
    args->mps = mps.file;
    return cli_mps_close(&mps, args->domains ? cli_domains(pipeline, args, err) : print_plan(pipeline, args, err), err);
}

int cmd_plan(int argc, char **argv)
{
    plan_args args;
    bool finished = false;
    kh_error err = {0};
    kh_status status = plan_args_parse(argc, argv, &args, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_pipeline pipeline = {0};
    kh_pipeline_options run = {.path = args.path,
                               .until = args.domains ? KH_STAGE_RATES : KH_STAGE_PLAN,
                               .optimise = args.optimise,
                               .n_questions = plan_args_questions(&args, PLAN_RELAX)};
    status = run_plan(&run, asks_for_more(&args) ? NULL : args.mps_path, &pipeline, &err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = answer(&pipeline, &args, &err);
    if (status == KH_TIMELIMIT) /* the searches know their parts of it only */
        status = kh_fail(&err, status, "the time limit of %g s passed before an answer was found and checked",
                         args.optimise.time_limit_s);
    int unmet = status == KH_OK && args.require && !args.domains ? cli_requirement(&pipeline) : 0;
    kh_pipeline_clear(&pipeline);
    return status == KH_OK ? unmet : cli_print_error(&err, status);
}

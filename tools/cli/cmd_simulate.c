/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "tools/batch/replicate.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/rare_out.h"
#include "tools/cli/simulate_args.h"
#include "tools/cli/simulation.h"

#include <math.h>

enum { RUNS_PER_STAGE = 200 };

static void show(void *user, const char *what, size_t done, size_t all)
{
    cli_progress_show(user, done, all, what);
}

static kh_sim_options sim_options(const simulate_args *args)
{
    kh_sim_options sim = args->sim;
    double warm_up_days = isnan(args->warm_up_days) ? fmin(1.0, args->days / 10.0) : args->warm_up_days;
    sim.duration_s = args->days * KH_S_PER_DAY;
    sim.warm_up_s = warm_up_days * KH_S_PER_DAY;
    sim.faults = !args->no_faults;
    sim.stop = cli_catch_signals();
    return sim;
}

static kh_status play(simulate_args *args, kh_pipeline *pipeline, cli_progress *progress, kh_error *err)
{
    kh_replicate_options options = {.sim = sim_options(args),
                                    .replications = (size_t)args->replications,
                                    .processes = (size_t)args->processes,
                                    .progress = show,
                                    .user = progress};
    args->files.arena = pipeline->arena;
    KH_TRY(cli_run_files_open(&args->files, &options.sim, err));
    return cli_run_files_close(&args->files, kh_replicate(pipeline, &options, err), err);
}

static kh_status play_rare(const simulate_args *args, kh_pipeline *pipeline, kh_error *err)
{
    kh_rare_options options = {.sim = sim_options(args),
                               .demand = kh_net_demand(pipeline->net, args->rare),
                               .runs_per_stage = RUNS_PER_STAGE,
                               .repetitions = (size_t)args->replications};
    kh_rare_result result = {0};
    if (options.demand.i == KH_NO_INDEX)
        return kh_fail(err, KH_EUSAGE, "--rare: there is no demand '%s' in '%s'", args->rare, args->path);
    KH_TRY(kh_rare_run(pipeline->net, pipeline->rates, pipeline->plan, &options, &result, err));
    return args->json ? cli_json_print(cli_json_rare(pipeline, args->rare, &result), err)
                      : cli_print_rare(pipeline, args->rare, &result, err);
}

static kh_status report(const simulate_args *args, const kh_pipeline *pipeline, kh_error *err)
{
    if (args->rare != NULL)
        return KH_OK;
    return args->json ? cli_json_print(cli_json_simulation(pipeline), err) : cli_print_simulation(pipeline, err);
}

static kh_status run(simulate_args *args, int *unmet, kh_error *err)
{
    cli_progress progress = cli_progress_start("replications");
    kh_pipeline_options options = {
        .path = args->path, .until = KH_STAGE_PLAN, .progress = show, .user = &progress, .optimise.floor = (double)NAN};
    KH_TRY(cli_objective(args->objective, &options.optimise.objective, err));
    kh_pipeline pipeline = {0};
    kh_status status = kh_pipeline_run(&options, &pipeline, err);
    if (status == KH_OK)
        status = args->rare != NULL ? play_rare(args, &pipeline, err) : play(args, &pipeline, &progress, err);
    cli_progress_end(&progress);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = report(args, &pipeline, err);
    *unmet = status == KH_OK && args->require ? cli_requirement(&pipeline) : 0;
    kh_pipeline_clear(&pipeline);
    return status;
}

int cmd_simulate(int argc, char **argv)
{
    simulate_args args;
    bool finished = false;
    int unmet = 0;
    kh_error err = {0};
    kh_status status = simulate_args_parse(argc, argv, &args, &finished, &err);
    if (status == KH_OK && !finished)
        status = run(&args, &unmet, &err);
    return status == KH_OK ? unmet : cli_print_error(&err, status);
}

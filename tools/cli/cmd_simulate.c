/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/units.h"
#include "tools/batch/replicate.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/simulation.h"
#include "tools/study/pipeline.h"

#include <math.h>

static void show(void *user, const char *what, size_t done, size_t all)
{
    cli_progress_show(user, done, all, what);
}

typedef struct simulate_args {
    kh_sim_options sim;
    double days, warm_up_days;
    uint64_t replications, processes;
    const char *objective;
    bool no_faults, json, require;
} simulate_args;

static double warm_up_days(const simulate_args *args)
{
    return isnan(args->warm_up_days) ? fmin(1.0, args->days / 10.0) : args->warm_up_days;
}

static kh_status run(const char *path, const simulate_args *args, int *unmet, kh_error *err)
{
    cli_progress progress = cli_progress_start("replications");
    kh_pipeline_options options = {.path = path, .until = KH_STAGE_PLAN, .progress = show, .user = &progress, .sim = args->sim};
    options.sim.duration_s = args->days * KH_S_PER_DAY;
    options.sim.warm_up_s = warm_up_days(args) * KH_S_PER_DAY;
    options.sim.faults = !args->no_faults;
    options.sim.stop = cli_catch_signals();
    if (args->warm_up_days >= args->days)
        return kh_fail(err, KH_EUSAGE, "--warm-up is %g days, must be less than --days %g", args->warm_up_days, args->days);
    KH_TRY(cli_objective(args->objective, &options.objective, err));
    kh_pipeline pipeline = {0};
    kh_status status = kh_pipeline_run(&options, &pipeline, err);
    kh_replicate_options replicate = {.sim = options.sim,
                                      .replications = (size_t)args->replications,
                                      .processes = (size_t)args->processes,
                                      .progress = show,
                                      .user = &progress};
    if (status == KH_OK)
        status = kh_replicate(&pipeline, &replicate, err);
    cli_progress_end(&progress);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = args->json ? cli_json_print(cli_json_simulation(&pipeline), err) : cli_print_simulation(&pipeline, err);
    *unmet = status == KH_OK && args->require ? cli_requirement(&pipeline) : 0;
    kh_pipeline_clear(&pipeline);
    return status;
}

static kh_status parse(int argc, char **argv, simulate_args *args, const char **path, bool *finished, kh_error *err)
{
    const cli_option options[] = {
        {.name = "days",
         .kind = CLI_NUMBER,
         .target = &args->days,
         .low = 1e-4,
         .high = KH_SIM_MOST_DAYS,
         .argument = "D",
         .help = "how long (default 30)"},
        {.name = "warm-up",
         .kind = CLI_NUMBER,
         .target = &args->warm_up_days,
         .low = 0,
         .high = KH_SIM_MOST_DAYS,
         .argument = "D",
         .help = "days at the start that are not counted (default: a tenth, at most 1)"},
        {.name = "fetch",
         .kind = CLI_NUMBER,
         .target = &args->sim.fetch_s,
         .low = 0,
         .high = 86400,
         .argument = "SECONDS",
         .help = "keys asked for at once: those of this time (default 600; 0: one by one)"},
        {.name = "hop-latency",
         .kind = CLI_NUMBER,
         .target = &args->sim.hop_latency_s,
         .low = 0,
         .high = 3600,
         .argument = "SECONDS",
         .help = "of one relay hop (default 0: a relay is one event; 0.002 is usual)"},
        {.name = "seed",
         .kind = CLI_WHOLE,
         .target = &args->sim.seed,
         .low = 0,
         .high = 9e15,
         .argument = "N",
         .help = "same seed, same run (default 1)"},
        {.name = "replications",
         .letter = 'r',
         .kind = CLI_WHOLE,
         .target = &args->replications,
         .low = 1,
         .high = 1e5,
         .argument = "N",
         .help = "independent runs, for the confidence intervals (default 3)"},
        {.name = "jobs",
         .letter = 'j',
         .kind = CLI_WHOLE,
         .target = &args->processes,
         .low = 1,
         .high = 1024,
         .argument = "N",
         .help = "processes on this machine (default 1); results do not depend on it"},
        {.name = "objective",
         .kind = CLI_TEXT,
         .target = &args->objective,
         .argument = "NAME",
         .help = "of the plan: max-min (default), concurrent"},
        {.name = "no-faults", .kind = CLI_FLAG, .target = &args->no_faults, .help = "nothing breaks"},
        {.name = "audit", .kind = CLI_FLAG, .target = &args->sim.audit, .help = "check the conservation of key after every event"},
        {.name = "require",
         .kind = CLI_FLAG,
         .target = &args->require,
         .help = "exit status 1 when the plan leaves a required demand unmet"},
        {.name = "json", .kind = CLI_FLAG, .target = &args->json, .help = "results as JSON on standard output"}};
    const cli_usage usage = {.examples = "  keyhaul simulate topologies/bristol-cambridge.yaml --days 365 --seed 7 -r 30\n"
                                         "  keyhaul simulate topologies/europe.yaml --no-faults --audit",
                             .line = "keyhaul simulate TOPOLOGY.yaml [options]",
                             .about =
                                 "Plays the plan: key made in blocks, relayed hop by hop, stored, asked for by encryptors and\n"
                                 "one-time pads, with fibres cut and repaired. Means over replications with 95 % intervals.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    return cli_parse(&usage, argc, argv, path, finished, err);
}

int cmd_simulate(int argc, char **argv)
{
    kh_sim_options sim = kh_sim_defaults();
    simulate_args args = {.sim = sim,
                          .days = sim.duration_s / KH_S_PER_DAY,
                          .warm_up_days = (double)NAN,
                          .replications = 3,
                          .processes = 1,
                          .objective = "max-min"};
    const char *path = NULL;
    bool finished = false;
    int unmet = 0;
    kh_error err = {0};
    kh_status status = parse(argc, argv, &args, &path, &finished, &err);
    if (status == KH_OK && !finished)
        status = run(path, &args, &unmet, &err);
    return status == KH_OK ? unmet : cli_print_error(&err, status);
}

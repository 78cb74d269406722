/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/simulate_args.h"

#include "core/base/units.h"
#include "tools/cli/cli.h"

#include <math.h>
#include <string.h>

enum { USUAL_REPLICATIONS = 3, RARE_REPETITIONS = 10 };

static void add_time(cli_option_list *list, simulate_args *args)
{
    const cli_option options[] = {{.name = "level",
                                   .kind = CLI_TEXT,
                                   .target = &args->level,
                                   .argument = "NAME",
                                   .help = "block (default), or fluid: mean rates, much faster; no encryptors, pads, calls"},
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
                                   .help = "of one relay hop (default 0: a relay is one event; 0.002 is usual)"}};
    CLI_ADD(list, "What is played", options);
}

static void add_chance(cli_option_list *list, simulate_args *args)
{
    const cli_option options[] = {{.name = "seed",
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
                                  {.name = "antithetic",
                                   .kind = CLI_FLAG,
                                   .target = &args->sim.antithetic,
                                   .help = "replications in pairs, the second with mirrored luck: often narrower intervals"},
                                  {.name = "batches",
                                   .kind = CLI_WHOLE,
                                   .target = &args->batches,
                                   .low = 2,
                                   .high = KH_SIM_MOST_BATCHES,
                                   .argument = "N",
                                   .help = "one long run cut into N parts that stand for replications"},
                                  {.name = "rare",
                                   .kind = CLI_TEXT,
                                   .target = &args->rare,
                                   .argument = "DEMAND",
                                   .help = "instead: how often this well-supplied demand runs out of key (splitting)"},
                                  {.name = "no-faults", .kind = CLI_FLAG, .target = &args->no_faults, .help = "nothing breaks"}};
    CLI_ADD(list, "Chance and how sure one is", options);
}

static void add_policy(cli_option_list *list, simulate_args *args)
{
    const cli_option options[] = {{.name = "routing",
                                   .kind = CLI_TEXT,
                                   .target = &args->routing,
                                   .argument = "NAME",
                                   .help = "plan (default), shortest, adaptive (by store levels), restore (after failures)"},
                                  {.name = "restoration",
                                   .kind = CLI_NUMBER,
                                   .target = &args->restoration_s,
                                   .low = 0,
                                   .high = 1e6,
                                   .argument = "SECONDS",
                                   .help = "time to notice a failure and switch, of restore (default 60)"},
                                  {.name = "disjoint",
                                   .kind = CLI_WHOLE,
                                   .target = &args->disjoint,
                                   .low = 1,
                                   .high = KH_MOST_PATHS,
                                   .argument = "K",
                                   .help = "send each key as K shares over disjoint paths (default 1: whole)"},
                                  {.name = "needed",
                                   .kind = CLI_WHOLE,
                                   .target = &args->needed,
                                   .low = 1,
                                   .high = KH_MOST_PATHS,
                                   .argument = "T",
                                   .help = "shares that make the key (default: all)"},
                                  {.name = "classes",
                                   .kind = CLI_WHOLE,
                                   .target = &args->classes,
                                   .low = 1,
                                   .high = KH_MOST_CLASSES,
                                   .argument = "N",
                                   .help = "of priority (default 2: the highest, and all others)"},
                                  {.name = "admission",
                                   .kind = CLI_NUMBER,
                                   .target = &args->admission,
                                   .low = 0,
                                   .high = 1,
                                   .argument = "LEVEL",
                                   .help = "turn requests of the lowest class away when a store is below this share"}};
    CLI_ADD(list, "How keys go", options);
}

static void add_files(cli_option_list *list, cli_run_files *files)
{
    const cli_option options[] = {{.name = "trace",
                                   .kind = CLI_TEXT,
                                   .target = &files->trace,
                                   .argument = "FILE",
                                   .help = "what happens, a line of JSON each; of one run, so with -r 1"},
                                  {.name = "trace-from",
                                   .kind = CLI_NUMBER,
                                   .target = &files->trace_from_days,
                                   .low = 0,
                                   .high = KH_SIM_MOST_DAYS,
                                   .argument = "D",
                                   .help = "from this day on (default 0)"},
                                  {.name = "trace-to",
                                   .kind = CLI_NUMBER,
                                   .target = &files->trace_to_days,
                                   .low = 0,
                                   .high = KH_SIM_MOST_DAYS,
                                   .argument = "D",
                                   .help = "up to this day (default: the end)"},
                                  {.name = "checkpoint",
                                   .kind = CLI_TEXT,
                                   .target = &files->checkpoint,
                                   .argument = "FILE",
                                   .help = "keep the run in this file when it is stopped; {day} in the name: the day"},
                                  {.name = "checkpoint-every",
                                   .kind = CLI_NUMBER,
                                   .target = &files->checkpoint_every_days,
                                   .low = 1e-6,
                                   .high = KH_SIM_MOST_DAYS,
                                   .argument = "D",
                                   .help = "and every so many days"},
                                  {.name = "resume",
                                   .kind = CLI_TEXT,
                                   .target = &files->resume,
                                   .argument = "FILE",
                                   .help = "go on from a checkpoint of the same network and options"}};
    CLI_ADD(list, "Files", options);
}

static void add_output(cli_option_list *list, simulate_args *args)
{
    const cli_option options[] = {
        {.name = "objective",
         .kind = CLI_TEXT,
         .target = &args->objective,
         .argument = "NAME",
         .help = "of the plan: max-min (default), concurrent, total"},
        {.name = "audit", .kind = CLI_FLAG, .target = &args->sim.audit, .help = "check the conservation of key after every event"},
        {.name = "require",
         .kind = CLI_FLAG,
         .target = &args->require,
         .help = "exit status 1 when the plan leaves a required demand unmet"},
        {.name = "json", .kind = CLI_FLAG, .target = &args->json, .help = "results as JSON on standard output"}};
    CLI_ADD(list, "Output", options);
}

static kh_status set_policy(simulate_args *args, kh_error *err)
{
    kh_sim_options *sim = &args->sim;
    if (args->routing != NULL && !kh_routing_policy_find(args->routing, &sim->routing.policy))
        return kh_fail(err, KH_EUSAGE, "--routing is '%s', must be plan, shortest, adaptive or restore", args->routing);
    if (args->needed > args->disjoint)
        return kh_fail(err, KH_EUSAGE, "--needed is %llu, must be at most the %llu shares of --disjoint",
                       (unsigned long long)args->needed, (unsigned long long)args->disjoint);
    if (args->disjoint > 1 && sim->routing.policy == KH_ROUTING_RESTORE)
        return kh_fail(err, KH_EUSAGE, "--disjoint does not go with --routing restore: take plan, shortest or adaptive");
    if (!isnan(args->restoration_s))
        sim->routing.restoration_s = args->restoration_s;
    sim->routing.disjoint_paths = (uint32_t)args->disjoint;
    sim->routing.shares_needed = (uint32_t)args->needed;
    sim->classes.n = (uint32_t)args->classes;
    if (!isnan(args->admission)) {
        sim->classes.admission = KH_ADMISSION_LEVEL;
        sim->classes.admission_level = args->admission;
    }
    return KH_OK;
}

/* An option that would change nothing is a mistake of whoever gave it. */
static kh_status check_company(const simulate_args *args, kh_error *err)
{
    const cli_run_files *files = &args->files;
    bool window = files->trace_from_days > 0 || files->trace_to_days <= KH_SIM_MOST_DAYS;
    const struct {
        const char *option, *company;
        bool alone;
    } rules[] = {
        {"--needed", "--disjoint 2 or more", args->needed > 0 && args->disjoint == 1},
        {"--restoration", "--routing restore", !isnan(args->restoration_s) && args->sim.routing.policy != KH_ROUTING_RESTORE},
        {"--trace-from and --trace-to", "--trace FILE", window && files->trace == NULL},
        {"--checkpoint-every", "--checkpoint FILE", files->checkpoint_every_days > 0 && files->checkpoint == NULL},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].alone)
            return kh_fail(err, KH_EUSAGE, "%s without effect: add %s", rules[i].option, rules[i].company);
    return KH_OK;
}

/* The engine refuses these too, but does not know the names of the options. */
static kh_status set_level(simulate_args *args, kh_error *err)
{
    const kh_routing_options *routing = &args->sim.routing;
    bool fluid = strcmp(args->level, "fluid") == 0;
    if (!fluid && strcmp(args->level, "block") != 0)
        return kh_fail(err, KH_EUSAGE, "--level is '%s', must be block or fluid", args->level);
    args->sim.level = fluid ? KH_SIM_FLUID : KH_SIM_BLOCK;
    const char *other = args->rare != NULL                        ? "--rare"
                        : routing->policy != KH_ROUTING_PLAN      ? "another --routing than plan"
                        : args->disjoint > 1                      ? "--disjoint"
                        : args->classes > 0 && args->classes != 2 ? "another --classes than 2"
                        : !isnan(args->admission)                 ? "--admission"
                                                                  : NULL;
    return fluid && other != NULL ? kh_fail(err, KH_EUSAGE, "--level fluid does not go with %s: leave --level out", other) : KH_OK;
}

/* What must agree. */
static kh_status check(simulate_args *args, kh_error *err)
{
    const cli_run_files *files = &args->files;
    bool one_run = args->batches > 0 || files->trace != NULL || files->checkpoint != NULL || files->resume != NULL;
    KH_TRY(set_level(args, err));
    KH_TRY(check_company(args, err));
    if (args->warm_up_days >= args->days)
        return kh_fail(err, KH_EUSAGE, "--warm-up is %g days, must be less than --days %g", args->warm_up_days, args->days);
    if (one_run && args->replications > 1)
        return kh_fail(err, KH_EUSAGE,
                       "--trace, --checkpoint, --resume and --batches are of one run: --replications is %llu, must be 1",
                       (unsigned long long)args->replications);
    if (files->trace_from_days >= files->trace_to_days)
        return kh_fail(err, KH_EUSAGE, "--trace-from is day %g, must be before --trace-to %g", files->trace_from_days,
                       files->trace_to_days);
    if (args->replications == 0 && args->rare == NULL)
        args->replications = one_run ? 1 : args->sim.antithetic ? 2 * USUAL_REPLICATIONS : USUAL_REPLICATIONS;
    if (args->sim.antithetic && (one_run || args->replications % 2 == 1))
        return kh_fail(err, KH_EUSAGE, "--antithetic takes pairs: --replications is %llu, must be even",
                       (unsigned long long)args->replications);
    if (args->rare != NULL && (one_run || args->sim.antithetic))
        return kh_fail(err, KH_EUSAGE,
                       "--rare plays by rules of its own: without --trace, --checkpoint, --batches and --antithetic");
    if (args->rare != NULL && args->replications < 2)
        args->replications = RARE_REPETITIONS;
    args->sim.batches = (size_t)args->batches;
    return KH_OK;
}

kh_status simulate_args_parse(int argc, char **argv, simulate_args *args, bool *finished, kh_error *err)
{
    *args = (simulate_args){.sim = kh_sim_defaults(),
                            .warm_up_days = (double)NAN,
                            .processes = 1,
                            .objective = "max-min",
                            .disjoint = 1,
                            .restoration_s = (double)NAN,
                            .admission = (double)NAN};
    args->level = "block";
    args->days = args->sim.duration_s / KH_S_PER_DAY;
    args->files.trace_to_days = KH_SIM_MOST_DAYS + 1;
    cli_option_list list = {.n = 0};
    add_time(&list, args);
    add_chance(&list, args);
    add_policy(&list, args);
    add_files(&list, &args->files);
    add_output(&list, args);
    const cli_usage usage = {.examples = "  keyhaul simulate topologies/bristol-cambridge.yaml --days 365 -r 30\n"
                                         "  keyhaul simulate topologies/frankfurt-warsaw-prague.yaml --routing restore\n"
                                         "  keyhaul simulate topologies/europe.yaml --days 365 --level fluid -j 2\n"
                                         "  keyhaul simulate topologies/bristol-cambridge.yaml --days 2 --trace t.jsonl",
                             .line = "keyhaul simulate TOPOLOGY.yaml [options]",
                             .about =
                                 "Plays the plan: key made in blocks, relayed hop by hop, stored, asked for by encryptors and\n"
                                 "one-time pads, with fibres cut and repaired. Means over replications with 95 % intervals.",
                             .options = list.options,
                             .n_options = list.n,
                             .n_files = 1};
    KH_TRY(cli_parse(&usage, argc, argv, &args->path, finished, err));
    if (*finished)
        return KH_OK;
    KH_TRY(set_policy(args, err));
    return check(args, err);
}

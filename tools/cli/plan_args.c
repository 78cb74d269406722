/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_args.h"

#include "solvers/survive/losses.h"
#include "tools/cli/cli.h"

#include <math.h>
#include <string.h>

kh_status cli_objective(const char *text, kh_objective *objective, kh_error *err)
{
    for (int o = KH_OBJECTIVE_CONCURRENT; o <= KH_OBJECTIVE_TOTAL; o++)
        if (strcmp(text, kh_objective_name((kh_objective)o)) == 0) {
            *objective = (kh_objective)o;
            return KH_OK;
        }
    return kh_fail(err, KH_EUSAGE, "--objective is '%s', must be max-min, concurrent or total", text);
}

static kh_status parse(int argc, char **argv, plan_args *args, bool *finished, kh_error *err)
{
    const cli_option options[] = {
        {.name = "objective",
         .kind = CLI_TEXT,
         .target = &args->objective,
         .argument = "NAME",
         .help = "max-min (default): fair rates; concurrent: one share for all; total: most key in all, weighted by priority"},
        {.name = "floor",
         .kind = CLI_NUMBER,
         .target = &args->optimise.floor,
         .low = 0.0,
         .high = 1.0,
         .argument = "SHARE",
         .help = "of its request that every demand gets under total; default: the largest that all can have"},
        {.name = "paths",
         .kind = CLI_WHOLE,
         .target = &args->most_paths,
         .low = 1,
         .high = 1000,
         .argument = "P",
         .help = "at most so many routes a demand, by local search and branch and bound (concurrent)"},
        {.name = "quantum",
         .kind = CLI_NUMBER,
         .target = &args->optimise.quantum_bps,
         .low = 0.0,
         .high = 1e12,
         .argument = "BPS",
         .help = "routes carry whole multiples of it, as when keys are handed on whole (concurrent)"},
        {.name = "disjoint",
         .kind = CLI_WHOLE,
         .target = &args->disjoint,
         .low = 2,
         .high = 100,
         .argument = "K",
         .help = "keys are the sum of K shares over routes without a common relay: K - 1 relays learn nothing"},
        {.name = "secure",
         .kind = CLI_WHOLE,
         .target = &args->secure,
         .low = 1,
         .high = 100,
         .argument = "T",
         .help = "keys distilled from what comes over all routes: no T relays together learn anything"},
        {.name = "coalitions",
         .kind = CLI_TEXT,
         .target = &args->optimise.coalitions,
         .argument = "WHO",
         .help = "the same against each operator, country, domain or vendor, or lists of nodes: a+b,c+d"},
        {.name = "protect",
         .kind = CLI_TEXT,
         .target = &args->protect,
         .argument = "KIND",
         .help = "what is left after the loss of each link, node, risk (fibre or duct), domain or vendor"},
        {.name = "protect-two",
         .kind = CLI_TEXT,
         .target = &args->protect_two,
         .argument = "KIND",
         .help = "the same for every two of them at once"},
        {.name = "backup",
         .kind = CLI_TEXT,
         .target = &args->backup,
         .argument = "KIND",
         .help = "backups for the plan's routes that none of them takes along, with shared and with own reserves"},
        {.name = "what-if",
         .kind = CLI_FLAG,
         .target = &args->what_if,
         .help = "what one more module on each link brings, exactly"},
        {.name = "gap",
         .kind = CLI_NUMBER,
         .target = &args->optimise.gap,
         .low = 0.0,
         .high = 1.0,
         .argument = "SHARE",
         .help = "bound / value - 1 that is good enough, 0.01 for 1 %; 0 (default): the optimum"},
        {.name = "time-limit",
         .kind = CLI_NUMBER,
         .target = &args->optimise.time_limit_s,
         .low = 0.0,
         .high = 1e6,
         .argument = "SECONDS",
         .help = "stop then with the best plan and its honest gap"},
        {.name = "lp",
         .kind = CLI_TEXT,
         .target = &args->optimise.lp_program,
         .argument = "PROGRAM",
         .help = "cbc or clp: linear programs by that program instead of GLPK"},
        {.name = "mps",
         .kind = CLI_TEXT,
         .target = &args->mps_path,
         .argument = "FILE",
         .help = "the linear program that the plan's value is the optimum of, as free MPS"},
        {.name = "diff",
         .kind = CLI_TEXT,
         .target = &args->diff_path,
         .argument = "AFTER.yaml",
         .help = "instead of the plan what is different in that topology's: modules, routes, rates, cost, matched by id"},
        {.name = "slack",
         .kind = CLI_FLAG,
         .target = &args->slack,
         .help = "what is free on links, the hop of each demand that binds first, cuts that are full"},
        {.name = "relax",
         .kind = CLI_FLAG,
         .target = &args->relax,
         .help = "when required demands (all, if none is required) cannot all be served: the least that would have to give way"},
        {.name = "domains",
         .kind = CLI_FLAG,
         .target = &args->domains,
         .help = "each domain plans for itself and shows the others what its `discloses` allows; --gap: 0.01 unless given"},
        {.name = "split",
         .kind = CLI_TEXT,
         .target = &args->split_path,
         .argument = "FOLDER",
         .help = "with --domains: also write what each domain knows, for keyhaul-domains under mpirun"},
        {.name = "require", .kind = CLI_FLAG, .target = &args->require, .help = "exit status 1 when a required demand is not met"},
        {.name = "json", .kind = CLI_FLAG, .target = &args->json, .help = "the plan as JSON on standard output"}};
    const cli_usage usage = {.examples = "  keyhaul plan topologies/bristol-cambridge.yaml\n"
                                         "  keyhaul plan topologies/europe.yaml --objective concurrent --json > plan.json\n"
                                         "  keyhaul plan topologies/europe.yaml --lp cbc --mps europe.mps",
                             .line = "keyhaul plan TOPOLOGY.yaml [options]",
                             .about =
                                 "Routes and rates for every demand across trusted nodes, with an upper bound that proves how\n"
                                 "good the plan is; why a demand falls short, and what would serve instead.\n"
                                 "Data goes over the line systems: ways, wavelengths, spectrum, ports, what protects it.\n"
                                 "The plan is verified by code of its own before it is shown.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    return cli_parse(&usage, argc, argv, &args->path, finished, err);
}

static bool is_limited(const plan_args *args)
{
    return args->most_paths > 0 || args->optimise.quantum_bps > 0;
}

static bool is_loss_kind(const char *name)
{
    int kind = 0;
    while (kind < KH_LOSS_KINDS && strcmp(name, kh_loss_kind_name((kh_loss_kind)kind)) != 0)
        kind++;
    return kind < KH_LOSS_KINDS;
}

static kh_status check_loss_kind(const char *option, const char *kind, kh_error *err)
{
    if (kind == NULL || is_loss_kind(kind))
        return KH_OK;
    return kh_fail(err, KH_EUSAGE, "--%s is '%s', must be link, node, risk, domain or vendor", option, kind);
}

static kh_status check_protect(const plan_args *args, kh_error *err)
{
    if (args->protect != NULL && args->protect_two != NULL)
        return kh_fail(err, KH_EUSAGE, "--protect and --protect-two exclude each other");
    KH_TRY(check_loss_kind("protect", args->protect, err));
    KH_TRY(check_loss_kind("protect-two", args->protect_two, err));
    return check_loss_kind("backup", args->backup, err);
}

/* At most one wish for secrecy. */
static kh_status choose_secrecy(plan_args *args, kh_error *err)
{
    kh_optimise_options *o = &args->optimise;
    if ((args->disjoint > 0) + (args->secure > 0) + (o->coalitions != NULL) > 1)
        return kh_fail(err, KH_EUSAGE, "--disjoint, --secure and --coalitions exclude each other");
    o->secrecy = args->disjoint > 0      ? KH_SECRECY_DISJOINT
                 : args->secure > 0      ? KH_SECRECY_RAMP
                 : o->coalitions != NULL ? KH_SECRECY_COALITIONS
                                         : KH_SECRECY_NONE;
    o->colluders = args->disjoint > 0 ? (uint32_t)args->disjoint - 1 : (uint32_t)args->secure;
    return KH_OK;
}

static kh_status choose_objective(plan_args *args, kh_error *err)
{
    bool secret = args->optimise.secrecy != KH_SECRECY_NONE;
    if (args->objective == NULL)
        args->objective = kh_objective_name(is_limited(args) ? KH_OBJECTIVE_CONCURRENT : KH_OBJECTIVE_MAX_MIN);
    KH_TRY(cli_objective(args->objective, &args->optimise.objective, err));
    if (is_limited(args) && args->optimise.objective != KH_OBJECTIVE_CONCURRENT)
        return kh_fail(err, KH_EUSAGE, "--paths and --quantum go with --objective concurrent, not %s", args->objective);
    if (secret && args->optimise.objective == KH_OBJECTIVE_TOTAL)
        return kh_fail(err, KH_EUSAGE, "--disjoint, --secure and --coalitions go with --objective max-min or concurrent");
    if (secret && (is_limited(args) || args->mps_path != NULL))
        return kh_fail(err, KH_EUSAGE, "--disjoint, --secure and --coalitions do not go with --paths, --quantum or --mps");
    return KH_OK;
}

kh_status plan_args_parse(int argc, char **argv, plan_args *args, bool *finished, kh_error *err)
{
    *args = (plan_args){.optimise.floor = (double)NAN};
    KH_TRY(parse(argc, argv, args, finished, err));
    if (*finished)
        return KH_OK;
    args->optimise.most_paths = (size_t)args->most_paths;
    if (args->split_path != NULL && !args->domains)
        return kh_fail(err, KH_EUSAGE, "--split goes with --domains");
    KH_TRY(check_protect(args, err));
    KH_TRY(choose_secrecy(args, err));
    return choose_objective(args, err);
}

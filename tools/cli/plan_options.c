/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_options.h"

static void add_goal(cli_option_list *list, plan_args *args)
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
         .help = "routes carry whole multiples of it, as when keys are handed on whole (concurrent)"}};
    CLI_ADD(list, "What is wanted", options);
}

static void add_secrecy(cli_option_list *list, plan_args *args)
{
    const cli_option options[] = {
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
         .help = "the same against each operator, country, domain or vendor, or lists of nodes: a+b,c+d"}};
    CLI_ADD(list, "Keys that relays cannot read", options);
}

static void add_losses(cli_option_list *list, plan_args *args)
{
    const cli_option options[] = {
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
        {.name = "fair",
         .kind = CLI_WHOLE,
         .target = &args->fair,
         .low = 1,
         .high = 1000000,
         .argument = "N",
         .help = "with --protect, --protect-two: fair rates after the N worst losses; unless given what takes a few seconds"},
        {.name = "apart",
         .kind = CLI_TEXT,
         .target = &args->apart,
         .argument = "KIND",
         .help = "for each demand two routes of fewest hops that share no relay and that none of them takes together"},
        {.name = "backup",
         .kind = CLI_TEXT,
         .target = &args->backup,
         .argument = "KIND",
         .help = "backups for the plan's routes that none of them takes along, with shared and with own reserves"},
        {.name = "what-if",
         .kind = CLI_FLAG,
         .target = &args->what_if,
         .help = "what one more module on each link brings, exactly"},
        {.name = "diff",
         .kind = CLI_TEXT,
         .target = &args->diff_path,
         .argument = "AFTER.yaml",
         .help = "instead of the plan what is different in that topology's: modules, routes, rates, cost, matched by id"}};
    CLI_ADD(list, "Losses and changes", options);
}

static void add_shortage(cli_option_list *list, plan_args *args)
{
    const cli_option options[] = {
        {.name = "relax",
         .kind = CLI_FLAG,
         .target = &args->relax,
         .help = "when required demands (all, if none is required) cannot all be served: the least that would have to give way"},
        {.name = "slack",
         .kind = CLI_FLAG,
         .target = &args->slack,
         .help = "what is free on links, the hop of each demand that binds first, cuts that are full"}};
    CLI_ADD(list, "Where it is short", options);
}

static void add_domains(cli_option_list *list, plan_args *args)
{
    const cli_option options[] = {
        {.name = "domains",
         .kind = CLI_FLAG,
         .target = &args->domains,
         .help = "each domain plans for itself and shows the others what its `discloses` allows; --gap: 0.01 unless given"},
        {.name = "split",
         .kind = CLI_TEXT,
         .target = &args->split_path,
         .argument = "FOLDER",
         .help = "with --domains: also write what each domain knows, for keyhaul-domains under mpirun"},
        {.name = "own",
         .kind = CLI_TEXT,
         .target = &args->own,
         .argument = "DOMAIN",
         .help = "with --split: write this domain's part and nothing else, from its operator's own topology: there nodes beyond "
                 "its borders and far ends of demands stand with their domain, and `domains` in the same order for all"}};
    CLI_ADD(list, "Operators who show each other little", options);
}

static void add_solver(cli_option_list *list, plan_args *args)
{
    const cli_option options[] = {
        {.name = "gap",
         .kind = CLI_NUMBER,
         .target = &args->optimise.gap,
         .low = 0.0,
         .high = 1.0,
         .argument = "SHARE",
         .help = "bound / value - 1 that is good enough, 0.01 for 1 %; 0 (default): the optimum; not of max-min"},
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
         .help = "the linear program behind the plan's value, the shared reserves of --backup or the least rate to add of --relax, "
                 "as free MPS"}};
    CLI_ADD(list, "How it is solved", options);
}

static void add_output(cli_option_list *list, plan_args *args)
{
    const cli_option options[] = {
        {.name = "require", .kind = CLI_FLAG, .target = &args->require, .help = "exit status 1 when a required demand is not met"},
        {.name = "json", .kind = CLI_FLAG, .target = &args->json, .help = "the plan as JSON on standard output"}};
    CLI_ADD(list, "Output", options);
}

void plan_options_add(cli_option_list *list, plan_args *args)
{
    add_goal(list, args);
    add_secrecy(list, args);
    add_losses(list, args);
    add_shortage(list, args);
    add_domains(list, args);
    add_solver(list, args);
    add_output(list, args);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/plan_args.h"

#include "solvers/survive/losses.h"
#include "tools/cli/plan_options.h"

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
    cli_option_list list = {.n = 0};
    plan_options_add(&list, args);
    const cli_usage usage = {.examples = "  keyhaul plan topologies/bristol-cambridge.yaml\n"
                                         "  keyhaul plan topologies/europe.yaml --objective concurrent --json > plan.json\n"
                                         "  keyhaul plan topologies/frankfurt-warsaw-prague.yaml --protect link\n"
                                         "  keyhaul plan topologies/europe.yaml --secure 1\n"
                                         "  keyhaul plan topologies/europe.yaml --lp cbc --mps europe.mps",
                             .line = "keyhaul plan TOPOLOGY.yaml [options]",
                             .about =
                                 "Routes and rates for every demand across trusted nodes, with an upper bound that proves how\n"
                                 "good the plan is; why a demand falls short, and what would serve instead.\n"
                                 "Data goes over the line systems: ways, wavelengths, spectrum, ports, what protects it.\n"
                                 "The plan is verified by code of its own before it is shown.",
                             .options = list.options,
                             .n_options = list.n,
                             .n_files = 1};
    return cli_parse(&usage, argc, argv, &args->path, finished, err);
}

static bool is_limited(const plan_args *args)
{
    return args->most_paths > 0 || args->optimise.quantum_bps > 0;
}

static kh_status check_loss_kind(const char *option, const char *kind, kh_error *err)
{
    if (kind == NULL || kh_loss_kind_find(kind) < KH_LOSS_KINDS)
        return KH_OK;
    return kh_fail(err, KH_EUSAGE, "--%s is '%s', must be link, node, risk, domain or vendor", option, kind);
}

static kh_status check_protect(const plan_args *args, kh_error *err)
{
    if (args->protect != NULL && args->protect_two != NULL)
        return kh_fail(err, KH_EUSAGE, "--protect and --protect-two exclude each other");
    if (args->fair > 0 && args->protect == NULL && args->protect_two == NULL)
        return kh_fail(err, KH_EUSAGE, "--fair goes with --protect or --protect-two");
    KH_TRY(check_loss_kind("protect", args->protect, err));
    KH_TRY(check_loss_kind("protect-two", args->protect_two, err));
    KH_TRY(check_loss_kind("apart", args->apart, err));
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
    if (secret && is_limited(args))
        return kh_fail(err, KH_EUSAGE, "--disjoint, --secure and --coalitions do not go with --paths or --quantum");
    return KH_OK;
}

static kh_status check_domains(const plan_args *args, bool other_question, kh_error *err)
{
    const kh_optimise_options *o = &args->optimise;
    if (!args->domains)
        return KH_OK;
    if (other_question || is_limited(args) || args->diff_path != NULL)
        return kh_fail(err, KH_EUSAGE,
                       "--domains goes with no other question: neither secrecy, losses, --diff, --relax nor --slack");
    if (args->mps_path != NULL || o->lp_program != NULL || args->require)
        return kh_fail(err, KH_EUSAGE,
                       "--domains has no program and no plan of one place: --lp, --mps, --require do not go with it");
    return KH_OK;
}

/* Options that would change nothing here are refused, so that nobody reads an answer to another question. */
static kh_status check_together(const plan_args *args, kh_error *err)
{
    const kh_optimise_options *o = &args->optimise;
    bool secret = o->secrecy != KH_SECRECY_NONE, losses = args->protect != NULL || args->protect_two != NULL;
    bool more = losses || args->apart != NULL || args->backup != NULL || args->what_if || args->relax || args->slack;
    KH_TRY(check_domains(args, more || secret, err));
    if (args->diff_path != NULL && more)
        return kh_fail(err, KH_EUSAGE, "--diff is instead of the plan: without losses, --relax and --slack");
    if (secret && (losses || args->backup != NULL || args->what_if || args->relax))
        return kh_fail(err, KH_EUSAGE, "losses, --what-if and --relax are of plans without --disjoint, --secure and --coalitions");
    if (args->mps_path != NULL && args->backup != NULL && args->relax)
        return kh_fail(err, KH_EUSAGE, "--mps writes one program, --backup and --relax have one each");
    if (!isnan(o->floor) && o->objective != KH_OBJECTIVE_TOTAL)
        return kh_fail(err, KH_EUSAGE, "--floor goes with --objective total, not %s", args->objective);
    if (o->gap > 0 && o->objective == KH_OBJECTIVE_MAX_MIN && !args->domains)
        return kh_fail(err, KH_EUSAGE, "--gap goes with --objective concurrent or total: fair rates rest on optima");
    return KH_OK;
}

size_t plan_args_questions(const plan_args *args, plan_question from)
{
    const bool asked[PLAN_QUESTIONS] = {[PLAN_ROUTES] = true,
                                        [PLAN_RELAX] = args->relax,
                                        [PLAN_PROTECT] = args->protect != NULL || args->protect_two != NULL,
                                        [PLAN_APART] = args->apart != NULL,
                                        [PLAN_BACKUP] = args->backup != NULL,
                                        [PLAN_WHAT_IF] = args->what_if,
                                        [PLAN_DIFF] = args->diff_path != NULL};
    size_t n = 0;
    for (int q = (int)from; q < PLAN_QUESTIONS; q++)
        n += asked[q];
    return n;
}

double plan_args_left_s(const plan_args *args, plan_question question, const kh_pipeline *pipeline)
{
    return kh_pipeline_left_s(pipeline, args->optimise.time_limit_s, plan_args_questions(args, question));
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
    if (args->own != NULL && args->split_path == NULL)
        return kh_fail(err, KH_EUSAGE, "--own goes with --split");
    KH_TRY(check_protect(args, err));
    KH_TRY(choose_secrecy(args, err));
    bool has_objective = args->objective != NULL;
    KH_TRY(choose_objective(args, err));
    if (args->domains && has_objective && args->optimise.objective != KH_OBJECTIVE_CONCURRENT)
        return kh_fail(err, KH_EUSAGE, "--domains plans one share for all: --objective concurrent, not %s", args->objective);
    KH_TRY(cli_check_lp(args->optimise.lp_program,
                        is_limited(args) ? "--paths and --quantum"
                        : args->relax    ? "--relax"
                                         : NULL,
                        err));
    return check_together(args, err);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/design_modules.h"

#include "core/base/clock.h"
#include "tools/cli/cli.h"
#include "tools/study/offers.h"

#include <math.h>
#include <string.h>

enum { LONG = 2000 }; /* offers times demands from which on the optimum may take longer than anybody expects */
static const double USUAL_LIMIT_S = 20;
static const double PROTECTED_SHARE = 0.8; /* of the time; the rest is for the design to compare with */

static kh_status parse(int argc, char **argv, cli_modules_request *r, bool *finished, kh_error *err)
{
    const cli_option options[] = {
        {.name = "theta",
         .kind = CLI_NUMBER,
         .target = &r->dimension.theta,
         .low = 1e-9,
         .high = 1e9,
         .argument = "X",
         .help = "every demand gets X times what it asks for (default 1)"},
        {.name = "pareto",
         .kind = CLI_WHOLE,
         .target = &r->pareto,
         .low = 2,
         .high = 100,
         .argument = "N",
         .help = "N designs, from theta/N to theta: what more key costs"},
        {.name = "by",
         .kind = CLI_TEXT,
         .target = &r->by,
         .argument = "WHAT",
         .help = "eur (default): least cost; modules: fewest pairs, whatever the prices"},
        {.name = "device",
         .kind = CLI_TEXT,
         .target = &r->device,
         .argument = "NAME",
         .help = "on links without a measured rate; all: any of the topology; default: their own"},
        {.name = "protect",
         .kind = CLI_TEXT,
         .target = &r->protect,
         .argument = "KIND",
         .help = "enough after the loss of any one link, node, risk (fibre or duct), domain or vendor"},
        {.name = "gap",
         .kind = CLI_NUMBER,
         .target = &r->dimension.gap,
         .low = 0,
         .high = 1,
         .argument = "SHARE",
         .help = "distance to the bound that is good enough, 0.01 for 1 %; 0 (default): none"},
        {.name = "time-limit",
         .kind = CLI_NUMBER,
         .target = &r->dimension.time_limit_s,
         .low = 0.1,
         .high = 1e6,
         .argument = "SECONDS",
         .help = "of all designs together: stop then with the best and its gap (default 20)"},
        {.name = "lp",
         .kind = CLI_TEXT,
         .target = &r->dimension.lp_program,
         .argument = "PROGRAM",
         .help = "cbc: integer programs by that program instead of GLPK"},
        {.name = "mps",
         .kind = CLI_TEXT,
         .target = &r->mps_path,
         .argument = "FILE",
         .help = "write the integer program with all cuts found as free MPS"},
        {.name = "json", .kind = CLI_FLAG, .target = &r->json, .help = "the answer as JSON on standard output"}};
    static const cli_company company[] = {{"mps", NULL, "pareto"}};
    const cli_usage usage = {.examples = "  keyhaul design topologies/bristol-cambridge.yaml\n"
                                         "  keyhaul design topologies/frankfurt-warsaw-prague.yaml --pareto 5\n"
                                         "  keyhaul design topologies/europe.yaml --theta 2 --gap 0.02\n"
                                         "  keyhaul design topologies/bristol-cambridge.yaml --protect link\n"
                                         "  keyhaul design topologies/bristol-cambridge.yaml --sites --help",
                             .line = "keyhaul design TOPOLOGY.yaml [options]",
                             .about = "How many QKD pairs of which device to put on which link so that all demands get\n"
                                      "their keys together at the least cost, with a lower bound and its reason. What is\n"
                                      "installed today is not looked at; most_modules of a link limits it. The answer is\n"
                                      "verified by code of its own. With --sites: new trusted nodes along the fibres.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1,
                             .company = company,
                             .n_company = sizeof company / sizeof company[0]};
    return cli_parse(&usage, argc, argv, &r->path, finished, err);
}

static kh_status check(cli_modules_request *r, kh_error *err)
{
    bool eur = strcmp(r->by, "eur") == 0;
    if (!eur && strcmp(r->by, "modules") != 0)
        return kh_fail(err, KH_EUSAGE, "--by is '%s', must be eur or modules", r->by);
    KH_TRY(cli_check_lp(r->dimension.lp_program, "design", err));
    r->dimension.by_modules = !eur;
    r->dimension.protect = r->protect != NULL;
    r->dimension.against = r->protect != NULL ? kh_loss_kind_find(r->protect) : KH_LOSS_LINK;
    if (r->dimension.against == KH_LOSS_KINDS)
        return kh_fail(err, KH_EUSAGE, "--protect is '%s', must be link, node, risk, domain or vendor", r->protect);
    return KH_OK;
}

/* Before the silence: how long it may be. */
static void say_limit(const cli_modules *m)
{
    double limit_s = m->request->dimension.time_limit_s;
    if (m->n_offers * m->pipeline->net->n_demands >= LONG && limit_s >= USUAL_LIMIT_S)
        cli_say_limit("the cheapest design", limit_s);
}

static kh_status say_too_short(const cli_modules *m, const kh_dimension *design, kh_error *err)
{
    kh_str bound = {0};
    if (design->design.bound > 0) {
        kh_str_append(&bound, "; none costs less than ");
        cli_modules_cost(m, design->design.bound, &bound);
    }
    kh_status status = kh_fail(err, KH_TIMELIMIT, "the time limit of %g s, shared by all designs, passed before there was one%s",
                               m->request->dimension.time_limit_s, kh_str_text(&bound));
    kh_str_clear(&bound);
    return status;
}

/* A design that the time limit stopped is one, too. @param n_left  designs to be made, with this one: they share the time */
static kh_status design_once(cli_modules *m, kh_dimension_options *options, size_t n_left, kh_dimension *design, kh_error *err)
{
    const kh_pipeline *p = m->pipeline;
    options->time_limit_s =
        (options->protect ? PROTECTED_SHARE : 1) * kh_pipeline_left_s(p, m->request->dimension.time_limit_s, n_left);
    kh_status status = kh_dimension_solve(p->net, m->offers, m->n_offers, options, p->arena, design, err);
    return status == KH_TIMELIMIT && isfinite(design->design.cost) ? KH_OK : status;
}

static kh_status solve(cli_modules *m, kh_error *err)
{
    const kh_pipeline *p = m->pipeline;
    size_t n = m->request->pareto > 0 ? (size_t)m->request->pareto : 1;
    kh_dimension_options options = m->request->dimension;
    const kh_offers_wish by = {m->request->device, kh_clock_s() + kh_pipeline_left_s(p, options.time_limit_s, 1)};
    KH_TRY(kh_offers_make(p->net, p->rates, &by, p->arena, &m->offers, &m->n_offers, err));
    say_limit(m);
    m->designs = KH_NEW(p->arena, kh_dimension, n + 1);
    m->theta = KH_NEW(p->arena, double, n);
    if (m->designs == NULL || m->theta == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for %zu designs", n);
    for (; m->n < n; m->n++) {
        options.theta = m->theta[m->n] = m->request->dimension.theta * (double)(m->n + 1) / (double)n;
        kh_status status = design_once(m, &options, n - m->n, &m->designs[m->n], err);
        if (status == KH_INFEASIBLE && m->n > 0)
            break; /* the front ends here */
        KH_TRY(status == KH_TIMELIMIT ? say_too_short(m, &m->designs[m->n], err) : status);
    }
    if (!options.protect)
        return KH_OK;
    options.theta = m->theta[m->n - 1];
    options.protect = false;
    options.mps = NULL;
    m->unprotected = &m->designs[n];
    kh_status status = design_once(m, &options, 1, m->unprotected, err);
    return status == KH_TIMELIMIT ? KH_OK : status; /* without it there is still the design asked for */
}

static kh_status print(const cli_modules *m, kh_error *err)
{
    if (m->request->json)
        return cli_modules_json(m, err);
    kh_str out = {0};
    cli_modules_text(m, &out);
    return cli_print(&out, err);
}

static kh_status run(cli_modules_request *r, kh_pipeline *pipeline, kh_error *err)
{
    cli_mps mps;
    cli_modules modules = {.request = r, .pipeline = pipeline};
    KH_TRY(check(r, err));
    KH_TRY(kh_pipeline_run(&(kh_pipeline_options){.path = r->path, .until = KH_STAGE_RATES}, pipeline, err));
    KH_TRY(cli_mps_open(r->mps_path, &mps, err));
    r->dimension.mps = mps.file;
    kh_status status = cli_mps_close(&mps, solve(&modules, err), err);
    return status == KH_OK ? print(&modules, err) : status;
}

int cli_design_modules(int argc, char **argv)
{
    cli_modules_request request = {.by = "eur", .dimension = {.theta = 1, .time_limit_s = USUAL_LIMIT_S}};
    bool finished = false;
    kh_error err = {0};
    kh_status status = parse(argc, argv, &request, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_pipeline pipeline = {0};
    status = run(&request, &pipeline, &err);
    cli_print_findings(pipeline.findings);
    kh_pipeline_clear(&pipeline);
    return cli_print_error(&err, status);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/design_sites.h"

#include "core/base/clock.h"
#include "tools/cli/cli.h"
#include "tools/study/site_rates.h"

#include <math.h>
#include <string.h>

enum { MANY_SPANS = 200 }; /* from which on the optimum may take longer than anybody expects */
static const double LONG_WAIT_S = 10;
static const double LONGEST_REACH_KM = 400; /* where no reach is said and a device goes farther */

static cli_option flag(const char *name, bool *target, const char *help)
{
    return (cli_option){.name = name, .kind = CLI_FLAG, .target = target, .help = help};
}

static cli_option text(const char *name, const char **target, const char *argument, const char *help)
{
    return (cli_option){.name = name, .kind = CLI_TEXT, .target = target, .argument = argument, .help = help};
}

static cli_option number(const char *name, double *target, const double range[2], const char *argument, const char *help)
{
    return (cli_option){
        .name = name, .kind = CLI_NUMBER, .target = target, .low = range[0], .high = range[1], .argument = argument, .help = help};
}

static cli_option whole(const char *name, uint64_t *target, double most, const char *argument, const char *help)
{
    return (cli_option){
        .name = name, .kind = CLI_WHOLE, .target = target, .low = 1, .high = most, .argument = argument, .help = help};
}

static kh_status parse(int argc, char **argv, cli_sites_request *r, bool *finished, kh_error *err)
{
    static const double km[] = {0.1, 1e5}, growth[] = {-90, 1000}, percent[] = {0, 100}, share[] = {0, 1}, seconds[] = {0.1, 1e6};
    bool sites = true;
    const cli_option options[] = {
        flag("sites", &sites, "where trusted nodes stand along fibres (this page)"),
        number("step", &r->step_km, km, "KM", "a hut may stand so often along each fibre (default 50)"),
        number("reach", &r->reach_km, km, "KM", "longest span; default: as far as a device gives key"),
        text("device", &r->device, "NAME", "to be bought; all: any of the topology; default: those of its links"),
        flag("fewest", &r->fewest, "join all ends at the least cost of sites, whatever the rates"),
        flag("two-disjoint", &r->two_disjoint, "the same by two routes without a common trusted node"),
        whole("pairs-a-fibre", &r->pairs_a_fibre, 1e6, "N", "most QKD pairs whose light passes a stretch of fibre"),
        whole("horizon", &r->horizon_years, 30, "YEARS", "what to open and buy in which year"),
        number("growth", &r->growth_percent, growth, "PERCENT", "more key each year, with --horizon (default 20)"),
        number("discount", &r->discount_percent, percent, "PERCENT", "of money a year, with --horizon (default 5)"),
        flag("rolling", &r->rolling, "with --horizon: each year planned as if it were the last"),
        number("gap", &r->gap, share, "SHARE", "distance to the bound that is good enough, 0.01 for 1 %; 0 (default): none"),
        number("time-limit", &r->time_limit_s, seconds, "SECONDS", "stop then with the best answer and its gap (default 20)"),
        text("lp", &r->lp_program, "PROGRAM", "cbc: integer programs by that program instead of GLPK"),
        text("mps", &r->mps_path, "FILE", "write the integer program, with all cuts found, as free MPS"),
        flag("json", &r->json, "the answer as JSON on standard output")};
    static const cli_company company[] = {{"two-disjoint", NULL, "fewest"},
                                          {"pairs-a-fibre", NULL, "fewest,two-disjoint"},
                                          {"horizon", NULL, "fewest,two-disjoint"},
                                          {"growth", "horizon", NULL},
                                          {"discount", "horizon", NULL},
                                          {"rolling", "horizon", NULL},
                                          {"mps", NULL, "rolling"}};
    const cli_usage usage = {.examples = "  keyhaul design topologies/bristol-cambridge.yaml --sites\n"
                                         "  keyhaul design topologies/bristol-cambridge.yaml --sites --step 20 --device all\n"
                                         "  keyhaul design topologies/frankfurt-warsaw-prague.yaml --sites --two-disjoint\n"
                                         "  keyhaul design topologies/bristol-cambridge.yaml --sites --horizon 5 --growth 40",
                             .line = "keyhaul design TOPOLOGY.yaml --sites [options]",
                             .about = "Which trusted nodes to open along the fibres and which QKD pairs to put between\n"
                                      "them so that every demand gets its key at the least cost; with a lower bound.\n"
                                      "Light passes closed sites. Links of the topology are not looked at: this is a\n"
                                      "green field on its fibres. The answer is verified by code of its own.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1,
                             .company = company,
                             .n_company = sizeof company / sizeof company[0]};
    return cli_parse(&usage, argc, argv, &r->path, finished, err);
}

/* As far as the device that goes farthest gives key over the fibre that loses least. */
static double natural_reach(const kh_net *net, double reach_db)
{
    double least = HUGE_VAL;
    for (size_t f = 0; f < net->n_fibres; f++)
        if (net->fibres[f].length_km > 0)
            least = fmin(least, net->fibres[f].loss_db / net->fibres[f].length_km);
    return least > 0 && least < HUGE_VAL ? fmin(ceil(reach_db / least), LONGEST_REACH_KM) : LONGEST_REACH_KM;
}

static kh_status make_problem(cli_sites *s, kh_error *err)
{
    const cli_sites_request *r = s->request;
    kh_site_rates rates;
    const kh_site_rates_wish by = {r->device, .until_s = kh_clock_s() + kh_pipeline_left_s(s->pipeline, r->time_limit_s, 1)};
    KH_TRY(kh_site_rates_sample(s->net, &by, s->arena, &rates, err));
    s->tables = rates.tables;
    s->n_tables = rates.n;
    const kh_site_wish wish = {.step_km = r->step_km,
                               .reach_km = isnan(r->reach_km) ? natural_reach(s->net, rates.reach_db) : r->reach_km,
                               .tables = s->tables,
                               .n_tables = s->n_tables,
                               .pairs_a_fibre = r->pairs_a_fibre > 0 ? (double)r->pairs_a_fibre : HUGE_VAL,
                               .growth = r->horizon_years > 0 ? r->growth_percent / 100 : 0,
                               .discount = r->horizon_years > 0 ? r->discount_percent / 100 : 0,
                               .horizon_years = r->horizon_years};
    return kh_site_net_make(s->net, &wish, s->arena, &s->made, err);
}

/* The reason in words, when there is one. */
static kh_status explain(cli_sites *s, kh_status status, kh_error *err)
{
    for (size_t k = 0; status == KH_INFEASIBLE && k < s->made.problem.n_demands; k++) {
        const char *why = kh_site_net_obstacle(&s->made, k, s->arena);
        if (why != NULL)
            return kh_fail(err, KH_INFEASIBLE, "%s", why);
    }
    if (status == KH_INFEASIBLE && s->request->two_disjoint)
        return kh_fail(err, KH_INFEASIBLE,
                       "not all ends of demands can be joined by two routes without a common trusted node: the fibres do not allow "
                       "it with these sites and devices");
    return status;
}

static void mark_route(cli_sites *s, const kh_site_join_problem *problem, const uint32_t *of_span, const kh_site_route *route)
{
    for (size_t i = 0; i + 1 < route->n; i++)
        for (size_t e = 0; e < problem->n_spans; e++) {
            const uint32_t *ends = problem->span[e];
            if ((ends[0] == route->sites[i] && ends[1] == route->sites[i + 1]) ||
                (ends[1] == route->sites[i] && ends[0] == route->sites[i + 1]))
                s->span_used[of_span[e]] = true;
        }
}

/* One part of the plant, added to what came out of the others. */
static kh_status join_part(cli_sites *s, uint32_t part, FILE *mps, kh_error *err)
{
    const cli_sites_request *r = s->request;
    kh_site_join_problem problem;
    kh_site_join join;
    uint32_t *of_span;
    KH_TRY(kh_site_net_join(&s->made, part, s->arena, &problem, &of_span, err));
    if (problem.n_terminals == 0)
        return KH_OK;
    problem.n_routes = r->two_disjoint ? 2 : 1;
    problem.time_limit_s = kh_pipeline_left_s(s->pipeline, r->time_limit_s, 1);
    problem.gap = r->gap;
    problem.lp_program = r->lp_program;
    problem.mps = mps;
    if (mps != NULL && s->n_parts++ > 0)
        return kh_fail(err, KH_EUSAGE,
                       "--mps writes one program, and the fibres of this plant are not all joined: each part has its own");
    KH_TRY(explain(s, kh_site_join_solve(&problem, s->arena, &join, err), err));
    kh_error wrong = {0};
    if (kh_site_join_verify(&problem, &join, &wrong) != KH_OK)
        return kh_fail(err, KH_EINTERNAL, "the sites do not stand their own check: %s", wrong.message);
    for (size_t v = 0; v < s->made.layout.n_sites; v++)
        s->open[v] = s->open[v] || join.open[v];
    for (size_t i = 0; i < (problem.n_terminals - 1) * problem.n_routes; i++)
        mark_route(s, &problem, of_span, &join.routes[i]);
    s->price += join.price;
    s->bound += join.bound;
    s->complete = s->complete && join.complete;
    return KH_OK;
}

static kh_status solve_join(cli_sites *s, FILE *mps, kh_error *err)
{
    s->open = KH_NEW(s->arena, bool, s->made.layout.n_sites);
    s->span_used = KH_NEW(s->arena, bool, s->made.layout.n_spans);
    if (s->open == NULL || s->span_used == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for the sites");
    s->complete = true;
    for (uint32_t part = 0; part < s->net->n_nodes; part++)
        KH_TRY(join_part(s, part, mps, err));
    return KH_OK;
}

static kh_status solve_build(cli_sites *s, FILE *mps, kh_error *err)
{
    const cli_sites_request *r = s->request;
    if (s->made.layout.n_spans >= MANY_SPANS && r->time_limit_s >= LONG_WAIT_S)
        cli_say_limit("the cheapest sites", r->time_limit_s);
    s->made.problem.time_limit_s = kh_pipeline_left_s(s->pipeline, r->time_limit_s, 1);
    s->made.problem.gap = r->gap;
    s->made.problem.lp_program = r->lp_program;
    s->made.problem.rolling = r->rolling;
    s->made.problem.mps = mps;
    KH_TRY(explain(s, kh_site_build_solve(&s->made.problem, s->arena, &s->build, err), err));
    kh_error wrong = {0};
    if (kh_site_build_verify(&s->made.problem, &s->build, s->made.rule.reach_km, &wrong) != KH_OK)
        return kh_fail(err, KH_EINTERNAL, "the plan does not stand its own check: %s", wrong.message);
    s->price = s->build.price;
    s->bound = s->build.bound;
    s->complete = s->build.complete;
    return KH_OK;
}

uint32_t cli_sites_cheapest(const cli_sites *s, uint32_t span)
{
    uint32_t best = KH_NO_INDEX;
    for (uint32_t o = 0; o < s->made.problem.n_offers; o++)
        if (s->made.problem.offers[o].span == span &&
            (best == KH_NO_INDEX || s->made.problem.offers[o].price < s->made.problem.offers[best].price))
            best = o;
    return best;
}

static kh_status print(const cli_sites *s, kh_error *err)
{
    if (s->request->json)
        return cli_sites_json(s, err);
    kh_str out = {0};
    cli_sites_text(s, &out);
    return cli_print(&out, err);
}

static kh_status run(const cli_sites_request *request, kh_pipeline *pipeline, kh_error *err)
{
    KH_TRY(cli_check_lp(request->lp_program, "design", err));
    KH_TRY(kh_pipeline_run(&(kh_pipeline_options){.path = request->path, .until = KH_STAGE_LOAD}, pipeline, err));
    cli_sites s = {.request = request, .pipeline = pipeline, .net = pipeline->net, .arena = pipeline->arena};
    KH_TRY(make_problem(&s, err));
    cli_mps mps;
    KH_TRY(cli_mps_open(request->mps_path, &mps, err));
    bool joins = request->fewest || request->two_disjoint;
    KH_TRY(cli_mps_close(&mps, joins ? solve_join(&s, mps.file, err) : solve_build(&s, mps.file, err), err));
    return print(&s, err);
}

int cli_design_sites(int argc, char **argv)
{
    cli_sites_request request = {
        .step_km = 50, .reach_km = (double)NAN, .growth_percent = 20, .discount_percent = 5, .time_limit_s = 20};
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

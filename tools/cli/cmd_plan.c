/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/plan_services.h"
#include "tools/cli/rates_text.h"
#include "tools/cli/table.h"
#include "tools/study/pipeline.h"
#include "tools/study/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nobody reads more on a terminal. */
enum { MOST_TOLD = 200 };

static void paragraph(kh_str *out, const kh_str *text)
{
    if (text->length == 0)
        return;
    kh_str_append(out, "  ");
    kh_str_append_wrapped(out, kh_str_text(text), 76, "  ");
    kh_str_append(out, "\n");
    out->failed = out->failed || text->failed;
}

static void write_demand_table(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "demand|security|>asks|>gets|>%|routes");
    for (size_t i = 0; i < p->plan->n_demands; i++) {
        const kh_plan_demand *planned = &p->plan->demands[i];
        bool asking = kh_demand_needs_qkd(&p->net->demands[i]);
        cli_table_cell(&table, "%s", p->net->demands[i].id);
        cli_table_cell(&table, "%s", kh_security_name(p->net->demands[i].security));
        if (asking) {
            cli_table_rate(&table, planned->requested_bps);
            cli_table_rate(&table, planned->rate_bps);
        } else {
            cli_table_cell(&table, "-");
            cli_table_cell(&table, "-");
        }
        cli_table_number(
            &table, asking && planned->requested_bps > 0.0 ? 100.0 * planned->rate_bps / planned->requested_bps : (double)NAN, 1);
        cli_table_cell(&table, "%zu", planned->n_routes);
    }
    cli_table_text(&table, out);
}

static void write_epsilon(const kh_pipeline *p, kh_demand_id id, kh_str *out)
{
    kh_demand_epsilon epsilon = kh_plan_demand_epsilon(&p->plan->demands[id.i], p->rates);
    kh_str text = {0};
    if (!isnan(epsilon.key))
        kh_str_printf(&text, "Epsilon of a key is %.2g, of all keys of a year %.2g.", epsilon.key, epsilon.year);
    paragraph(out, &text);
    kh_str_clear(&text);
}

static void write_demand(const kh_pipeline *p, kh_demand_id id, kh_str *out)
{
    kh_str why = {0}, advice = {0}, data = {0};
    kh_words_demand(p->net, p->rates, p->plan, id, &why);
    kh_words_advice(p->net, p->rates, p->plan, id, &advice);
    kh_words_data(p->net, &p->services->of[id.i], id, &data);
    kh_str_printf(out, "\n%s\n", p->net->demands[id.i].id);
    paragraph(out, &why);
    write_epsilon(p, id, out);
    paragraph(out, &advice);
    paragraph(out, &data);
    kh_str_clear(&why);
    kh_str_clear(&advice);
    kh_str_clear(&data);
}

static void write_words(const kh_pipeline *p, kh_str *out)
{
    size_t n = p->plan->n_demands, told = n < MOST_TOLD ? n : MOST_TOLD;
    for (uint32_t i = 0; i < told; i++)
        write_demand(p, (kh_demand_id){i}, out);
    if (told < n)
        kh_str_printf(out, "\nThe first %zu of %zu demands are told in words; --json tells of all.\n", told, n);
}

static void write_tight_links(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "tight link|>capacity|>used|>price per kbit/s");
    for (size_t i = 0; i < p->plan->n_links; i++) {
        const kh_plan_link *link = &p->plan->links[i];
        if (link->shadow_price <= 0.0)
            continue;
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_rate(&table, link->capacity_bps);
        cli_table_rate(&table, link->used_bps);
        cli_table_cell(&table, "%.3g", 1000.0 * link->shadow_price);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static kh_status print_plan(const kh_pipeline *p, bool json, kh_error *err)
{
    if (json)
        return cli_json_print(cli_json_plan(p), err);
    kh_str out = {0}, words = {0};
    kh_words_plan(p->net, p->rates, p->plan, &words);
    kh_str_printf(&out, "%s\n", p->net->name);
    paragraph(&out, &words);
    kh_str_append(&out, "\n");
    kh_str_clear(&words);
    write_demand_table(p, &out);
    write_tight_links(p, &out);
    cli_working_time_text(p, &out);
    cli_services_text(p, &out);
    write_words(p, &out);
    kh_status status = cli_write(NULL, &out, err);
    kh_str_clear(&out);
    return status;
}

kh_status cli_objective(const char *text, kh_objective *objective, kh_error *err)
{
    for (int o = KH_OBJECTIVE_CONCURRENT; o <= KH_OBJECTIVE_MAX_MIN; o++)
        if (strcmp(text, kh_objective_name((kh_objective)o)) == 0) {
            *objective = (kh_objective)o;
            return KH_OK;
        }
    return kh_fail(err, KH_EUSAGE, "--objective is '%s', must be max-min or concurrent", text);
}

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

/* The program to be exported is kept in memory until the plan is there: a failed plan leaves no file. */
static kh_status run_plan(kh_pipeline_options *run, const char *mps_path, kh_pipeline *pipeline, kh_error *err)
{
    if (mps_path == NULL)
        return kh_pipeline_run(run, pipeline, err);
    kh_str mps = {0};
    run->mps = open_memstream(&mps.data, &mps.length);
    if (run->mps == NULL)
        return kh_fail(err, KH_ENOMEM, "no memory for a linear program");
    kh_status status = kh_pipeline_run(run, pipeline, err);
    if (fclose(run->mps) != 0 && status == KH_OK)
        status = kh_fail(err, KH_ENOMEM, "no memory for a linear program");
    if (status == KH_OK)
        status = cli_write(mps_path, &mps, err);
    free(mps.data);
    return status;
}

int cmd_plan(int argc, char **argv)
{
    bool json = false, require = false, finished = false;
    const char *objective = "max-min", *path = NULL, *lp_program = NULL, *mps_path = NULL;
    double time_limit_s = 0.0;
    const cli_option options[] = {
        {.name = "objective",
         .kind = CLI_TEXT,
         .target = &objective,
         .argument = "NAME",
         .help = "max-min (default): fair rates; concurrent: one share for all"},
        {.name = "time-limit",
         .kind = CLI_NUMBER,
         .target = &time_limit_s,
         .low = 0.0,
         .high = 1e6,
         .argument = "SECONDS",
         .help = "stop then with the best plan and its honest gap"},
        {.name = "lp",
         .kind = CLI_TEXT,
         .target = &lp_program,
         .argument = "PROGRAM",
         .help = "cbc or clp: linear programs by that program instead of GLPK"},
        {.name = "mps",
         .kind = CLI_TEXT,
         .target = &mps_path,
         .argument = "FILE",
         .help = "the linear program that the plan's value is the optimum of, as free MPS"},
        {.name = "require", .kind = CLI_FLAG, .target = &require, .help = "exit status 1 when a required demand is not met"},
        {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "the plan as JSON on standard output"}};
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
    kh_error err = {0};
    kh_pipeline_options run = {.until = KH_STAGE_PLAN};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status == KH_OK && !finished)
        status = cli_objective(objective, &run.objective, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_pipeline pipeline = {0};
    run.path = path;
    run.time_limit_s = time_limit_s;
    run.lp_program = lp_program;
    status = run_plan(&run, mps_path, &pipeline, &err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = print_plan(&pipeline, json, &err);
    int unmet = status == KH_OK && require ? cli_requirement(&pipeline) : 0;
    kh_pipeline_clear(&pipeline);
    return status == KH_OK ? unmet : cli_print_error(&err, status);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/table.h"
#include "tools/study/pipeline.h"

#include <math.h>

static void write_links(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "QKD link|>km|>dB|>key rate|>QBER %|what limits it");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_qkd_rate *rate = &p->rates->qkd[i];
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_number(&table, rate->length_km, 1);
        cli_table_number(&table, rate->loss_db, 1);
        cli_table_rate(&table, rate->key_rate_bps);
        cli_table_number(&table, 100.0 * rate->qber, 2);
        cli_table_cell(&table, "%s", kh_limit_text(rate->limit));
    }
    cli_table_text(&table, out);
}

static void write_effects(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "what it costs, dB|>loss|>darks|>optics|>err.corr.|>finite|>dead time");
    for (size_t i = 0; i < p->net->n_qkd_links; i++) {
        const kh_effects *e = &p->rates->qkd[i].effects;
        if (isnan(e->loss_db))
            continue; /* measured, or no key: nothing to split */
        cli_table_cell(&table, "%s", p->net->qkd_links[i].id);
        cli_table_number(&table, e->loss_db, 1);
        cli_table_number(&table, e->dark_counts_db, 2);
        cli_table_number(&table, e->misalignment_db, 2);
        cli_table_number(&table, e->error_correction_db, 2);
        cli_table_number(&table, e->finite_key_db, 2);
        cli_table_number(&table, e->dead_time_db, 2);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static void write_lines(const kh_pipeline *p, kh_str *out)
{
    cli_table table = cli_table_start(p->arena, "line system|>km|>GSNR dB|>Tb/s|>margin dB|>ms|what limits it");
    for (size_t i = 0; i < p->net->n_line_systems; i++) {
        const kh_line_rate *rate = &p->rates->line[i];
        cli_table_cell(&table, "%s", p->net->line_systems[i].id);
        cli_table_number(&table, rate->length_km, 0);
        cli_table_number(&table, rate->gsnr_01nm_db, 1);
        cli_table_number(&table, rate->capacity_gbps / 1000.0, 2);
        cli_table_number(&table, rate->margin_db, 1);
        cli_table_number(&table, rate->latency_ms, 2);
        cli_table_cell(&table, "%s", rate->reason == NULL ? "" : rate->reason);
    }
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
    cli_table_text(&table, out);
}

static kh_status print_rates(const kh_pipeline *p, bool json, kh_error *err)
{
    if (json) {
        kh_json *root = kh_json_object();
        kh_json_set(root, "name", kh_json_text(p->net->name));
        kh_json_set(root, "links", cli_json_links(p->net, p->rates));
        kh_json_set(root, "lines", cli_json_lines(p->net, p->rates));
        kh_json_set(root, "findings", cli_json_findings(p->findings));
        return cli_json_print(root, err);
    }
    kh_str out = {0};
    write_links(p, &out);
    write_effects(p, &out);
    write_lines(p, &out);
    kh_status status = cli_write(NULL, &out, err);
    kh_str_clear(&out);
    return status;
}

int cmd_rates(int argc, char **argv)
{
    bool json = false, finished = false;
    const cli_option options[] = {{.name = "json", .kind = CLI_FLAG, .target = &json, .help = "rates as JSON on standard output"}};
    const cli_usage usage = {.examples = "  keyhaul rates topologies/bristol-cambridge.yaml\n"
                                         "  keyhaul rates topologies/europe.yaml --json | jq '.links[] | [.id, .key_rate_bps]'",
                             .line = "keyhaul rates TOPOLOGY.yaml [options]",
                             .about = "What every QKD link and every line system can do, and what limits it. GSNR is the worst\n"
                                      "channel's, in 0.1 nm. A measured key rate in the topology overrides the computed one.\n"
                                      "The second table says by how many dB the key rate would rise without each effect.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    const char *path = NULL;
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_pipeline pipeline = {0};
    status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_RATES}, &pipeline, &err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = print_rates(&pipeline, json, &err);
    kh_pipeline_clear(&pipeline);
    return cli_print_error(&err, status);
}

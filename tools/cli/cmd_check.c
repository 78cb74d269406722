/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/study/phrase.h"
#include "tools/study/pipeline.h"

static kh_status say_clean(const kh_net *net, kh_error *err)
{
    const struct {
        size_t n;
        const char *what;
    } nouns[] = {{net->n_nodes, "site"},           {net->n_fibres, "fibre"},
                 {net->n_qkd_links, "QKD link"},   {net->n_line_systems, "line system"},
                 {net->n_demands, "demand"},       {net->n_domains, "domain"},
                 {net->n_provenance, "assumption"}};
    kh_str words = {0}, out = {0};
    kh_str_printf(&words, "%s: ", net->name);
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++) {
        kh_str_append(&words, i > 0 ? ", " : "");
        kh_phrase_count(nouns[i].n, nouns[i].what, &words);
    }
    kh_str_append_wrapped(&out, kh_str_text(&words), 80, "  ");
    kh_str_append(&out, "\n");
    kh_str_clear(&words);
    return cli_print(&out, err);
}

static kh_status report(const kh_pipeline *pipeline, kh_status status, bool json, kh_error *err)
{
    if (!json) {
        cli_print_findings(pipeline->findings);
        return status == KH_OK ? say_clean(pipeline->net, err) : KH_OK;
    }
    if (pipeline->findings == NULL)
        return KH_OK;
    kh_json *root = kh_json_object();
    kh_json_set(root, "valid", kh_json_bool(status == KH_OK));
    kh_json_set(root, "findings", cli_json_findings(pipeline->findings));
    return cli_json_print(root, err);
}

int cmd_check(int argc, char **argv)
{
    bool json = false, finished = false;
    const cli_option options[] = {
        {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "findings as JSON on standard output"}};
    const cli_usage usage = {.examples = "  keyhaul check topologies/bristol-cambridge.yaml",
                             .line = "keyhaul check TOPOLOGY.yaml [options]",
                             .about = "Reads a topology with its includes and shows all problems at once, each with its place\n"
                                      "and what to do. Exit status 65 when there are errors; warnings and notes leave it 0.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    const char *path = NULL;
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_pipeline pipeline = {0};
    status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_LOAD}, &pipeline, &err);
    kh_error second = {0};
    kh_status printed = report(&pipeline, status, json, &second);
    kh_pipeline_clear(&pipeline);
    if (printed != KH_OK && status == KH_OK)
        return cli_print_error(&second, printed);
    return cli_print_error(&err, status);
}

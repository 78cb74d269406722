/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/path.h"
#include "tools/cli/rates_text.h"
#include "tools/cli/suggest.h"
#include "tools/study/pipeline.h"

#include <math.h>

/* What is printed besides the rates. */
typedef struct extras {
    bool crossovers, suggestions; /* asked for */
    double wanted_bps;            /* NAN: not said */
    kh_choice_envelope envelope;
    cli_suggestions suggested;
} extras;

static kh_status find_extras(const kh_pipeline *p, extras *more, kh_error *err)
{
    if (more->crossovers)
        KH_TRY(kh_choice_envelope_find(p->net, p->arena, &more->envelope, err));
    return more->suggestions ? cli_suggestions_find(p, more->wanted_bps, &more->suggested, err) : KH_OK;
}

static kh_status print_json(const kh_pipeline *p, const extras *more, kh_error *err)
{
    kh_json *root = kh_json_object();
    kh_json_set(root, "name", kh_json_text(p->net->name));
    kh_json_set(root, "links", cli_json_links(p->net, p->rates));
    kh_json_set(root, "lines", cli_json_lines(p->net, p->rates));
    if (more->crossovers)
        kh_json_set(root, "crossovers", cli_json_crossovers(p->net, &more->envelope));
    if (more->suggestions)
        kh_json_set(root, "suggestions", cli_json_suggestions(p, &more->suggested));
    kh_json_set(root, "findings", cli_json_findings(p->findings));
    return cli_json_print(root, err);
}

static kh_status print_text(const kh_pipeline *p, const extras *more, kh_error *err)
{
    kh_str out = {0};
    cli_rates_text(p, &out);
    if (more->crossovers)
        cli_crossovers_text(p, &more->envelope, &out);
    if (more->suggestions)
        cli_suggestions_text(p, &more->suggested, &out);
    cli_strands_text(p, &out);
    return cli_print(&out, err);
}

static const cli_company company[] = {
    {"key-rate-bps", "suggest-wavelength", NULL}, {"path", NULL, "crossovers,suggest-wavelength"}, {"tx-osnr-db", "path", NULL}};

int cmd_rates(int argc, char **argv)
{
    bool json = false, finished = false;
    extras more = {.wanted_bps = (double)NAN};
    cli_path_request way = {.tx_osnr_db = (double)NAN};
    const cli_option options[] = {
        {.name = "crossovers", .kind = CLI_FLAG, .target = &more.crossovers, .help = "also: which device is best at which loss"},
        {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "rates as JSON on standard output"},
        {.name = "key-rate-bps",
         .kind = CLI_NUMBER,
         .target = &more.wanted_bps,
         .high = 1e12,
         .argument = "R",
         .help = "with --suggest-wavelength: key rate to keep; else 80 % of a dark strand's"},
        {.name = "path",
         .kind = CLI_TEXT,
         .target = &way.ends,
         .argument = "A,B",
         .help = "instead: every channel on the shortest way over line systems"},
        {.name = "suggest-wavelength",
         .kind = CLI_FLAG,
         .target = &more.suggestions,
         .help = "also: best quantum channel, strongest light beside it"},
        {.name = "tx-osnr-db",
         .kind = CLI_NUMBER,
         .target = &way.tx_osnr_db,
         .high = 100.0,
         .argument = "DB",
         .help = "with --path: OSNR of the transmitters, 0.1 nm; else the mode's"},
    };
    const cli_usage usage = {.examples = "  keyhaul rates topologies/bristol-cambridge.yaml\n"
                                         "  keyhaul rates topologies/europe.yaml --json | jq '.links[].key_rate_bps'\n"
                                         "  keyhaul rates topologies/amsterdam-kajaani.yaml --path AMS,KAJAANI",
                             .line = "keyhaul rates TOPOLOGY.yaml [options]",
                             .about = "What every QKD link and every line system can do, and what limits it. GSNR is\n"
                                      "the worst channel's, in 0.1 nm. A measured key rate goes before the computed one.\n"
                                      "What costs dB: by how many dB the key rate would rise without each effect: dark\n"
                                      "counts, stray light, optical errors, leakage to correct them, finite key, dead\n"
                                      "time. Then the one change that raises it most.\n"
                                      "From space: key rate, the mean of a year; km, dB and QBER, of the best pass. Mbit\n"
                                      "of the year, of a poor one (1 in 10 is poorer), of the best and the mean pass; passes\n"
                                      "with key under a clear sky, of all passes, and how many of them come clear.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1,
                             .company = company,
                             .n_company = sizeof company / sizeof company[0]};
    const char *path = NULL;
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    if (way.ends != NULL)
        return cli_path_run(path, &way, json);
    kh_pipeline pipeline = {0};
    status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_RATES}, &pipeline, &err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = find_extras(&pipeline, &more, &err);
    if (status == KH_OK)
        status = json ? print_json(&pipeline, &more, &err) : print_text(&pipeline, &more, &err);
    kh_pipeline_clear(&pipeline);
    return cli_print_error(&err, status);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/path.h"
#include "tools/cli/rates_text.h"
#include "tools/study/pipeline.h"

#include <math.h>

/* crossovers: NULL when not asked for */
static kh_status print_rates(const kh_pipeline *p, const kh_choice_envelope *crossovers, bool json, kh_error *err)
{
    if (json) {
        kh_json *root = kh_json_object();
        kh_json_set(root, "name", kh_json_text(p->net->name));
        kh_json_set(root, "links", cli_json_links(p->net, p->rates));
        kh_json_set(root, "lines", cli_json_lines(p->net, p->rates));
        if (crossovers != NULL)
            kh_json_set(root, "crossovers", cli_json_crossovers(p->net, crossovers));
        kh_json_set(root, "findings", cli_json_findings(p->findings));
        return cli_json_print(root, err);
    }
    kh_str out = {0};
    cli_rates_text(p, &out);
    if (crossovers != NULL)
        cli_crossovers_text(p, crossovers, &out);
    kh_status status = cli_write(NULL, &out, err);
    kh_str_clear(&out);
    return status;
}

int cmd_rates(int argc, char **argv)
{
    bool json = false, crossovers = false, finished = false;
    cli_path_request way = {.tx_osnr_db = (double)NAN};
    const cli_option options[] = {
        {.name = "crossovers", .kind = CLI_FLAG, .target = &crossovers, .help = "also: which device is best at which loss"},
        {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "rates as JSON on standard output"},
        {.name = "path",
         .kind = CLI_TEXT,
         .target = &way.ends,
         .argument = "A,B",
         .help = "instead: every channel on the shortest way over line systems"},
        {.name = "tx-osnr-db",
         .kind = CLI_NUMBER,
         .target = &way.tx_osnr_db,
         .high = 100.0,
         .argument = "DB",
         .help = "with --path: OSNR of the transmitters, 0.1 nm; else the mode's"},
    };
    const cli_usage usage = {.examples = "  keyhaul rates topologies/bristol-cambridge.yaml\n"
                                         "  keyhaul rates topologies/europe.yaml --json | jq '.links[] | [.id, .key_rate_bps]'\n"
                                         "  keyhaul rates topologies/amsterdam-kajaani.yaml --path AMS,KAJAANI",
                             .line = "keyhaul rates TOPOLOGY.yaml [options]",
                             .about =
                                 "What every QKD link and every line system can do, and what limits it. GSNR is the worst\n"
                                 "channel's, in 0.1 nm. A measured key rate in the topology overrides the computed one.\n"
                                 "What costs dB: by how many dB the key rate would rise without each effect; stray is light of\n"
                                 "others, leak what error correction discloses. Then the one change that raises it most.\n"
                                 "From space: the mean over a year of passes; loss, km, QBER and dB are those of the best pass.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
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
    kh_choice_envelope envelope = {0};
    if (status == KH_OK && crossovers)
        status = kh_choice_envelope_find(pipeline.net, pipeline.arena, &envelope, &err);
    if (status == KH_OK)
        status = print_rates(&pipeline, crossovers ? &envelope : NULL, json, &err);
    kh_pipeline_clear(&pipeline);
    return cli_print_error(&err, status);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/light_out.h"

#include <math.h>

static kh_status run(const char *path, const cli_light_options *options, bool json, kh_error *err)
{
    kh_pipeline pipeline = {0};
    cli_light light;
    kh_status status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_RATES}, &pipeline, err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = cli_light_find(&pipeline, options, &light, err);
    if (status == KH_OK)
        status = json ? cli_json_print(cli_json_light(&pipeline, &light), err) : cli_light_text(&pipeline, options, &light, err);
    kh_pipeline_clear(&pipeline);
    return status;
}

int cmd_light(int argc, char **argv)
{
    bool json = false, finished = false;
    uint64_t n_quantum = 1, other_pairs = 0;
    cli_light_options set = {.wanted_gbps = (double)NAN};
    const cli_option options[] = {
        {.name = "front", .kind = CLI_FLAG, .target = &set.front, .help = "also: how much key at how many Gbit/s"},
        {.name = "gbps",
         .kind = CLI_NUMBER,
         .target = &set.wanted_gbps,
         .high = 1e6,
         .argument = "G",
         .help = "classical traffic to keep; what the line has unless given"},
        {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "as JSON on standard output"},
        {.name = "link", .kind = CLI_TEXT, .target = &set.link, .argument = "ID", .help = "this QKD link only"},
        {.name = "other-pairs",
         .kind = CLI_WHOLE,
         .target = &other_pairs,
         .high = 100,
         .argument = "N",
         .help = "fibre pairs beside it that classical channels may fill first"},
        {.name = "quantum",
         .kind = CLI_WHOLE,
         .target = &n_quantum,
         .low = 1,
         .high = 8,
         .argument = "N",
         .help = "quantum channels at most, 1 to 8; 1 unless given"},
    };
    const cli_usage usage = {.examples = "  keyhaul light tests/ref/coexist.yaml\n"
                                         "  keyhaul light tests/ref/coexist.yaml --link mao-co --gbps 1600 --front",
                             .line = "keyhaul light TOPOLOGY.yaml [options]",
                             .about = "Quantum and classical channels on one fibre: which channel is which, and how strong\n"
                                      "the classical light is, so that the wanted Gbit/s go and most key is left. For the\n"
                                      "QKD links that name one line system beside them.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    const char *path = NULL;
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    set.n_quantum = (double)n_quantum;
    set.other_pairs = (double)other_pairs;
    if (status == KH_OK && !finished)
        status = run(path, &set, json, &err);
    return cli_print_error(&err, status);
}

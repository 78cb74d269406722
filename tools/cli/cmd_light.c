/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/light_out.h"
#include "tools/cli/light_switched.h"

#include <math.h>
#include <string.h>

typedef kh_status switched_part(const kh_pipeline *p, const cli_switched_options *options, kh_error *err);

static kh_status run_switched(const char *path, switched_part *part, const cli_switched_options *options, kh_error *err)
{
    kh_pipeline pipeline = {0};
    kh_status status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_LOAD}, &pipeline, err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = part(&pipeline, options, err);
    kh_pipeline_clear(&pipeline);
    return status;
}

static kh_status find(const kh_pipeline *p, cli_light_options *options, cli_light *light, kh_error *err)
{
    cli_mps mps;
    KH_TRY(cli_mps_open(options->mps_path, &mps, err));
    options->mps = mps.file;
    return cli_mps_close(&mps, cli_light_find(p, options, light, err), err);
}

static kh_status run(const char *path, cli_light_options *options, bool json, kh_error *err)
{
    kh_pipeline pipeline = {0};
    cli_light light;
    kh_status status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_RATES}, &pipeline, err);
    cli_print_findings(pipeline.findings);
    if (status == KH_OK)
        status = find(&pipeline, options, &light, err);
    if (status == KH_OK)
        status = json ? cli_json_print(cli_json_light(&pipeline, &light), err) : cli_light_text(&pipeline, options, &light, err);
    kh_pipeline_clear(&pipeline);
    return status;
}

typedef struct choices {
    cli_light_options fibre;
    cli_switched_options switched;
    uint64_t n_quantum, other_pairs, most_ways;
    double time_limit_s;
    bool json, through, turns;
} choices;

enum { N_OPTIONS = 17 };

static size_t list_fibre(choices *c, cli_option *options)
{
    const cli_option list[] = {
        {.name = "front", .kind = CLI_FLAG, .target = &c->fibre.front, .help = "also: how much key at how many Gbit/s"},
        {.name = "gbps",
         .kind = CLI_NUMBER,
         .target = &c->fibre.wanted_gbps,
         .high = 1e6,
         .argument = "G",
         .help = "classical traffic to keep; what the line has unless given"},
        {.name = "json", .kind = CLI_FLAG, .target = &c->json, .help = "as JSON on standard output"},
        {.name = "link", .kind = CLI_TEXT, .target = &c->fibre.link, .argument = "ID", .help = "this QKD link only"},
        {.name = "lp",
         .kind = CLI_TEXT,
         .target = &c->fibre.lp_program,
         .argument = "PROGRAM",
         .help = "cbc: integer programs by that program instead of GLPK"},
        {.name = "mps",
         .kind = CLI_TEXT,
         .target = &c->fibre.mps_path,
         .argument = "FILE",
         .help = "with --link: write its integer program as free MPS"},
        {.name = "other-pairs",
         .kind = CLI_WHOLE,
         .target = &c->other_pairs,
         .high = 100,
         .argument = "N",
         .help = "fibre pairs beside it that classical channels may fill first"},
        {.name = "quantum",
         .kind = CLI_WHOLE,
         .target = &c->n_quantum,
         .low = 1,
         .high = 8,
         .argument = "N",
         .help = "quantum channels at most, 1 to 8; 1 unless given"},
        {.name = "time-limit",
         .kind = CLI_NUMBER,
         .target = &c->time_limit_s,
         .low = 0.1,
         .high = 1e6,
         .argument = "S",
         .help = "seconds for all: stop then with the best and its gap; 60 unless given"},
    };
    memcpy(options, list, sizeof list);
    return sizeof list / sizeof list[0];
}

static size_t list_switched(choices *c, cli_option *options)
{
    const cli_option list[] = {
        {.name = "through", .kind = CLI_FLAG, .target = &c->through, .help = "channels from user to user through switches"},
        {.name = "turns", .kind = CLI_FLAG, .target = &c->turns, .help = "paths through switches that share transceivers in turns"},
        {.name = "channels",
         .kind = CLI_WHOLE,
         .target = &c->switched.n_channels,
         .low = 1,
         .high = 96,
         .argument = "N",
         .help = "of these two: quantum channels of a fibre; 8 unless given"},
        {.name = "device",
         .kind = CLI_TEXT,
         .target = &c->switched.ways.device,
         .argument = "NAME",
         .help = "of these two: this one, or all; those of the links unless given"},
        {.name = "lost",
         .kind = CLI_NUMBER,
         .target = &c->switched.lost_share,
         .high = 0.99,
         .argument = "S",
         .help = "of turns: share of the time that switching takes; 0.05"},
        {.name = "switch-db",
         .kind = CLI_NUMBER,
         .target = &c->switched.ways.switch_db,
         .high = 30,
         .argument = "DB",
         .help = "of these two: loss of a switch; 1 unless given"},
        {.name = "transceivers",
         .kind = CLI_WHOLE,
         .target = &c->switched.n_transceivers,
         .low = 1,
         .high = 1000,
         .argument = "N",
         .help = "of turns: in each site; 1 unless given"},
        {.name = "ways",
         .kind = CLI_WHOLE,
         .target = &c->most_ways,
         .low = 1,
         .high = 64,
         .argument = "N",
         .help = "of through: those of least loss of each demand; 4 unless given"},
    };
    memcpy(options, list, sizeof list);
    return sizeof list / sizeof list[0];
}

static const cli_company company[] = {
    {"turns", NULL, "through"},
    {"front", NULL, "through,turns"},
    {"gbps", NULL, "through,turns"},
    {"link", NULL, "through,turns"},
    {"mps", "link", NULL},
    {"other-pairs", NULL, "through,turns"},
    {"quantum", NULL, "through,turns"},
    {"channels", "through,turns", NULL},
    {"device", "through,turns", NULL},
    {"lost", "turns", NULL},
    {"switch-db", "through,turns", NULL},
    {"transceivers", "turns", NULL},
    {"ways", "through", NULL},
};

static kh_status dispatch(choices *c, const char *path, kh_error *err)
{
    KH_TRY(cli_check_lp(c->fibre.lp_program, "light", err));
    c->fibre.time_limit_s = c->switched.time_limit_s = c->time_limit_s;
    c->switched.lp_program = c->fibre.lp_program;
    c->fibre.n_quantum = (double)c->n_quantum;
    c->fibre.other_pairs = (double)c->other_pairs;
    c->switched.ways.most_ways = (size_t)c->most_ways;
    c->switched.json = c->json;
    if (c->through || c->turns)
        return run_switched(path, c->through ? cli_light_through : cli_light_turns, &c->switched, err);
    return run(path, &c->fibre, c->json, err);
}

int cmd_light(int argc, char **argv)
{
    choices c = {.fibre = {.wanted_gbps = (double)NAN},
                 .switched = {.ways = {.switch_db = 1}, .n_channels = 8, .n_transceivers = 1, .lost_share = 0.05},
                 .time_limit_s = 60,
                 .n_quantum = 1,
                 .most_ways = 4};
    cli_option options[N_OPTIONS];
    size_t n_options = list_fibre(&c, options);
    n_options += list_switched(&c, options + n_options);
    const cli_usage usage = {.examples = "  keyhaul light tests/ref/coexist.yaml\n"
                                         "  keyhaul light tests/ref/coexist.yaml --link mao-co --gbps 1600 --front\n"
                                         "  keyhaul light tests/cli/switched.yaml --through --channels 2\n"
                                         "  keyhaul light tests/cli/switched.yaml --turns",
                             .line = "keyhaul light TOPOLOGY.yaml [options]",
                             .about = "Quantum and classical channels on one fibre: which channel is which, and how strong\n"
                                      "the classical light is, so that the wanted Gbit/s go and most key is left. For the\n"
                                      "QKD links that name one line system beside them. With --through or --turns: key\n"
                                      "without relays, by light that passes switches.",
                             .options = options,
                             .n_options = n_options,
                             .n_files = 1,
                             .company = company,
                             .n_company = sizeof company / sizeof company[0]};
    const char *path = NULL;
    bool finished = false;
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status == KH_OK && !finished)
        status = dispatch(&c, path, &err);
    return cli_print_error(&err, status);
}

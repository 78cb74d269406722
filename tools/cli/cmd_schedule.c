/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/schedule_out.h"

#include <math.h>

/* From which on the optimum may take longer than anybody expects. */
static const double MANY_HOURS = 1000, LONG_WAIT_S = 10;

static kh_status solve(const kh_pipeline *p, kh_over_time_options *options, const char *mps_path, kh_over_time *over, kh_error *err)
{
    cli_mps mps;
    KH_TRY(cli_mps_open(mps_path, &mps, err));
    options->mps = mps.file;
    return cli_mps_close(&mps, kh_over_time_solve(p->net, p->rates, options, p->arena, over, err), err);
}

static kh_status run(const char *path, kh_over_time_options *options, const char *mps_path, bool json, kh_error *err)
{
    kh_pipeline pipeline = {0};
    kh_over_time over;
    kh_status status = kh_pipeline_run(&(kh_pipeline_options){.path = path, .until = KH_STAGE_RATES}, &pipeline, err);
    cli_print_findings(pipeline.findings);
    double time_limit_s = options->time_limit_s;
    options->time_limit_s = kh_pipeline_left_s(&pipeline, options->time_limit_s, 1);
    if (status == KH_OK && options->hours >= MANY_HOURS && options->time_limit_s >= LONG_WAIT_S)
        cli_say_limit("the best passes", options->time_limit_s);
    if (status == KH_OK)
        status = solve(&pipeline, options, mps_path, &over, err);
    if (status == KH_TIMELIMIT)
        status = kh_fail(err, status, "--time-limit %g is too short for a first answer and its check: give it more", time_limit_s);
    if (status == KH_OK)
        status = json ? cli_json_print(cli_json_schedule(&pipeline, options, &over), err)
                      : cli_schedule_text(&pipeline, options, &over, err);
    kh_pipeline_clear(&pipeline);
    return status;
}

int cmd_schedule(int argc, char **argv)
{
    bool json = false, finished = false;
    kh_over_time_options set = {.hours = 24, .time_limit_s = 60};
    const char *path = NULL, *mps_path = NULL;
    const cli_option options[] = {
        {.name = "day",
         .kind = CLI_NUMBER,
         .target = &set.first_day,
         .high = 364,
         .argument = "D",
         .help = "of the year, 0 to 364; begins at 0 h UTC"},
        {.name = "hours",
         .kind = CLI_NUMBER,
         .target = &set.hours,
         .low = 1,
         .high = 8760,
         .argument = "N",
         .help = "how long, 1 to 8760; 24 unless given"},
        {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "as JSON on standard output"},
        {.name = "lp",
         .kind = CLI_TEXT,
         .target = &set.lp_program,
         .argument = "PROGRAM",
         .help = "cbc for the linear programs instead of GLPK"},
        {.name = "mps",
         .kind = CLI_TEXT,
         .target = &mps_path,
         .argument = "FILE",
         .help = "write the program of the passes (without passes: of the stores) as free MPS"},
        {.name = "swing",
         .kind = CLI_NUMBER,
         .target = &set.swing,
         .high = 1,
         .argument = "S",
         .help = "requests swing by this share over the day, 0 to 1"},
        {.name = "time-limit",
         .kind = CLI_NUMBER,
         .target = &set.time_limit_s,
         .low = 0.1,
         .high = 1e6,
         .argument = "S",
         .help = "seconds for all: stop then with what is found and proven; 60 unless given"},
        {.name = "total",
         .kind = CLI_FLAG,
         .target = &set.total,
         .help = "passes for the most key in all, not the largest common share"},
    };
    const cli_usage usage = {.examples = "  keyhaul schedule topologies/frankfurt-warsaw-prague.yaml\n"
                                         "  keyhaul schedule topologies/frankfurt-warsaw-prague.yaml --hours 168 --day 180\n"
                                         "  keyhaul schedule topologies/europe.yaml --swing 0.8",
                             .line = "keyhaul schedule TOPOLOGY.yaml [options]",
                             .about = "Which pass of a satellite goes to which ground station, how much key each pair gets\n"
                                      "of them, and what the key stores of the links are worth: how much key rate a\n"
                                      "megabyte more would bring. Both with a proven bound.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status == KH_OK && !finished)
        status = cli_check_lp(set.lp_program, "the choice of passes", &err);
    if (status == KH_OK && !finished)
        status = run(path, &set, mps_path, json, &err);
    return cli_print_error(&err, status);
}

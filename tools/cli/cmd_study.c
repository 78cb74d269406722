/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/batch/sweep.h"
#include "tools/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void show(void *user, size_t done, size_t all, const char *case_name)
{
    cli_progress_show(user, done, all, case_name);
}

/* topologies/study-europe.yaml -> study-europe.db in the present folder */
static void default_output(const char *path, kh_str *out)
{
    const char *name = strrchr(path, '/');
    name = name == NULL ? path : name + 1;
    const char *dot = strrchr(name, '.');
    kh_str_append_n(out, name, dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name));
    kh_str_append(out, ".db");
}

static kh_status run_study(const char *path, kh_sweep_options *options, kh_findings *findings, kh_error *err)
{
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory");
    kh_study *study = NULL;
    cli_progress progress = cli_progress_start("cases");
    options->user = &progress;
    options->progress = show;
    kh_status status = kh_study_load(path, arena, findings, &study, err);
    if (status == KH_OK)
        status = kh_sweep_run(study, options, findings, err);
    cli_progress_end(&progress);
    if (status == KH_OK)
        (void)fprintf(stderr, "%s: %zu case%s of '%s'\n", options->output, study->n_cases, study->n_cases == 1 ? "" : "s",
                      study->name);
    kh_arena_destroy(arena);
    return status;
}

int cmd_study(int argc, char **argv)
{
    bool overwrite = false, finished = false;
    uint64_t processes = 1;
    const char *output = NULL, *path = NULL;
    const cli_option options[] = {
        {.name = "jobs",
         .letter = 'j',
         .kind = CLI_WHOLE,
         .target = &processes,
         .low = 1,
         .high = 1024,
         .argument = "N",
         .help = "processes on this machine (default 1); results do not depend on it"},
        {.name = "output",
         .letter = 'o',
         .kind = CLI_TEXT,
         .target = &output,
         .argument = "FILE",
         .help = "run file (default: the study's name with .db)"},
        {.name = "overwrite", .kind = CLI_FLAG, .target = &overwrite, .help = "begin anew where another study's run is there"}};
    const cli_usage usage = {.examples = "  keyhaul study topologies/study-bristol-cambridge.yaml -j 2 -o bristol.db\n"
                                         "  keyhaul report bristol.db -o bristol.html",
                             .line = "keyhaul study STUDY.yaml [options]",
                             .about =
                                 "Every case of a study (or a topology alone) into one SQLite file. After a Ctrl-C or a kill the\n"
                                 "same command goes on where it stopped: finished cases are kept.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_findings *findings = kh_findings_create();
    kh_str name = {0};
    if (output == NULL)
        default_output(path, &name);
    kh_sweep_options sweep = {.output = output == NULL ? kh_str_text(&name) : output,
                              .processes = (size_t)processes,
                              .overwrite = overwrite,
                              .stop = cli_catch_signals()};
    if (findings == NULL || name.failed)
        status = kh_fail(&err, KH_ENOMEM, "out of memory");
    else
        status = run_study(path, &sweep, findings, &err);
    cli_print_findings(findings);
    kh_findings_destroy(findings);
    kh_str_clear(&name);
    return cli_print_error(&err, status);
}

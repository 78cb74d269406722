/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/run/store.h"
#include "tools/cli/cli.h"
#include "tools/report/report.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *ending;
    kh_report_format format;
} formats[] = {{"html", ".html", KH_REPORT_HTML},
               {"markdown", ".md", KH_REPORT_MARKDOWN},
               {"csv", ".csv", KH_REPORT_CSV},
               {"json", ".json", KH_REPORT_JSON},
               {"summary", ".txt", KH_REPORT_SUMMARY}};
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static kh_status choose_format(const char *name, const char *output, kh_report_format *format, kh_error *err)
{
    *format = KH_REPORT_HTML;
    for (size_t i = 0; i < N_FORMATS; i++) {
        size_t ending = strlen(formats[i].ending), length = output == NULL ? 0 : strlen(output);
        bool by_ending = name == NULL && length > ending && strcmp(output + length - ending, formats[i].ending) == 0;
        if (by_ending || (name != NULL && strcmp(name, formats[i].name) == 0)) {
            *format = formats[i].format;
            return KH_OK;
        }
    }
    if (name != NULL)
        return kh_fail(err, KH_EUSAGE, "--format is '%s', must be html, markdown, csv, json or summary", name);
    return KH_OK;
}

/* The run took hours to make, the report takes a second. */
static kh_status keep_run(const char *path, const char *output, kh_error *err)
{
    struct stat run, target;
    if (output == NULL || stat(path, &run) != 0 || stat(output, &target) != 0)
        return KH_OK;
    if (run.st_dev == target.st_dev && run.st_ino == target.st_ino)
        return kh_fail(err, KH_EUSAGE, "the report would replace its run file '%s'; name another with -o", path);
    return KH_OK;
}

static kh_status make_report(const char *path, const char *output, kh_report_format format, kh_error *err)
{
    KH_TRY(keep_run(path, output, err));
    kh_arena *arena = kh_arena_create(0);
    if (arena == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory");
    kh_run *run = NULL;
    kh_str text = {0};
    kh_status status = kh_store_load(path, arena, &run, err);
    if (status == KH_OK)
        status = kh_while(err, kh_report_write(run, format, &text, err), "report of '%s'", path);
    if (status == KH_OK)
        status = cli_write(output, &text, err);
    if (status == KH_OK && output != NULL)
        (void)fprintf(stderr, "%s: %zu cases, %zu KiB\n", output, run->n_cases, (text.length + 1023) / 1024);
    kh_str_clear(&text);
    kh_arena_destroy(arena);
    return status;
}

int cmd_report(int argc, char **argv)
{
    bool finished = false;
    const char *output = NULL, *format_name = NULL, *path = NULL;
    const cli_option options[] = {{.name = "output",
                                   .letter = 'o',
                                   .kind = CLI_TEXT,
                                   .target = &output,
                                   .argument = "FILE",
                                   .help = "where to; the ending chooses the format (default: standard output)"},
                                  {.name = "format",
                                   .kind = CLI_TEXT,
                                   .target = &format_name,
                                   .argument = "NAME",
                                   .help = "html (default), markdown, csv, json, summary"}};
    const cli_usage usage = {.examples = "  keyhaul report europe.db -o europe.html\n"
                                         "  keyhaul report europe.db --format csv > europe.csv",
                             .line = "keyhaul report RUN.db [options]",
                             .about = "A run file for people. The HTML is one file that needs no network and no server.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    kh_error err = {0};
    kh_report_format format = KH_REPORT_HTML;
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status == KH_OK && !finished)
        status = choose_format(format_name, output, &format, &err);
    if (status == KH_OK && !finished && output == NULL && format == KH_REPORT_HTML && isatty(STDOUT_FILENO))
        status = kh_fail(&err, KH_EUSAGE, "HTML on a terminal is of no use; name a file with -o report.html");
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    return cli_print_error(&err, make_report(path, output, format, &err));
}

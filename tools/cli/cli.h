/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_CLI_H
#define KH_TOOLS_CLI_CLI_H

#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/base/str.h"
#include "tools/study/pipeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** What the commands share: option parsing, output, tables, progress. Only this room prints. */

typedef enum cli_kind { CLI_FLAG, CLI_TEXT, CLI_NUMBER, CLI_WHOLE } cli_kind;

/** One option. target: bool, const char *, double or uint64_t by kind. */
typedef struct cli_option {
    const char *name; /**< long name without dashes */
    char letter;      /**< short name, 0 for none */
    cli_kind kind;
    void *target;
    double low, high;     /**< allowed range of numbers */
    const char *argument; /**< name of the argument in the help */
    const char *help;
    const char *heading; /**< NULL, or what the help says above this option and those that follow */
} cli_option;

/** Which options an option goes with: one that would change nothing, or stand for another question, is refused. */
typedef struct cli_company {
    const char *option;
    const char *needs;    /**< names with commas, one of them must be there; NULL: none */
    const char *excludes; /**< names with commas, none of them may be there; NULL: any */
} cli_company;

/** Options of a command with many, put together topic by topic. */
enum { CLI_MOST_OPTIONS = 48 };
typedef struct cli_option_list {
    cli_option options[CLI_MOST_OPTIONS];
    size_t n;
} cli_option_list;

/** Copies the options of one topic. @param heading  of the topic, NULL: none */
void cli_option_list_add(cli_option_list *list, const char *heading, const cli_option *options, size_t n);
#define CLI_ADD(list, heading, options) cli_option_list_add((list), (heading), (options), sizeof(options) / sizeof(options)[0])

/** A command as its help shows it. */
typedef struct cli_usage {
    const char *examples; /**< first thing in the help */
    const char *line;     /**< "keyhaul check TOPOLOGY.yaml [options]" */
    const char *about;
    const cli_option *options;
    size_t n_options;
    size_t n_files; /**< positional arguments, exactly */
    const cli_company *company;
    size_t n_company;
} cli_usage;

/** Parses the arguments after the command's name.
 *  @param files  [n_files] the positional arguments
 *  @param[out] finished  the help was printed: stop with status 0
 *  @return KH_OK; KH_EUSAGE */
kh_status cli_parse(const cli_usage *usage, int argc, char **argv, const char **files, bool *finished, kh_error *err);

/** Whether --lp names a program that is known, and one for integer programs where these come up: before any work.
 *  @param program  NULL: built in  @param what  that has integer programs, NULL: nothing
 *  @return KH_OK, KH_EUSAGE */
kh_status cli_check_lp(const char *program, const char *what, kh_error *err);

/** True when colours and animation are wanted on that stream: a terminal, NO_COLOR not set. */
bool cli_is_lively(int file_descriptor);

/** Prints the findings, if any, to stderr, with a closing count. */
void cli_print_findings(const kh_findings *findings);

/** Prints the failure to stderr; findings already said what is wrong with the data.
 *  @return the exit status */
int cli_print_error(const kh_error *err, kh_status status);

/** Writes text to stdout, or whole to a file by way of a temporary beside it, so that no half file is ever there.
 *  @param path  NULL: stdout */
kh_status cli_write(const char *path, const kh_str *text, kh_error *err);
/** The same, for its owner's eyes alone. */
kh_status cli_write_secret(const char *path, const kh_str *text, kh_error *err);
/** Writes text to stdout and clears it. */
kh_status cli_print(kh_str *text, kh_error *err);

/** Before a silence: "keyhaul: looking for WHAT, for at most 20 s (--time-limit)" on stderr. */
void cli_say_limit(const char *what, double limit_s);

/** A program that is exported: kept in memory until there is an answer, since a failure shall leave no file. */
typedef struct cli_mps {
    const char *path; /**< NULL: none is wanted */
    FILE *file;       /**< where it goes; NULL with path */
    kh_str text;
} cli_mps;
/** @return KH_OK, KH_ENOMEM */
kh_status cli_mps_open(const char *path, cli_mps *mps, kh_error *err);
/** Writes the file if @p status is KH_OK, and frees everything.
 *  @return @p status, or what came in between: KH_EWRITE, KH_ENOMEM; KH_EUSAGE: the answer took no program */
kh_status cli_mps_close(cli_mps *mps, kh_status status, kh_error *err);

/** Progress on stderr: nothing in the first second; then one line a second, rewritten on a terminal. */
typedef struct cli_progress {
    const char *unit;
    double started_s, shown_s;
    bool shown;
} cli_progress;
cli_progress cli_progress_start(const char *unit);
void cli_progress_show(cli_progress *progress, size_t done, size_t all, const char *what);
void cli_progress_end(cli_progress *progress);

/** --objective by name: KH_EUSAGE for another one. */
kh_status cli_objective(const char *text, kh_objective *objective, kh_error *err);
/** Exit status for --require: 1 when a required demand is not met, else 0. */
int cli_requirement(const kh_pipeline *pipeline);

/** Set by SIGINT and SIGTERM after cli_catch_signals(). */
const volatile int *cli_catch_signals(void);

/** The commands. argv[0] is the command's name. Each returns the exit status of the program. */
int cmd_check(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_rates(int argc, char **argv);
int cmd_light(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_design(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_study(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_schedule(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_validate(int argc, char **argv);

#endif

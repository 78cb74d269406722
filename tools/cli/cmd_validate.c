/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/json.h"
#include "tools/cli/cli.h"
#include "tools/cli/json_out.h"
#include "tools/cli/table.h"
#include "tools/validate/validate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *outcome(const kh_validate_row *row)
{
    return !row->evaluated ? "skip" : row->pass ? "pass" : "FAIL";
}

static void write_rows(const kh_validate_result *result, bool all, kh_arena *arena, kh_str *out)
{
    cli_table table = cli_table_start(arena, "row|quantity|>expected|>computed|>error|>allowed|outcome");
    for (size_t i = 0; i < result->n_rows; i++) {
        const kh_validate_row *row = &result->rows[i];
        if (!all && (row->pass || !row->evaluated))
            continue;
        cli_table_cell(&table, "%s", row->id);
        cli_table_cell(&table, "%s", row->quantity == NULL ? row->model : row->quantity);
        cli_table_cell(&table, "%.7g", row->expected);
        cli_table_cell(&table, "%.7g", row->computed);
        cli_table_cell(&table, "%.2g%s", row->error, row->in_db ? " dB" : "");
        cli_table_cell(&table, "%.2g%s", row->tolerance, row->in_db ? " dB" : "");
        cli_table_cell(&table, "%s", outcome(row));
    }
    cli_table_text(&table, out);
    if (table.n_cells > 0)
        kh_str_append(out, "\n");
}

static bool is_first_of_model(const kh_validate_result *result, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(result->rows[j].model, result->rows[i].model) == 0)
            return false;
    return true;
}

static void write_model(const kh_validate_result *result, const char *model, cli_table *table)
{
    size_t n = 0, passed = 0, failed = 0;
    double worst = 0.0;
    bool in_db = false;
    const char *note = NULL;
    for (size_t i = 0; i < result->n_rows; i++) {
        const kh_validate_row *row = &result->rows[i];
        if (strcmp(row->model, model) != 0)
            continue;
        n++;
        passed += row->evaluated && row->pass;
        failed += row->evaluated && !row->pass;
        in_db = row->in_db;
        note = row->evaluated ? note : row->note;
        if (row->evaluated && row->error > worst)
            worst = row->error;
    }
    cli_table_cell(table, "%s", model);
    cli_table_cell(table, "%zu", n);
    cli_table_cell(table, "%zu", passed);
    cli_table_cell(table, "%zu", failed);
    cli_table_cell(table, "%.2g%s", worst, in_db ? " dB" : "");
    cli_table_cell(table, "%s", note == NULL ? "" : note);
}

static kh_status print_text(const kh_validate_result *result, bool all, kh_arena *arena, kh_error *err)
{
    kh_str out = {0};
    write_rows(result, all, arena, &out);
    cli_table table = cli_table_start(arena, "model|>values|>passed|>failed|>worst error|note");
    for (size_t i = 0; i < result->n_rows; i++)
        if (is_first_of_model(result, i))
            write_model(result, result->rows[i].model, &table);
    cli_table_text(&table, &out);
    kh_str_printf(&out, "\n%zu passed, %zu failed, %zu skipped\n", result->n_passed, result->n_failed, result->n_skipped);
    return cli_print(&out, err);
}

static kh_status print_json(const kh_validate_result *result, kh_error *err)
{
    kh_json *root = kh_json_object(), *rows = kh_json_array();
    for (size_t i = 0; i < result->n_rows; i++) {
        const kh_validate_row *row = &result->rows[i];
        kh_json *object = kh_json_object();
        kh_json_set(object, "id", kh_json_text(row->id));
        kh_json_set(object, "model", kh_json_text(row->model));
        kh_json_set(object, "quantity", kh_json_text(row->quantity));
        kh_json_set(object, "unit", kh_json_text(row->unit));
        kh_json_set(object, "expected", kh_json_number(row->expected));
        kh_json_set(object, "computed", kh_json_number(row->computed));
        kh_json_set(object, row->in_db ? "error_db" : "error_relative", kh_json_number(row->error));
        kh_json_set(object, "tolerance", kh_json_number(row->tolerance));
        kh_json_set(object, "outcome", kh_json_text(outcome(row)));
        kh_json_set(object, "note", kh_json_text(row->note));
        kh_json_append(rows, object);
    }
    kh_json_set(root, "passed", kh_json_number((double)result->n_passed));
    kh_json_set(root, "failed", kh_json_number((double)result->n_failed));
    kh_json_set(root, "skipped", kh_json_number((double)result->n_skipped));
    kh_json_set(root, "rows", rows);
    return cli_json_print(root, err);
}

static kh_status validate(const char *path, const kh_validate_options *options, bool all, bool json, kh_arena *arena,
                          kh_findings *findings, kh_error *err)
{
    if (arena == NULL || findings == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory");
    kh_validate_result result = {0};
    kh_status status = kh_validate_table(path, options, arena, findings, &result, err);
    cli_print_findings(findings);
    KH_TRY(status);
    KH_TRY(json ? print_json(&result, err) : print_text(&result, all, arena, err));
    if (result.n_failed > 0)
        return kh_fail(err, KH_UNMET, "%zu of %zu values are outside their tolerance", result.n_failed,
                       result.n_rows - result.n_skipped);
    return KH_OK;
}

int cmd_validate(int argc, char **argv)
{
    bool all = false, json = false, finished = false;
    kh_validate_options how = {0};
    const cli_option options[] = {{.name = "instances",
                                   .kind = CLI_TEXT,
                                   .target = &how.instances,
                                   .argument = "DIR",
                                   .help = "where the instances are that rows name; default: instances beside the table"},
                                  {.name = "lp",
                                   .kind = CLI_TEXT,
                                   .target = &how.lp_program,
                                   .argument = "PROGRAM",
                                   .help = "cbc or clp: linear programs by that program instead of GLPK"},
                                  {.name = "all", .kind = CLI_FLAG, .target = &all, .help = "every row, not only those that fail"},
                                  {.name = "json", .kind = CLI_FLAG, .target = &json, .help = "rows as JSON on standard output"}};
    const cli_usage usage = {.examples = "  keyhaul validate tests/ref/qkd_acceptance.csv --all\n"
                                         "  keyhaul validate tests/ref/optical_acceptance.csv\n"
                                         "  keyhaul validate tests/ref/optimiser_acceptance.csv --lp cbc",
                             .line = "keyhaul validate TABLE.csv [options]",
                             .about =
                                 "Evaluates a table of reference values with Keyhaul's own models. Exit status 1 when a value is\n"
                                 "outside its tolerance. Write a table of your own in the same columns to check Keyhaul.",
                             .options = options,
                             .n_options = sizeof options / sizeof options[0],
                             .n_files = 1};
    const char *path = NULL;
    kh_error err = {0};
    kh_status status = cli_parse(&usage, argc, argv, &path, &finished, &err);
    if (status != KH_OK || finished)
        return cli_print_error(&err, status);
    kh_arena *arena = kh_arena_create(0);
    kh_findings *findings = kh_findings_create();
    status = validate(path, &how, all, json, arena, findings, &err);
    kh_findings_destroy(findings);
    kh_arena_destroy(arena);
    return cli_print_error(&err, status);
}

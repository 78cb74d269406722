/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/json.h"
#include "models/reference/reference.h"
#include "tools/validate/loss_file.h"
#include "tools/validate/rows.h"

#include <math.h>
#include <string.h>

typedef struct columns {
    size_t id, model, inputs, expected, unit, tolerance, check, source;
} columns;

static columns find_columns(const kh_csv *csv)
{
    return (columns){.id = kh_csv_column(csv, "id"),
                     .model = kh_csv_column(csv, "model"),
                     .inputs = kh_csv_column(csv, "inputs_json"),
                     .expected = kh_csv_column(csv, "expected"),
                     .unit = kh_csv_column(csv, "unit"),
                     .tolerance = kh_csv_column(csv, "tol_rel"),
                     .check = kh_csv_column(csv, "check"),
                     .source = kh_csv_column(csv, "source")};
}

/* *usable is false when a finding was made instead. A row whose file is missing is not evaluated, and its note says so. */
static kh_status compute(kh_rows *rows, size_t row, const char *inputs, kh_validate_row *made, bool *usable)
{
    kh_error err = {0};
    kh_json *json = NULL;
    kh_status status = kh_json_read(inputs, strlen(inputs), &json, &err);
    if (status != KH_OK)
        kh_while(&err, status, "inputs_json");
    else if ((status = kh_loss_file_add(rows->path, rows->arena, json, &err)) == KH_OK)
        status = kh_reference_qkd(made->model, json, &made->computed, &made->evaluated, &err);
    kh_json_destroy(json);
    *usable = status == KH_OK || status == KH_ENOINPUT;
    return status == KH_OK ? KH_OK : kh_rows_refuse(rows, row, status, &err, &made->note);
}

static kh_status evaluate_row(kh_rows *rows, const columns *c, size_t row)
{
    const kh_csv *csv = rows->csv;
    const char *check = kh_csv_cell(csv, row, c->check);
    kh_validate_row made = {.id = kh_csv_cell(csv, row, c->id),
                            .model = kh_csv_cell(csv, row, c->model),
                            .unit = kh_csv_cell(csv, row, c->unit),
                            .source = kh_csv_cell(csv, row, c->source)};
    bool usable = false;
    if (!kh_rows_number(rows, row, c->expected, &made.expected) || !kh_rows_number(rows, row, c->tolerance, &made.tolerance))
        return KH_OK;
    KH_TRY(compute(rows, row, kh_csv_cell(csv, row, c->inputs), &made, &usable));
    if (!usable)
        return KH_OK;
    if (!kh_rows_compare(&made, check)) {
        kh_rows_complain(rows, row, KH_ROWS_CHECKS, "unknown check");
        return KH_OK;
    }
    if (!made.evaluated && made.note == NULL)
        made.note = kh_arena_printf(rows->arena, "model '%s' is not part of this version", made.model);
    return kh_rows_add(rows, made);
}

kh_status kh_rows_evaluate_qkd(kh_rows *rows)
{
    columns c = find_columns(rows->csv);
    for (size_t row = 0; row < rows->csv->n_rows; row++)
        KH_TRY(evaluate_row(rows, &c, row));
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/validate/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

kh_status kh_rows_add(kh_rows *rows, kh_validate_row row)
{
    kh_validate_result *result = &rows->result;
    if (result->n_rows == rows->capacity) {
        kh_validate_row *grown = kh_arena_grow(rows->arena, result->rows, result->n_rows, &rows->capacity, sizeof row);
        if (grown == NULL)
            return kh_fail(rows->err, KH_ENOMEM, "out of memory for the rows of a table");
        result->rows = grown;
    }
    row.pass = row.evaluated && row.error <= row.tolerance;
    if (!row.evaluated) {
        row.computed = (double)NAN;
        row.error = (double)NAN;
        result->n_skipped++;
    } else if (row.pass)
        result->n_passed++;
    else
        result->n_failed++;
    result->rows[result->n_rows++] = row;
    return KH_OK;
}

void kh_rows_complain(kh_rows *rows, size_t row, const char *hint, const char *message)
{
    kh_findings_add(rows->findings, KH_ERROR, (kh_place){.file = rows->path, .line = rows->csv->lines[row], .column = 1}, hint,
                    "%s", message);
}

kh_status kh_rows_refuse(kh_rows *rows, size_t row, kh_status status, const kh_error *why, const char **note)
{
    const char *message = kh_arena_printf(rows->arena, "%s%s", why->steps, why->message);
    if (status == KH_ENOMEM || status == KH_EINTERNAL || message == NULL)
        return kh_fail(rows->err, message == NULL ? KH_ENOMEM : status, "%s%s", why->steps, why->message);
    if (status == KH_ENOINPUT)
        *note = message;
    else
        kh_rows_complain(rows, row, NULL, message);
    return KH_OK;
}

bool kh_rows_compare(kh_validate_row *row, const char *check)
{
    double scale = row->expected == 0.0 ? 1.0 : fabs(row->expected);
    double above = (row->computed - row->expected) / scale;
    if (strcmp(check, "equal") == 0)
        row->error = fabs(above);
    else if (strcmp(check, "at_most") == 0)
        row->error = isnan(above) ? above : fmax(above, 0.0);
    else if (strcmp(check, "at_least") == 0)
        row->error = isnan(above) ? above : fmax(-above, 0.0);
    else if (strcmp(check, "within_factor") == 0) {
        row->error = fmax(row->computed / row->expected, row->expected / row->computed) - 1.0;
        row->tolerance -= 1.0;
    } else
        return false;
    return true;
}

bool kh_rows_number(kh_rows *rows, size_t row, size_t column, double *out)
{
    const char *text = kh_csv_cell(rows->csv, row, column);
    char *end = NULL;
    double value = strtod(text, &end);
    if (end != text && *end == '\0' && isfinite(value)) {
        *out = value;
        return true;
    }
    const char *name = column == KH_CSV_NO_COLUMN ? "?" : rows->csv->header[column];
    char *message = kh_arena_printf(rows->arena, "column '%s' holds '%.60s', must be a number", name, text);
    kh_rows_complain(rows, row, NULL, message == NULL ? "a number is expected" : message);
    return false;
}

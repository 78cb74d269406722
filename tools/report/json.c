/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/page.h"

#include "core/text/json.h"

#include <inttypes.h>
#include <stdio.h>

/* {study, created_utc, version, input_hash, command, base: {table: [row...]}, cases: [{name, changes, seed, replications, table:
 * [row...]}]} A row is an object with the column names as keys; unknown is null. The seed is a text, since JSON numbers carry 53
 * bits. */

static kh_json *make_row(const kh_table *table, size_t row)
{
    kh_json *object = kh_json_object();
    for (size_t i = 0; i < table->n_columns; i++) {
        const kh_column *column = &table->columns[i];
        kh_json_set(object, column->name,
                    column->text != NULL ? kh_json_text(column->text[row]) : kh_json_number(column->number[row]));
    }
    return object;
}

static void set_tables(kh_json *object, const kh_table *tables, size_t n_tables)
{
    for (size_t i = 0; i < n_tables; i++) {
        kh_json *rows = kh_json_array();
        for (size_t row = 0; row < tables[i].n_rows; row++)
            kh_json_append(rows, make_row(&tables[i], row));
        kh_json_set(object, tables[i].name, rows);
    }
}

static kh_json *make_case(const kh_run_case *of)
{
    char seed[24];
    kh_json *object = kh_json_object();
    (void)snprintf(seed, sizeof seed, "%" PRIu64, of->seed);
    kh_json_set(object, "name", kh_json_text(of->name));
    kh_json_set(object, "changes", kh_json_text(of->changes));
    kh_json_set(object, "seed", kh_json_text(seed));
    kh_json_set(object, "replications", kh_json_number((double)of->replications));
    set_tables(object, of->tables, of->n_tables);
    return object;
}

kh_status kh_json_write_run(const kh_run *run, kh_str *out, kh_error *err)
{
    kh_json *root = kh_json_object(), *base = kh_json_object(), *cases = kh_json_array();
    kh_json_set(root, "study", kh_json_text(run->study));
    kh_json_set(root, "created_utc", kh_json_text(run->created_utc));
    kh_json_set(root, "version", kh_json_text(run->version));
    kh_json_set(root, "input_hash", kh_json_text(run->input_hash));
    kh_json_set(root, "command", kh_json_text(run->command));
    set_tables(base, run->tables, run->n_tables);
    kh_json_set(root, "base", base);
    for (size_t i = 0; i < run->n_cases; i++)
        kh_json_append(cases, make_case(&run->cases[i]));
    kh_json_set(root, "cases", cases);
    kh_status status = kh_json_write(root, 1, out, err);
    kh_str_append(out, "\n");
    kh_json_destroy(root);
    return status;
}

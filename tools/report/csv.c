/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/page.h"

#include <math.h>
#include <string.h>

/* RFC 4180: one block a table. A block is a line with the table's name, a line of column names, the rows, and an empty line.
 * Tables of the cases hold the rows of all cases, with the name of the case in front. */

static void append_cell(kh_str *out, const char *text)
{
    if (text == NULL)
        return;
    if (strpbrk(text, ",\"\r\n") == NULL) {
        kh_str_append(out, text);
        return;
    }
    kh_str_append(out, "\"");
    for (; *text != '\0'; text++)
        kh_str_append_n(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    kh_str_append(out, "\"");
}

static void append_value(kh_str *out, const kh_column *column, size_t row)
{
    if (column == NULL)
        return;
    if (column->text != NULL)
        append_cell(out, column->text[row]);
    else if (isfinite(column->number[row]))
        kh_str_printf(out, "%.15g", column->number[row]);
}

static void write_origin(const kh_run *run, kh_str *out)
{
    const char *const cells[] = {run->study, run->created_utc, run->version, run->input_hash, run->command};
    kh_str_append(out, "run\r\nstudy,created_utc,version,input_hash,command\r\n");
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        kh_str_append(out, i > 0 ? "," : "");
        append_cell(out, cells[i]);
    }
    kh_str_append(out, "\r\n\r\n");
}

static void write_base_table(const kh_table *table, kh_str *out)
{
    kh_str_append(out, "base ");
    append_cell(out, table->name);
    kh_str_append(out, "\r\n");
    for (size_t i = 0; i < table->n_columns; i++) {
        kh_str_append(out, i > 0 ? "," : "");
        append_cell(out, table->columns[i].name);
    }
    kh_str_append(out, "\r\n");
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t i = 0; i < table->n_columns; i++) {
            kh_str_append(out, i > 0 ? "," : "");
            append_value(out, &table->columns[i], row);
        }
        kh_str_append(out, "\r\n");
    }
    kh_str_append(out, "\r\n");
}

static void write_cases(const kh_run *run, kh_str *out)
{
    kh_str_append(out, "cases\r\ncase,changes,seed,replications\r\n");
    for (size_t i = 0; i < run->n_cases; i++) {
        append_cell(out, run->cases[i].name);
        kh_str_append(out, ",");
        append_cell(out, run->cases[i].changes);
        kh_str_printf(out, ",%llu,%llu\r\n", (unsigned long long)run->cases[i].seed,
                      (unsigned long long)run->cases[i].replications);
    }
    kh_str_append(out, "\r\n");
}

static bool is_listed(const char *const *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i], name) == 0)
            return true;
    return false;
}

typedef struct names {
    const char **at;
    size_t n, capacity;
} names;

static kh_status add_name(names *list, const char *name, kh_arena *arena, kh_error *err)
{
    if (is_listed(list->at, list->n, name))
        return KH_OK;
    if (list->n == list->capacity)
        list->at = kh_arena_grow(arena, list->at, list->n, &list->capacity, sizeof *list->at);
    if (list->at == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the report");
    list->at[list->n++] = name;
    return KH_OK;
}

/* By first appearance in any case. */
static kh_status list_tables(const kh_run *run, kh_arena *arena, names *list, kh_error *err)
{
    for (size_t i = 0; i < run->n_cases; i++)
        for (size_t k = 0; k < run->cases[i].n_tables; k++)
            KH_TRY(add_name(list, run->cases[i].tables[k].name, arena, err));
    return KH_OK;
}

static kh_status list_columns(const kh_run *run, const char *table, kh_arena *arena, names *list, kh_error *err)
{
    for (size_t i = 0; i < run->n_cases; i++) {
        const kh_table *found = kh_run_table(run->cases[i].tables, run->cases[i].n_tables, table);
        for (size_t k = 0; found != NULL && k < found->n_columns; k++)
            KH_TRY(add_name(list, found->columns[k].name, arena, err));
    }
    return KH_OK;
}

static void write_case_rows(const kh_run_case *of, const char *name, const char *const *columns, size_t n_columns, kh_str *out)
{
    const kh_table *table = kh_run_table(of->tables, of->n_tables, name);
    for (size_t row = 0; table != NULL && row < table->n_rows; row++) {
        append_cell(out, of->name);
        for (size_t i = 0; i < n_columns; i++) {
            kh_str_append(out, ",");
            append_value(out, kh_table_column(table, columns[i]), row);
        }
        kh_str_append(out, "\r\n");
    }
}

static kh_status write_case_table(const kh_run *run, const char *name, kh_arena *arena, kh_str *out, kh_error *err)
{
    names columns = {0};
    KH_TRY(list_columns(run, name, arena, &columns, err));
    append_cell(out, name);
    kh_str_append(out, "\r\ncase");
    for (size_t i = 0; i < columns.n; i++) {
        kh_str_append(out, ",");
        append_cell(out, columns.at[i]);
    }
    kh_str_append(out, "\r\n");
    for (size_t i = 0; i < run->n_cases; i++)
        write_case_rows(&run->cases[i], name, columns.at, columns.n, out);
    kh_str_append(out, "\r\n");
    return KH_OK;
}

kh_status kh_csv_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err)
{
    names tables = {0};
    write_origin(run, out);
    for (size_t i = 0; i < run->n_tables; i++)
        write_base_table(&run->tables[i], out);
    write_cases(run, out);
    KH_TRY(list_tables(run, arena, &tables, err));
    for (size_t i = 0; i < tables.n; i++)
        KH_TRY(write_case_table(run, tables.at[i], arena, out, err));
    return KH_OK;
}

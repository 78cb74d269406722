/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/run/run.h"

#include <math.h>
#include <string.h>

/* The entry behind the last column carries this name, so that a table knows its room also after it was copied by value. */
static const char end_mark[] = "";

const kh_table *kh_run_table(const kh_table *tables, size_t n_tables, const char *name)
{
    for (size_t i = 0; i < n_tables; i++)
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    return NULL;
}

const kh_column *kh_table_column(const kh_table *table, const char *name)
{
    for (size_t i = 0; table != NULL && i < table->n_columns; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

double kh_table_number(const kh_table *table, const char *column, size_t row)
{
    const kh_column *found = kh_table_column(table, column);
    return found == NULL || found->number == NULL || row >= table->n_rows ? (double)NAN : found->number[row];
}

const char *kh_table_text(const kh_table *table, const char *column, size_t row)
{
    const kh_column *found = kh_table_column(table, column);
    return found == NULL || found->text == NULL || row >= table->n_rows ? NULL : found->text[row];
}

kh_table *kh_table_create(kh_arena *arena, const char *name, size_t n_rows, size_t max_columns)
{
    kh_table *table = KH_NEW(arena, kh_table, 1);
    kh_column *columns = max_columns < SIZE_MAX ? KH_NEW(arena, kh_column, max_columns + 1) : NULL;
    const char *kept = kh_arena_strdup(arena, name);
    if (table == NULL || columns == NULL || kept == NULL)
        return NULL;
    columns[max_columns].name = end_mark;
    *table = (kh_table){.name = kept, .columns = columns, .n_rows = n_rows};
    return table;
}

/* The next free column, not yet counted; NULL when the table is full or memory is out. */
static kh_column *next_column(kh_arena *arena, const kh_table *table, const char *name)
{
    kh_column *column = table == NULL ? NULL : &table->columns[table->n_columns];
    if (column == NULL || column->name == end_mark)
        return NULL;
    column->name = kh_arena_strdup(arena, name);
    return column->name == NULL ? NULL : column;
}

double *kh_table_add_number(kh_arena *arena, kh_table *table, const char *column)
{
    kh_column *added = next_column(arena, table, column);
    double *number = added == NULL ? NULL : KH_NEW(arena, double, table->n_rows);
    if (number == NULL)
        return NULL;
    for (size_t i = 0; i < table->n_rows; i++)
        number[i] = (double)NAN;
    added->number = number;
    table->n_columns++;
    return number;
}

const char **kh_table_add_text(kh_arena *arena, kh_table *table, const char *column)
{
    kh_column *added = next_column(arena, table, column);
    const char **text = added == NULL ? NULL : KH_NEW(arena, const char *, table->n_rows);
    if (text == NULL)
        return NULL;
    added->text = text;
    table->n_columns++;
    return text;
}

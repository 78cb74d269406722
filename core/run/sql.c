/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/run/sql.h"

#include <strings.h>

bool kh_sql_may_name(kh_sql_place place, const char *table)
{
    if (strncasecmp(table, "sqlite_", 7) == 0)
        return false;
    return *place.prefix != '\0' ||
           (strcasecmp(table, "run") != 0 && strcasecmp(table, "cases") != 0 && strncasecmp(table, "base_", 5) != 0);
}

static void append_quoted(kh_str *sql, const char *text)
{
    for (; *text != '\0'; text++)
        kh_str_append_n(sql, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
}

void kh_sql_name(kh_str *sql, const char *prefix, const char *name)
{
    kh_str_append(sql, "\"");
    append_quoted(sql, prefix);
    append_quoted(sql, name);
    kh_str_append(sql, "\"");
}

static void append_column(kh_str *sql, const kh_column *column)
{
    kh_sql_name(sql, "", column->name);
    kh_str_append(sql, column->text != NULL ? " TEXT" : " REAL");
}

void kh_sql_create(kh_str *sql, kh_sql_place place, const kh_table *table)
{
    kh_str_append(sql, "CREATE TABLE ");
    kh_sql_name(sql, place.prefix, table->name);
    kh_str_append(sql, place.of_case ? "(case_id INTEGER NOT NULL" : "(");
    for (size_t i = 0; i < table->n_columns; i++) {
        kh_str_append(sql, i > 0 || place.of_case ? ", " : "");
        append_column(sql, &table->columns[i]);
    }
    kh_str_append(sql, ")");
}

void kh_sql_index(kh_str *sql, const char *table)
{
    kh_str_append(sql, "CREATE INDEX ");
    kh_sql_name(sql, "case_of_", table);
    kh_str_append(sql, " ON ");
    kh_sql_name(sql, "", table);
    kh_str_append(sql, "(case_id)");
}

void kh_sql_add_column(kh_str *sql, const char *table, const kh_column *column)
{
    kh_str_append(sql, "ALTER TABLE ");
    kh_sql_name(sql, "", table);
    kh_str_append(sql, " ADD COLUMN ");
    append_column(sql, column);
}

void kh_sql_insert(kh_str *sql, kh_sql_place place, const kh_table *table)
{
    kh_str_append(sql, "INSERT INTO ");
    kh_sql_name(sql, place.prefix, table->name);
    kh_str_append(sql, place.of_case ? "(case_id" : "(");
    for (size_t i = 0; i < table->n_columns; i++) {
        kh_str_append(sql, i > 0 || place.of_case ? ", " : "");
        kh_sql_name(sql, "", table->columns[i].name);
    }
    kh_str_append(sql, ") VALUES(?1");
    for (size_t i = 1; i < table->n_columns + place.of_case; i++)
        kh_str_printf(sql, ", ?%zu", i + 1);
    kh_str_append(sql, ")");
}

void kh_sql_select(kh_str *sql, const char *what, kh_sql_place place, const char *table)
{
    kh_str_printf(sql, "SELECT %s FROM ", what);
    kh_sql_name(sql, place.prefix, table);
    kh_str_append(sql, place.of_case ? " WHERE case_id = ?1 ORDER BY rowid" : " ORDER BY rowid");
}

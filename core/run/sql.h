/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_RUN_SQL_H
#define KH_CORE_RUN_SQL_H

#include "core/base/str.h"
#include "core/run/run.h"

#include <stdbool.h>

/** The SQL texts of a run file, appended to @p sql: text only, no database is asked. Names are quoted, so any name will do.
 *
 *  A table of the base is called base_<name>; a table of the cases <name>, with the column case_id in front.
 */
typedef struct kh_sql_place {
    const char *prefix; /**< "base_", or "" for tables of cases and for the bookkeeping */
    bool of_case;       /**< with the column case_id */
} kh_sql_place;

/** False for the names that the file itself needs (run, cases, base_*, sqlite_*; case is ignored). */
bool kh_sql_may_name(kh_sql_place place, const char *table);

void kh_sql_name(kh_str *sql, const char *prefix, const char *name);
void kh_sql_create(kh_str *sql, kh_sql_place place, const kh_table *table);
/** Index of a case table, by case. */
void kh_sql_index(kh_str *sql, const char *table);
void kh_sql_add_column(kh_str *sql, const char *table, const kh_column *column);
/** Parameters ?1... in the order of the columns; for a case table ?1 is the case. */
void kh_sql_insert(kh_str *sql, kh_sql_place place, const kh_table *table);
/** For a case table ?1 is the case. */
void kh_sql_select(kh_str *sql, const char *what, kh_sql_place place, const char *table);

#endif

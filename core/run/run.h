/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_RUN_RUN_H
#define KH_CORE_RUN_RUN_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

/** A stored run: results as columns, with provenance. What reports read, and all they read.
 *
 *  A run file (SQLite) holds one study: the base topology once (sites, fibres, links, demands, assumptions) and one row set per
 * case.
 */

/** One column of a table: text (NULL allowed) or numbers (NAN = unknown). Exactly one of the two arrays is set. */
typedef struct kh_column {
    const char *name;  /**< with unit suffix, such as "key_rate_bps" */
    const char **text; /**< [n_rows] */
    double *number;    /**< [n_rows] */
} kh_column;

typedef struct kh_table {
    const char *name;
    kh_column *columns;
    size_t n_columns, n_rows;
} kh_table;

typedef struct kh_run_case {
    const char *name;    /**< "as designed", "BRI-FRX cut" */
    const char *changes; /**< the edits in words, "" for the base */
    uint64_t number;     /**< place in the study, from 1: cases are read in this order; 0: after those that are there */
    uint64_t seed;
    uint64_t replications;
    kh_table *tables; /**< the tables of README.md in this room: demands, routes, links, lines, stores, plan, findings */
    size_t n_tables;
} kh_run_case;

typedef struct kh_run {
    const char *study;       /**< name of the study or topology */
    const char *created_utc; /**< ISO 8601 */
    const char *version;     /**< Keyhaul version */
    const char *input_hash;  /**< SHA-256 over topology and study file */
    const char *command;     /**< that makes this run again */
    kh_table *tables;        /**< of the base: nodes, fibres, links, demands, domains, assumptions */
    size_t n_tables;
    kh_run_case *cases;
    size_t n_cases;
} kh_run;

/** @return the table or column of that name, NULL when there is none */
const kh_table *kh_run_table(const kh_table *tables, size_t n_tables, const char *name);
const kh_column *kh_table_column(const kh_table *table, const char *name);
/** Cell access that forgives a missing column: NAN, or NULL. */
double kh_table_number(const kh_table *table, const char *column, size_t row);
const char *kh_table_text(const kh_table *table, const char *column, size_t row);

/** Building: an empty table with n_rows rows; columns are added and filled afterwards (numbers start as NAN, text as NULL).
 *  Names are copied, cells are not. NULL when memory is out or all max_columns are taken; a NULL table gives NULL. */
kh_table *kh_table_create(kh_arena *arena, const char *name, size_t n_rows, size_t max_columns);
double *kh_table_add_number(kh_arena *arena, kh_table *table, const char *column);
const char **kh_table_add_text(kh_arena *arena, kh_table *table, const char *column);

#endif

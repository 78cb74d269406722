/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_CLI_TABLE_H
#define KH_TOOLS_CLI_TABLE_H

#include "core/base/arena.h"
#include "core/base/str.h"

#include <stddef.h>

/** A table for a terminal of 80 columns: columns as wide as their widest cell, the last one wrapped, or below where it has no room;
 * where the others are too wide, long cells of the first stand on lines of their own.
 */
enum { CLI_MOST_COLUMNS = 10 };

typedef struct cli_table {
    kh_arena *arena;
    const char *headers[CLI_MOST_COLUMNS];
    bool right[CLI_MOST_COLUMNS];
    size_t n_columns;
    const char **cells; /* row by row */
    size_t n_cells, capacity;
    bool failed;
} cli_table;

/** @param layout  headers separated by '|'; a leading '>' aligns right: "link|>km|>rate" */
cli_table cli_table_start(kh_arena *arena, const char *layout);
/** Adds the next cell, row by row. */
void cli_table_cell(cli_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A number with @p digits decimals; "-" for NAN. */
void cli_table_number(cli_table *table, double number, int digits);
/** "1.23 kbit/s". */
void cli_table_rate(cli_table *table, double rate_bps);
/** Appends the table; nothing when it has no rows. */
void cli_table_text(const cli_table *table, kh_str *out);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_TEXT_CSV_H
#define KH_CORE_TEXT_CSV_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

/** Tables of comma-separated values (RFC 4180): a header line, then rows of as many cells. */
typedef struct kh_csv {
    const char **cells;  /**< [n_rows][n_columns], the header left out; never NULL */
    const char **header; /**< [n_columns] */
    uint32_t *lines;     /**< [n_rows] line of the text on which the row starts, from 1 */
    size_t n_rows, n_columns;
} kh_csv;

enum { KH_CSV_COLUMNS_MAX = 1000 };
#define KH_CSV_NO_COLUMN SIZE_MAX

/** Reads a whole table.
 *
 *  Lines end in LF or CRLF, the last one also without; a byte order mark is skipped. Quoted cells may hold commas, line ends and
 *  doubled quotes. Strict: a quote inside a bare cell, text behind a closing quote, an open quote, a NUL byte, a row with another
 *  number of cells, and a doubled name in the header are KH_EDATA with the line.
 *  @param arena  where everything lives
 *  @return KH_OK; KH_EDATA; KH_ELIMIT for too many columns; KH_ENOMEM; on failure *csv is as before */
kh_status kh_csv_read(const char *text, size_t length, kh_arena *arena, kh_csv *csv, kh_error *err);

/** Index of a column by its name, or KH_CSV_NO_COLUMN. */
size_t kh_csv_column(const kh_csv *csv, const char *name);

/** One cell; "" when @p column is KH_CSV_NO_COLUMN. @param row < n_rows */
const char *kh_csv_cell(const kh_csv *csv, size_t row, size_t column);

#endif

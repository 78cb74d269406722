/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text/csv.h"

#include <stdbool.h>
#include <string.h>

typedef struct reader {
    const char *at, *end;
    uint32_t line;
    kh_arena *arena;
    char *out; /* cells are written one behind the other; unquoting only shrinks them */
    const char **cells;
    size_t n_cells, cell_capacity;
    uint32_t *lines; /* of all records, the header included */
    size_t n_records, record_capacity;
    size_t n_columns;
    kh_error *err;
} reader;

static kh_status no_memory(const reader *r)
{
    return kh_fail(r->err, KH_ENOMEM, "out of memory for a table");
}

static kh_status keep_cell(reader *r, const char *cell)
{
    if (r->n_cells == r->cell_capacity) {
        const char **grown = kh_arena_grow(r->arena, (const void *)r->cells, r->n_cells, &r->cell_capacity, sizeof *r->cells);
        if (grown == NULL)
            return no_memory(r);
        r->cells = grown;
    }
    r->cells[r->n_cells++] = cell;
    return KH_OK;
}

static kh_status keep_line(reader *r, uint32_t line)
{
    if (r->n_records == r->record_capacity) {
        uint32_t *grown = kh_arena_grow(r->arena, r->lines, r->n_records, &r->record_capacity, sizeof *r->lines);
        if (grown == NULL)
            return no_memory(r);
        r->lines = grown;
    }
    r->lines[r->n_records++] = line;
    return KH_OK;
}

/* 0: no line end here; else its bytes. */
static size_t line_end(const reader *r)
{
    if (r->at < r->end && *r->at == '\n')
        return 1;
    return r->end - r->at >= 2 && r->at[0] == '\r' && r->at[1] == '\n' ? 2 : 0;
}

static bool at_cell_end(const reader *r)
{
    return r->at == r->end || *r->at == ',' || line_end(r) > 0;
}

static kh_status read_quoted(reader *r)
{
    uint32_t opened = r->line;
    for (r->at++; r->at < r->end; r->at++) {
        if (*r->at == '"') {
            if (r->end - r->at < 2 || r->at[1] != '"')
                break;
            r->at++;
        } else if (*r->at == '\n')
            r->line++;
        *r->out++ = *r->at;
    }
    if (r->at == r->end)
        return kh_fail(r->err, KH_EDATA, "line %u: the quote that opens here is never closed", opened);
    r->at++;
    if (!at_cell_end(r))
        return kh_fail(r->err, KH_EDATA, "line %u: text stands behind a closing quote", r->line);
    return KH_OK;
}

static kh_status read_bare(reader *r)
{
    for (; !at_cell_end(r); r->at++) {
        if (*r->at == '"')
            return kh_fail(r->err, KH_EDATA, "line %u: a quote stands inside a cell that is not quoted", r->line);
        *r->out++ = *r->at;
    }
    return KH_OK;
}

static kh_status read_cell(reader *r)
{
    const char *cell = r->out;
    bool quoted = r->at < r->end && *r->at == '"';
    KH_TRY(quoted ? read_quoted(r) : read_bare(r));
    *r->out++ = '\0';
    return keep_cell(r, cell);
}

static kh_status check_width(reader *r, uint32_t line, size_t first)
{
    size_t width = r->n_cells - first;
    if (r->n_records == 1 && width > KH_CSV_COLUMNS_MAX)
        return kh_fail(r->err, KH_ELIMIT, "the header has %zu columns, must be at most %d", width, KH_CSV_COLUMNS_MAX);
    if (r->n_records == 1)
        r->n_columns = width;
    if (width == r->n_columns)
        return KH_OK;
    return kh_fail(r->err, KH_EDATA, "line %u: the row has %zu cells, the header has %zu", line, width, r->n_columns);
}

static kh_status read_record(reader *r)
{
    uint32_t line = r->line;
    size_t first = r->n_cells;
    KH_TRY(keep_line(r, line));
    KH_TRY(read_cell(r));
    while (r->at < r->end && *r->at == ',') {
        r->at++;
        KH_TRY(read_cell(r));
    }
    r->at += line_end(r);
    r->line++;
    return check_width(r, line, first);
}

static kh_status check_header(const reader *r)
{
    for (size_t i = 0; i < r->n_columns; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(r->cells[i], r->cells[j]) == 0)
                return kh_fail(r->err, KH_EDATA, "line 1: column '%s' comes twice", r->cells[i]);
    return KH_OK;
}

/* A cell ends where its comma or line end stood; only the very last one needs a byte more. A quote inside a bare cell is refused,
 * so the copies never outgrow the text. */
static kh_status start(reader *r, const char *text, size_t length)
{
    bool marked = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    r->at = marked ? text + 3 : text;
    r->end = text + length;
    if (r->at == r->end)
        return kh_fail(r->err, KH_EDATA, "the table is empty");
    if (memchr(text, '\0', length) != NULL)
        return kh_fail(r->err, KH_EDATA, "the table holds a NUL byte, it is not text");
    r->out = KH_NEW(r->arena, char, length + 1);
    return r->out == NULL ? no_memory(r) : KH_OK;
}

kh_status kh_csv_read(const char *text, size_t length, kh_arena *arena, kh_csv *csv, kh_error *err)
{
    reader r = {.line = 1, .arena = arena, .err = err};
    KH_TRY(start(&r, text, length));
    while (r.at < r.end)
        KH_TRY(read_record(&r));
    KH_TRY(check_header(&r));
    *csv = (kh_csv){.cells = r.cells + r.n_columns,
                    .header = r.cells,
                    .lines = r.lines + 1,
                    .n_rows = r.n_records - 1,
                    .n_columns = r.n_columns};
    return KH_OK;
}

size_t kh_csv_column(const kh_csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->n_columns; i++)
        if (strcmp(csv->header[i], name) == 0)
            return i;
    return KH_CSV_NO_COLUMN;
}

const char *kh_csv_cell(const kh_csv *csv, size_t row, size_t column)
{
    return column == KH_CSV_NO_COLUMN ? "" : csv->cells[row * csv->n_columns + column];
}

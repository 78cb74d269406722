/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/cli/table.h"

#include "tools/study/words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_WIDTH = 80, GAP = 2, NARROWEST_LAST = 20 };

static size_t width_of(const char *text) /* UTF-8 code points: right for the Latin names that networks have */
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

cli_table cli_table_start(kh_arena *arena, const char *layout)
{
    cli_table table = {.arena = arena};
    while (table.n_columns < CLI_MOST_COLUMNS && *layout != '\0') {
        size_t length = strcspn(layout, "|");
        bool right = layout[0] == '>';
        const char *header = kh_arena_strndup(arena, layout + right, length - right);
        table.failed = table.failed || header == NULL;
        table.headers[table.n_columns] = header == NULL ? "" : header;
        table.right[table.n_columns++] = right;
        layout += length + (layout[length] == '|');
    }
    return table;
}

static void add_cell(cli_table *table, const char *text)
{
    if (table->n_cells == table->capacity) {
        void *bigger = kh_arena_grow(table->arena, table->cells, table->n_cells, &table->capacity, sizeof(const char *));
        if (bigger == NULL)
            table->failed = true;
        else
            table->cells = bigger;
    }
    if (text == NULL || table->n_cells == table->capacity) {
        table->failed = true;
        return;
    }
    table->cells[table->n_cells++] = text;
}

void cli_table_cell(cli_table *table, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_cell(table, kh_arena_strdup(table->arena, text));
}

void cli_table_number(cli_table *table, double number, int digits)
{
    if (isnan(number))
        cli_table_cell(table, "-");
    else
        cli_table_cell(table, "%.*f", digits, number);
}

void cli_table_rate(cli_table *table, double rate_bps)
{
    kh_str text = {0};
    kh_words_rate(rate_bps, &text);
    cli_table_cell(table, "%s", kh_str_text(&text));
    table->failed = table->failed || text.failed;
    kh_str_clear(&text);
}

static void pad(kh_str *out, size_t n)
{
    kh_str_printf(out, "%*s", (int)n, "");
}

/* The last column, at @p indent: wrapped there, or on a line of its own when it has no room. @p blank are owed before it. */
static void write_last(const char *cell, size_t width, size_t indent, size_t blank, kh_str *out)
{
    char indentation[256] = "";
    bool below = indent + (width < NARROWEST_LAST ? width : NARROWEST_LAST) > LINE_WIDTH;
    indent = below ? 2 * GAP : indent;
    (void)snprintf(indentation, sizeof indentation, "%*s", (int)indent, "");
    if (below)
        kh_str_printf(out, "\n%s", indentation);
    else
        pad(out, blank);
    kh_str_append_wrapped(out, cell, LINE_WIDTH - indent, indentation);
}

static void write_row(const cli_table *table, const char *const *cells, const size_t *widths, kh_str *out)
{
    size_t indent = 0, blank = 0, last = table->n_columns - 1;
    for (size_t c = 0; c < last || (c == last && table->right[c]); c++) {
        size_t width = width_of(cells[c]);
        if (width > widths[c]) {
            kh_str_printf(out, "%s\n", cells[c]);
            pad(out, widths[c]);
            blank = GAP;
            indent += widths[c] + GAP;
            continue;
        }
        size_t empty = widths[c] - width;
        pad(out, blank + (table->right[c] ? empty : 0));
        kh_str_append(out, cells[c]);
        blank = GAP + (table->right[c] ? 0 : empty);
        indent += widths[c] + GAP;
    }
    if (!table->right[last] && cells[last][0] != '\0')
        write_last(cells[last], widths[last], indent, blank, out);
    kh_str_append(out, "\n");
}

/* Where the columns before the last do not fit a line, the first is narrower: longer cells of it stand on lines of their own. */
static void fit(const cli_table *table, size_t *widths)
{
    size_t last = table->n_columns - 1, line = 0;
    for (size_t c = 0; c < last || (c == last && table->right[c]); c++)
        line += widths[c] + (c > 0 ? GAP : 0);
    if (line <= LINE_WIDTH || table->right[0] || last == 0)
        return;
    size_t header = width_of(table->headers[0]), excess = line - LINE_WIDTH;
    widths[0] = widths[0] > header + excess ? widths[0] - excess : header;
}

void cli_table_text(const cli_table *table, kh_str *out)
{
    size_t n_rows = table->n_columns == 0 ? 0 : table->n_cells / table->n_columns;
    out->failed = out->failed || table->failed;
    if (n_rows == 0)
        return;
    size_t widths[CLI_MOST_COLUMNS];
    for (size_t c = 0; c < table->n_columns; c++)
        widths[c] = width_of(table->headers[c]);
    for (size_t i = 0; i < n_rows * table->n_columns; i++) {
        size_t width = width_of(table->cells[i]), c = i % table->n_columns;
        widths[c] = width > widths[c] ? width : widths[c];
    }
    fit(table, widths);
    write_row(table, table->headers, widths, out);
    for (size_t row = 0; row < n_rows; row++)
        write_row(table, table->cells + row * table->n_columns, widths, out);
}

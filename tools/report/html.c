/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/html.h"

#include "core/base/utf8.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void append_ascii(kh_str *out, unsigned char c)
{
    char text[2] = {(char)c, '\0'};
    if (c == '&')
        kh_str_append(out, "&amp;");
    else if (c == '<')
        kh_str_append(out, "&lt;");
    else if (c == '>')
        kh_str_append(out, "&gt;");
    else if (c == '"')
        kh_str_append(out, "&quot;");
    else if (c == '\'')
        kh_str_append(out, "&#39;");
    else if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
        kh_str_append(out, "\xef\xbf\xbd");
    else
        kh_str_append(out, text);
}

/* Control characters from U+0080 on, and the two that are no characters at all, U+FFFE and U+FFFF. */
static bool is_forbidden(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    return (c[0] == 0xc2 && c[1] < 0xa0) || (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe);
}

void kh_html_text(kh_str *out, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t length = kh_utf8_length(text);
        if (length == 1)
            append_ascii(out, (unsigned char)*text);
        else if (length == 0 || is_forbidden(text))
            kh_str_append(out, "\xef\xbf\xbd");
        else
            kh_str_append_n(out, text, length);
        text += length == 0 ? 1 : length;
    }
}

void kh_html_element(kh_str *out, const char *name, const char *class_name, const char *text)
{
    kh_str_printf(out, "<%s", name);
    if (class_name != NULL)
        kh_str_printf(out, " class=\"%s\"", class_name);
    kh_str_append(out, ">");
    kh_html_text(out, text);
    kh_str_printf(out, "</%s>\n", name);
}

static const char *const tone_classes[] = {"", "tag good", "tag warn", "tag bad", "tag quiet"};

static void append_cell_text(kh_str *out, const kh_cell *cell)
{
    if (cell->text == NULL)
        return;
    if (cell->case_index != SIZE_MAX)
        kh_str_printf(out, "<a href=\"#case-%zu\">", cell->case_index);
    if (cell->tone != KH_TONE_NONE)
        kh_str_printf(out, "<span class=\"%s\">", tone_classes[cell->tone]);
    kh_html_text(out, cell->text);
    if (cell->tone != KH_TONE_NONE)
        kh_str_append(out, "</span>");
    if (cell->case_index != SIZE_MAX)
        kh_str_append(out, "</a>");
}

static void append_bar(kh_str *out, double share)
{
    double shown = share > 1 ? 1 : share < 0 ? 0 : share;
    kh_str_printf(out, "<span class=\"bar%s\"><i style=\"width:%.1f%%\"></i></span> ", share >= 1 - 1e-9 ? " full" : "",
                  shown * 100);
}

static void append_cell(kh_str *out, const kh_head *head, const kh_cell *cell, bool first)
{
    const char *kind = head->number ? " class=\"n\"" : head->wide ? " class=\"w\"" : !isnan(cell->bar) ? " class=\"b\"" : "";
    kh_str_printf(out, first ? "<th scope=\"row\"%s" : "<td%s", kind);
    if (!isnan(cell->sort))
        kh_str_printf(out, " data-sort=\"%.6g\"", cell->sort);
    kh_str_append(out, ">");
    if (!isnan(cell->bar))
        append_bar(out, cell->bar);
    append_cell_text(out, cell);
    if (cell->small != NULL && *cell->small != '\0') {
        kh_str_append(out, "<small>");
        kh_html_text(out, cell->small);
        kh_str_append(out, "</small>");
    }
    kh_str_append(out, first ? "</th>" : "</td>");
}

enum { MOST_COLUMNS = 16 };

/* Columns that say something in at least one row. */
static void find_shown(const kh_grid *grid, bool shown[MOST_COLUMNS])
{
    for (size_t column = 0; column < MOST_COLUMNS; column++)
        shown[column] = column < grid->n_columns && !kh_grid_column_is_empty(grid, column);
}

static void append_heads(kh_str *out, const kh_grid *grid, const bool shown[MOST_COLUMNS])
{
    kh_str_append(out, "<thead><tr>");
    for (size_t column = 0; column < MOST_COLUMNS; column++) {
        if (!shown[column])
            continue;
        kh_str_printf(out, "<th scope=\"col\"%s>", grid->heads[column].number ? " class=\"n\"" : "");
        kh_html_text(out, grid->heads[column].text);
        kh_str_append(out, "</th>");
    }
    kh_str_append(out, "</tr></thead>\n");
}

static void append_row(kh_str *out, const kh_grid *grid, const bool shown[MOST_COLUMNS], size_t row)
{
    kh_str_append(out, "<tr>");
    for (size_t column = 0; column < MOST_COLUMNS; column++)
        if (shown[column])
            append_cell(out, &grid->heads[column], &grid->cells[row * grid->n_columns + column], column == 0);
    kh_str_append(out, "</tr>\n");
}

void kh_html_grid(kh_str *out, const kh_grid *grid, size_t most_rows)
{
    bool shown[MOST_COLUMNS];
    find_shown(grid, shown);
    size_t n = most_rows > 0 && grid->n_rows > most_rows ? most_rows : grid->n_rows;
    kh_str_append(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    kh_html_text(out, grid->name);
    kh_str_append(out, "\"><table>\n<caption>");
    kh_html_text(out, grid->name);
    kh_str_append(out, "</caption>\n");
    append_heads(out, grid, shown);
    kh_str_append(out, "<tbody>\n");
    for (size_t row = 0; row < n; row++)
        append_row(out, grid, shown, row);
    kh_str_append(out, "</tbody></table></div>\n");
    if (n < grid->n_rows)
        kh_str_printf(out, "<p class=\"note\">The first %zu of %zu rows; the run file and the CSV hold all.</p>\n", n,
                      grid->n_rows);
}

void kh_html_tiles(kh_str *out, const kh_tile tiles[KH_TILES])
{
    kh_str_append(out, "<ul class=\"tiles\">\n");
    for (size_t i = 0; i < KH_TILES; i++) {
        kh_str_append(out, "<li>");
        kh_html_element(out, "span", "t", tiles[i].title);
        kh_html_element(out, "strong", NULL, tiles[i].value);
        kh_html_element(out, "span", "t", tiles[i].note);
        kh_str_append(out, "</li>\n");
    }
    kh_str_append(out, "</ul>\n");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/page.h"

#include "tools/report/grids.h"
#include "tools/report/verdict.h"

#include <string.h>

/* Text inside a cell or a line: what Markdown or HTML would take for markup is escaped, a line end becomes a space. */
static void append_text(kh_str *out, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '&')
            kh_str_append(out, "&amp;");
        else if (*text == '<')
            kh_str_append(out, "&lt;");
        else if ((unsigned char)*text < 0x20)
            kh_str_append(out, " ");
        else if (strchr("\\`*_[]|#>~", *text) != NULL)
            kh_str_printf(out, "\\%c", *text);
        else
            kh_str_append_n(out, text, 1);
    }
}

/* A backtick cannot be escaped inside a code span: it becomes an apostrophe. */
static void append_code(kh_str *out, const char *text)
{
    kh_str_append(out, "`");
    for (; text != NULL && *text != '\0'; text++)
        kh_str_append_n(out, *text == '`' ? "'" : (unsigned char)*text < 0x20 ? " " : text, 1);
    kh_str_append(out, "`");
}

static void append_heads(const kh_grid *grid, kh_str *out)
{
    kh_str_append(out, "|");
    for (size_t i = 0; i < grid->n_columns; i++) {
        if (kh_grid_column_is_empty(grid, i))
            continue;
        kh_str_append(out, " ");
        append_text(out, grid->heads[i].text);
        kh_str_append(out, " |");
    }
    kh_str_append(out, "\n|");
    for (size_t i = 0; i < grid->n_columns; i++)
        if (!kh_grid_column_is_empty(grid, i))
            kh_str_append(out, grid->heads[i].number ? " ---: |" : " --- |");
    kh_str_append(out, "\n");
}

static void append_row(const kh_grid *grid, size_t row, kh_str *out)
{
    kh_str_append(out, "|");
    for (size_t i = 0; i < grid->n_columns; i++) {
        const kh_cell *cell = &grid->cells[row * grid->n_columns + i];
        if (kh_grid_column_is_empty(grid, i))
            continue;
        kh_str_append(out, " ");
        append_text(out, cell->text);
        if (cell->small != NULL && *cell->small != '\0') {
            kh_str_append(out, " (");
            append_text(out, cell->small);
            kh_str_append(out, ")");
        }
        kh_str_append(out, " |");
    }
    kh_str_append(out, "\n");
}

static kh_status write_grid(const char *title, const char *text, const kh_grid *grid, kh_str *out, kh_error *err)
{
    if (grid == NULL || grid->failed)
        return kh_fail(err, KH_ENOMEM, "out of memory for the report");
    if (grid->n_rows == 0)
        return KH_OK;
    kh_str_printf(out, "\n## %s\n\n", title);
    if (*text != '\0')
        kh_str_printf(out, "%s\n\n", text);
    append_heads(grid, out);
    for (size_t row = 0; row < grid->n_rows; row++)
        append_row(grid, row, out);
    return KH_OK;
}

static void write_title(const kh_run *run, kh_str *out)
{
    kh_str_append(out, "# ");
    append_text(out, run->study);
    kh_str_append(out, "\n\nMade ");
    append_text(out, run->created_utc);
    kh_str_append(out, " by Keyhaul ");
    append_text(out, run->version);
    kh_str_append(out, " from input SHA-256 ");
    append_code(out, run->input_hash);
    kh_str_append(out, ". The same again: ");
    append_code(out, run->command);
    kh_str_append(out, "\n");
}

static kh_status write_verdict(const kh_facts *facts, kh_arena *arena, kh_str *out, kh_error *err)
{
    kh_tile tiles[KH_TILES];
    kh_str sentence = {0};
    kh_verdict_say(facts, arena, &sentence);
    kh_str_append(out, "\n**");
    append_text(out, facts->run_case->name);
    kh_str_append(out, ":** ");
    kh_str_append(&sentence, " ");
    kh_verdict_certify(facts, &sentence);
    append_text(out, kh_str_text(&sentence));
    kh_str_append(out, "\n\n");
    bool whole = !sentence.failed && kh_verdict_tiles(facts, arena, tiles);
    kh_str_clear(&sentence);
    for (size_t i = 0; whole && i < KH_TILES; i++) {
        kh_str_printf(out, "* %s: %s (", tiles[i].title, tiles[i].value);
        append_text(out, tiles[i].note);
        kh_str_append(out, ")\n");
    }
    return whole ? KH_OK : kh_fail(err, KH_ENOMEM, "out of memory for the report");
}

static const char cost_note[] = "Prices of devices are planning placeholders, not offers.";

static kh_status write_case(const kh_facts *base, kh_arena *arena, kh_str *out, kh_error *err)
{
    KH_TRY(write_verdict(base, arena, out, err));
    KH_TRY(write_grid("Demands", "", kh_grid_demands(base, arena), out, err));
    KH_TRY(write_grid("Simulated service", "", kh_grid_service(base, arena), out, err));
    KH_TRY(write_grid("What stands in the way", "", kh_grid_cuts(base, arena), out, err));
    return write_grid("Links that bind", "", kh_grid_prices(base, arena), out, err);
}

static kh_status write_links(const kh_facts *base, kh_arena *arena, kh_str *out, kh_error *err)
{
    KH_TRY(write_grid("QKD links", "", kh_grid_links(base, arena), out, err));
    KH_TRY(write_grid("Classical lines", "", kh_grid_lines(base, arena), out, err));
    return write_grid("Data traffic", "", kh_grid_data(base, arena), out, err);
}

kh_status kh_markdown_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err)
{
    kh_facts base = kh_facts_of(run, 0);
    write_title(run, out);
    KH_TRY(write_case(&base, arena, out, err));
    KH_TRY(write_links(&base, arena, out, err));
    if (run->n_cases > 1)
        KH_TRY(write_grid("What-if comparison", "", kh_grid_cases(run, arena), out, err));
    KH_TRY(write_grid("Cost", cost_note, kh_grid_cost(&base, arena), out, err));
    KH_TRY(write_grid("Assumptions and sources", "", kh_grid_assumptions(&base, arena), out, err));
    return write_grid("Findings", "", kh_grid_findings(&base, arena), out, err);
}

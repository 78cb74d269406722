/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/page.h"

#include "tools/report/asset.h"
#include "tools/report/chart.h"
#include "tools/report/grids.h"
#include "tools/report/html.h"
#include "tools/report/map.h"
#include "tools/report/verdict.h"

#include <string.h>

/* Cases are told in full as long as the page stays below this; the comparison goes on for all. */
enum { FULL_CASES_BYTES = 1350 * 1000, MOST_ROWS = 600 };

typedef struct page {
    const kh_run *run;
    kh_map map;
    kh_arena *arena;
    kh_str *out;
    size_t n_full; /* cases that are told in full */
} page;

static kh_status fail_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "out of memory for the report");
}

/* ---- head and foot ---- */

static void write_head(const page *p)
{
    kh_str_append(p->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                          "script-src 'unsafe-inline'; img-src data:\"/>\n<link rel=\"icon\" href=\"data:,\"/>\n<title>");
    kh_html_text(p->out, p->run->study);
    kh_str_append(p->out, " – Keyhaul report</title>\n<style>/*<![CDATA[*/\n");
    kh_str_append_n(p->out, kh_asset_css.text, kh_asset_css.length);
    kh_str_append(p->out, "/*]]>*/</style>\n</head>\n<body>\n");
}

static void write_origin(const page *p)
{
    kh_str_append(p->out, "<p class=\"origin\">Made ");
    kh_html_text(p->out, p->run->created_utc);
    kh_str_append(p->out, " by Keyhaul ");
    kh_html_text(p->out, p->run->version);
    kh_str_append(p->out, " from input SHA-256 <code>");
    kh_html_text(p->out, p->run->input_hash);
    kh_str_append(p->out, "</code>. The same again: <code>");
    kh_html_text(p->out, p->run->command);
    kh_str_append(p->out, "</code></p>\n");
}

static void write_title(const page *p)
{
    kh_str_append(p->out, "<header>\n");
    kh_html_element(p->out, "h1", NULL, p->run->study);
    write_origin(p);
    kh_str_append(p->out, "<div class=\"controls\" id=\"controls\"></div>\n</header>\n<main>\n");
}

static void write_foot(const page *p)
{
    kh_str_append(p->out,
                  "</main>\n<footer><p>Coastlines and borders: Natural Earth, public domain; borders are for orientation only. "
                  "Map: Lambert's azimuthal equal-area projection.</p></footer>\n<script>//<![CDATA[\n");
    kh_str_append_n(p->out, kh_asset_js.text, kh_asset_js.length);
    kh_str_append(p->out, "//]]></script>\n</body>\n</html>\n");
}

/* ---- sections ---- */

/* Parts of a case carry its number, so that the script can show one case at a time; without it all of them are there. */
static void open_case_section(const page *p, const kh_facts *facts, const char *title)
{
    kh_str_printf(p->out, "<section data-case=\"%zu\">\n<h2>%s", facts->case_index, title);
    if (p->run->n_cases > 1) {
        kh_str_append(p->out, " <span class=\"of\">");
        kh_html_text(p->out, facts->run_case->name);
        kh_str_append(p->out, "</span>");
    }
    kh_str_append(p->out, "</h2>\n");
}

static void close_section(const page *p)
{
    kh_str_append(p->out, "</section>\n");
}

/* A grid, or nothing when it has no rows. */
static kh_status write_grid(const page *p, const kh_grid *grid, kh_error *err)
{
    if (grid == NULL || grid->failed)
        return fail_memory(err);
    if (grid->n_rows > 0)
        kh_html_grid(p->out, grid, MOST_ROWS);
    return KH_OK;
}

static void note(const page *p, const char *text)
{
    kh_html_element(p->out, "p", "note", text);
}

/* A section with one grid; left out when the grid is empty. */
static kh_status write_grid_section(const page *p, const kh_facts *facts, const char *title, const char *text, const kh_grid *grid,
                                    kh_error *err)
{
    if (grid == NULL || grid->failed)
        return fail_memory(err);
    if (grid->n_rows == 0)
        return KH_OK;
    open_case_section(p, facts, title);
    note(p, text);
    KH_TRY(write_grid(p, grid, err));
    close_section(p);
    return KH_OK;
}

static kh_status write_verdict(const page *p, const kh_facts *facts, kh_error *err)
{
    kh_tile tiles[KH_TILES];
    kh_str sentence = {0};
    kh_verdict_say(facts, p->arena, &sentence);
    kh_str_printf(p->out, "<section class=\"verdict\" data-case=\"%zu\" id=\"case-%zu\">\n<h2>", facts->case_index,
                  facts->case_index);
    kh_html_text(p->out, facts->run_case->name);
    kh_str_append(p->out, "</h2>\n");
    if (facts->run_case->changes != NULL && *facts->run_case->changes != '\0')
        kh_html_element(p->out, "p", "changes", facts->run_case->changes);
    kh_html_element(p->out, "p", "sentence", kh_str_text(&sentence));
    kh_str certificate = {0};
    kh_verdict_certify(facts, &certificate);
    kh_html_element(p->out, "p", "note", kh_str_text(&certificate));
    bool whole = !sentence.failed && !certificate.failed && kh_verdict_tiles(facts, p->arena, tiles);
    kh_str_clear(&sentence);
    kh_str_clear(&certificate);
    if (!whole)
        return fail_memory(err);
    kh_html_tiles(p->out, tiles);
    close_section(p);
    return KH_OK;
}

static kh_status write_map(const page *p, const kh_facts *facts, kh_error *err)
{
    if (p->map.layout.n_frames == 0)
        return KH_OK;
    open_case_section(p, facts, "Network map");
    kh_str_printf(
        p->out,
        "<p class=\"note\">%zu places, %zu QKD links, %zu classical lines. Thicker lines make more key. Point at a line or "
        "a place for its figures; names without room are left out.</p>\n",
        kh_facts_rows(facts->nodes), kh_facts_rows(facts->qkd_links), kh_facts_rows(facts->line_systems));
    KH_TRY(kh_map_write(&p->map, facts, p->arena, p->out, err));
    close_section(p);
    return KH_OK;
}

static kh_status write_demands(const page *p, const kh_facts *facts, kh_error *err)
{
    const kh_grid *routes = kh_grid_routes(facts, p->arena);
    open_case_section(p, facts, "Demands");
    note(p, "Who asks for how much key, who gets it, and why not.");
    KH_TRY(write_grid(p, kh_grid_demands(facts, p->arena), err));
    if (routes == NULL || routes->failed)
        return fail_memory(err);
    if (routes->n_rows > 0) {
        kh_str_append(p->out, "<details><summary>Routes of the keys</summary>\n");
        KH_TRY(write_grid(p, routes, err));
        kh_str_append(p->out, "</details>\n");
    }
    close_section(p);
    return KH_OK;
}

static kh_status write_bottleneck(const page *p, const kh_facts *facts, kh_error *err)
{
    const kh_grid *cuts = kh_grid_cuts(facts, p->arena), *prices = kh_grid_prices(facts, p->arena);
    if (cuts == NULL || prices == NULL)
        return fail_memory(err);
    if (cuts->n_rows + prices->n_rows == 0)
        return KH_OK;
    open_case_section(p, facts, "The bottleneck");
    note(p, "For each unmet demand the cut that it cannot get across, and the links where more key would help.");
    KH_TRY(write_grid(p, cuts, err));
    KH_TRY(write_grid(p, prices, err));
    close_section(p);
    return KH_OK;
}

static kh_status write_stores(const page *p, const kh_facts *facts, kh_error *err)
{
    if (kh_facts_rows(facts->stores) == 0)
        return KH_OK;
    open_case_section(p, facts, "Key stores over time");
    KH_TRY(kh_chart_stores(facts, p->arena, p->out, err));
    close_section(p);
    return KH_OK;
}

static const char service_note[] = "Means over the replications with 95 % confidence intervals where there are several.";
static const char data_note[] = "What the demand's ends want to send, and what the classical lines between them carry.";
static const char links_note[] = "Shadow price: what one more bit/s of this link adds to the objective. Click a heading to sort.";
static const char lines_note[] = "GSNR of the worst channel in the bandwidth of its mode.";
static const char cost_note[] =
    "Prices of devices are planning placeholders, not offers: replace them in the topology before you quote a sum.";
static const char findings_note[] = "What the check of the topology remarked.";

static kh_status write_case_top(const page *p, const kh_facts *facts, kh_error *err)
{
    KH_TRY(write_verdict(p, facts, err));
    KH_TRY(write_map(p, facts, err));
    KH_TRY(write_demands(p, facts, err));
    KH_TRY(write_grid_section(p, facts, "Simulated service", service_note, kh_grid_service(facts, p->arena), err));
    return write_bottleneck(p, facts, err);
}

static kh_status write_case_links(const page *p, const kh_facts *facts, kh_error *err)
{
    kh_arena *arena = p->arena;
    KH_TRY(write_grid_section(p, facts, "QKD links", links_note, kh_grid_links(facts, arena), err));
    KH_TRY(write_grid_section(p, facts, "Classical lines", lines_note, kh_grid_lines(facts, arena), err));
    KH_TRY(write_grid_section(p, facts, "Data traffic", data_note, kh_grid_data(facts, arena), err));
    return write_stores(p, facts, err);
}

static kh_status write_case(const page *p, const kh_facts *facts, kh_error *err)
{
    KH_TRY(write_case_top(p, facts, err));
    return write_case_links(p, facts, err);
}

static kh_status write_case_end(const page *p, const kh_facts *facts, kh_error *err)
{
    KH_TRY(write_grid_section(p, facts, "Cost", cost_note, kh_grid_cost(facts, p->arena), err));
    return write_grid_section(p, facts, "Findings", findings_note, kh_grid_findings(facts, p->arena), err);
}

/* ---- over all cases ---- */

static kh_status write_comparison(const page *p, kh_error *err)
{
    if (p->run->n_cases < 2)
        return KH_OK;
    kh_str_append(p->out, "<section id=\"compare\">\n<h2>What-if comparison</h2>\n");
    note(p, "Each case is a full run with the changes named under it; the dashed line is the first case.");
    KH_TRY(kh_chart_cases(p->run, p->arena, p->out, err));
    kh_grid *grid = kh_grid_cases(p->run, p->arena);
    for (size_t row = 0; grid != NULL && row < grid->n_rows; row++)
        if (row >= p->n_full)
            grid->cells[row * grid->n_columns].case_index = SIZE_MAX;
    KH_TRY(write_grid(p, grid, err));
    if (p->n_full < p->run->n_cases)
        kh_str_printf(p->out, "<p class=\"note\">The first %zu of %zu cases are told in full; the run file holds all.</p>\n",
                      p->n_full, p->run->n_cases);
    close_section(p);
    return KH_OK;
}

static kh_status write_assumptions(const page *p, const kh_facts *base, kh_error *err)
{
    const kh_grid *grid = kh_grid_assumptions(base, p->arena);
    if (grid == NULL || grid->failed)
        return fail_memory(err);
    size_t assumed = 0;
    for (size_t row = 0; row < kh_facts_rows(base->assumptions); row++)
        assumed += kh_table_number(base->assumptions, "assumed", row) == 1;
    kh_str_append(p->out, "<section id=\"assumptions\">\n<h2>Assumptions and sources</h2>\n");
    if (grid->n_rows == 0)
        note(p, "The topology marks no value as assumed and names no source.");
    else
        kh_str_printf(p->out, "<p class=\"note\">The results rest on these values: %zu assumed, %zu with a source only.</p>\n",
                      assumed, grid->n_rows - assumed);
    KH_TRY(write_grid(p, grid, err));
    close_section(p);
    return KH_OK;
}

static kh_status write_full_cases(page *p, kh_error *err)
{
    for (size_t i = 0, largest = 0; i < p->run->n_cases && (i == 0 || p->out->length + largest < FULL_CASES_BYTES); i++) {
        size_t before = p->out->length;
        kh_facts facts = kh_facts_of(p->run, i);
        KH_TRY(write_case(p, &facts, err));
        largest = p->out->length - before > largest ? p->out->length - before : largest;
        p->n_full = i + 1;
    }
    return KH_OK;
}

/* Both parts of every case, the comparison between them; the later part is small and decides nothing about size. */
static kh_status write_cases(page *p, kh_error *err)
{
    KH_TRY(write_full_cases(p, err));
    KH_TRY(write_comparison(p, err));
    for (size_t i = 0; i < p->n_full; i++) {
        kh_facts facts = kh_facts_of(p->run, i);
        KH_TRY(write_case_end(p, &facts, err));
    }
    return KH_OK;
}

kh_status kh_page_write(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err)
{
    page p = {.run = run, .arena = arena, .out = out};
    kh_facts base = kh_facts_of(run, 0);
    KH_TRY(kh_map_make(&base, arena, &p.map, err));
    write_head(&p);
    write_title(&p);
    KH_TRY(kh_map_write_shared(&p.map, arena, out, err));
    KH_TRY(write_cases(&p, err));
    KH_TRY(write_assumptions(&p, &base, err));
    write_foot(&p);
    return KH_OK;
}

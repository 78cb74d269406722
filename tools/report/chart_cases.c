/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/chart.h"

#include "core/base/utf8.h"
#include "tools/report/format.h"
#include "tools/report/html.h"

#include <math.h>

enum { MOST_CASES = 40, N_MEASURES = 3, NAME_LETTERS = 36 };
static const double row_px = 22, name_px = 290, panel_px = 244, gap_px = 24, head_px = 24, value_px = 56;

typedef struct measure {
    const char *title;
    double highest;
    double (*of)(const kh_facts *facts);
    const char *(*text)(kh_arena *arena, const kh_facts *facts);
} measure;

static double met_of(const kh_facts *facts)
{
    return (double)facts->n_met;
}

static const char *met_text(kh_arena *arena, const kh_facts *facts)
{
    return kh_arena_printf(arena, "%zu of %zu", facts->n_met, facts->n_asking);
}

static double value_of(const kh_facts *facts)
{
    return kh_table_number(facts->summary, "value", 0);
}

static const char *value_text(kh_arena *arena, const kh_facts *facts)
{
    return kh_arena_printf(arena, "%.3g", value_of(facts));
}

static double cost_of(const kh_facts *facts)
{
    return kh_table_number(facts->summary, "cost_total_eur", 0);
}

static const char *cost_text(kh_arena *arena, const kh_facts *facts)
{
    return kh_format_eur(arena, cost_of(facts));
}

static double panel_left(size_t i)
{
    return name_px + (double)i * (panel_px + gap_px);
}

static double bar_length(const measure *m, double value)
{
    return m->highest > 0 && value > 0 ? value / m->highest * (panel_px - value_px) : 0;
}

static void find_highest(const kh_run *run, size_t n, measure measures[N_MEASURES])
{
    for (size_t i = 0; i < n; i++) {
        kh_facts facts = kh_facts_of(run, i);
        for (size_t k = 0; k < N_MEASURES; k++) {
            double value = measures[k].of(&facts);
            measures[k].highest = fmax(measures[k].highest, isfinite(value) ? value : 0);
        }
        measures[0].highest = fmax(measures[0].highest, (double)facts.n_asking);
    }
}

/* The name, shortened so that it fits beside the bars; the whole name shows on pointing. */
static void append_name(kh_str *out, const char *name, double y)
{
    size_t bytes = 0;
    kh_str_printf(out, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\"><title>", name_px - 8, y + 4);
    kh_html_text(out, name);
    kh_str_append(out, "</title>");
    for (size_t letters = 0; name[bytes] != '\0' && letters < NAME_LETTERS; letters++)
        bytes += kh_utf8_length(name + bytes) > 0 ? kh_utf8_length(name + bytes) : 1;
    kh_str shown = {0};
    kh_str_append_n(&shown, name, bytes);
    kh_html_text(out, kh_str_text(&shown));
    kh_str_append(out, name[bytes] != '\0' ? "…</text>" : "</text>");
    kh_str_clear(&shown);
}

static void draw_case(const kh_run *run, size_t i, const measure measures[N_MEASURES], kh_arena *arena, kh_str *out)
{
    kh_facts facts = kh_facts_of(run, i);
    double y = head_px + ((double)i + 0.5) * row_px;
    append_name(out, facts.run_case->name, y);
    for (size_t k = 0; k < N_MEASURES; k++) {
        double value = measures[k].of(&facts), length = bar_length(&measures[k], value);
        const char *text = measures[k].text(arena, &facts);
        if (!isfinite(value) || text == NULL)
            continue;
        kh_str_printf(
            out, "<rect class=\"bar%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"10\"/><text x=\"%.1f\" y=\"%.1f\">%s</text>",
            i == 0 ? " base" : "", panel_left(k), y - 5, length, panel_left(k) + length + 6, y + 4, text);
    }
    kh_str_append(out, "\n");
}

static void draw_base_line(const kh_run *run, size_t n, const measure measures[N_MEASURES], kh_str *out)
{
    kh_facts base = kh_facts_of(run, 0);
    for (size_t k = 0; k < N_MEASURES; k++) {
        double value = measures[k].of(&base);
        kh_str_printf(out, "<text class=\"head\" x=\"%.0f\" y=\"14\">%s</text>", panel_left(k), measures[k].title);
        if (isfinite(value))
            kh_str_printf(out, "<path class=\"baseline\" d=\"M%.1f %.0fV%.0f\"/>", panel_left(k) + bar_length(&measures[k], value),
                          head_px, head_px + (double)n * row_px);
    }
}

kh_status kh_chart_cases(const kh_run *run, kh_arena *arena, kh_str *out, kh_error *err)
{
    measure measures[N_MEASURES] = {
        {"Demands met", 0, met_of, met_text}, {"Objective", 0, value_of, value_text}, {"Cost", 0, cost_of, cost_text}};
    size_t n = run->n_cases > MOST_CASES ? MOST_CASES : run->n_cases;
    find_highest(run, n, measures);
    kh_str_printf(out,
                  "<div class=\"scroll\"><svg class=\"chart cases\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" role=\"img\" "
                  "aria-label=\"Demands met, objective and cost of each case; the table holds the same figures\">\n",
                  panel_left(N_MEASURES) - gap_px, head_px + (double)n * row_px + 4, panel_left(N_MEASURES) - gap_px);
    draw_base_line(run, n, measures, out);
    for (size_t i = 0; i < n; i++)
        draw_case(run, i, measures, arena, out);
    kh_str_append(out, "</svg></div>\n");
    if (n < run->n_cases)
        kh_str_printf(out, "<p class=\"note\">The first %zu of %zu cases; the table below goes on.</p>\n", n, run->n_cases);
    return out->failed ? kh_fail(err, KH_ENOMEM, "out of memory for the charts") : KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/grids.h"

#include "core/base/findings.h"
#include "tools/report/format.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *column, *text;
} cost_items[] = {{"cost_modules_eur", "QKD modules"}, {"cost_trusted_nodes_eur", "Trusted nodes"},
                  {"cost_kms_eur", "Key management"},  {"cost_encryptors_eur", "Encryptors"},
                  {"cost_fibre_eur", "Fibre"},         {"cost_opex_eur", "Operation"},
                  {"cost_total_eur", "Total"}};

kh_grid *kh_grid_cost(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Item", false, false}, {"Cost", true, false}, {"Share", false, false}};
    size_t n = KH_GRID_COUNT(cost_items), at = 0;
    double total = kh_table_number(facts->summary, "cost_total_eur", 0);
    kh_grid *grid = kh_grid_create(arena, "Cost", heads, KH_GRID_COUNT(heads), n);
    for (size_t i = 0; grid != NULL && i < n; i++) {
        double cost = kh_table_number(facts->summary, cost_items[i].column, 0);
        if (isnan(cost))
            continue;
        kh_grid_text(grid, at, 0, cost_items[i].text);
        kh_grid_number(grid, at, 1, cost, kh_format_eur(arena, cost));
        if (total > 0 && i + 1 < n)
            kh_grid_number(grid, at, 2, cost / total, kh_format_share(arena, cost / total))->bar = cost / total;
        at++;
    }
    if (grid != NULL)
        kh_grid_truncate(grid, at);
    return grid;
}

static kh_tone severity_tone(const char *severity)
{
    if (severity != NULL && strcmp(severity, kh_severity_name(KH_ERROR)) == 0)
        return KH_TONE_BAD;
    return severity != NULL && strcmp(severity, kh_severity_name(KH_WARNING)) == 0 ? KH_TONE_WARN : KH_TONE_QUIET;
}

kh_grid *kh_grid_findings(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Severity", false, false}, {"Finding", false, true}, {"Place", false, false}};
    size_t n = kh_facts_rows(facts->findings);
    kh_grid *grid = kh_grid_create(arena, "Findings", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++) {
        const char *severity = kh_table_text(facts->findings, "severity", row);
        kh_grid_text(grid, row, 0, severity)->tone = severity_tone(severity);
        kh_grid_text(grid, row, 1, kh_table_text(facts->findings, "message", row));
        kh_grid_text(grid, row, 2, kh_table_text(facts->findings, "place", row));
    }
    return grid;
}

static void put_assumption(const kh_table *assumptions, kh_grid *grid, size_t at, size_t row)
{
    const char *noun = kh_table_text(assumptions, "noun", row), *id = kh_table_text(assumptions, "id", row);
    bool assumed = kh_table_number(assumptions, "assumed", row) == 1;
    kh_grid_text(grid, at, 0, assumed ? "assumed" : "sourced")->tone = assumed ? KH_TONE_WARN : KH_TONE_QUIET;
    kh_cell *name = kh_grid_text(grid, at, 1, id == NULL || *id == '\0' ? noun : id);
    name->small = name->text == noun ? NULL : noun;
    kh_grid_text(grid, at, 2, kh_table_text(assumptions, "field", row));
    kh_grid_text(grid, at, 3, kh_table_text(assumptions, "value", row));
    kh_grid_text(grid, at, 4, kh_table_text(assumptions, "source", row));
    kh_grid_text(grid, at, 5, kh_table_text(assumptions, "place", row));
}

kh_grid *kh_grid_assumptions(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Status", false, false}, {"Of", false, false},    {"Field", false, false},
                                    {"Value", false, false},  {"Source", false, true}, {"Place", false, false}};
    const kh_table *assumptions = facts->assumptions;
    size_t n = kh_facts_rows(assumptions), at = 0;
    kh_grid *grid = kh_grid_create(arena, "Assumptions", heads, KH_GRID_COUNT(heads), n);
    for (int assumed = 1; grid != NULL && assumed >= 0; assumed--)
        for (size_t row = 0; row < n; row++)
            if ((kh_table_number(assumptions, "assumed", row) == 1) == (assumed == 1))
                put_assumption(assumptions, grid, at++, row);
    return grid;
}

/* "+12 %" against the base; nothing for the base itself. */
static void put_change(kh_grid *grid, kh_arena *arena, size_t row, size_t column, double value, double base)
{
    if (row == 0 || !(fabs(base) > 0) || isnan(value))
        return;
    double change = value / base - 1;
    const char *size = kh_format_share(arena, fabs(change));
    const char *text = size == NULL ? NULL : kh_arena_printf(arena, "%s%s", change > 0 ? "+" : change < 0 ? "−" : "", size);
    kh_grid_number(grid, row, column, change, fabs(change) < 5e-7 ? "=" : text);
}

static void put_case(const kh_run *run, kh_arena *arena, kh_grid *grid, size_t row, const kh_facts *base)
{
    kh_facts facts = kh_facts_of(run, row);
    double value = kh_table_number(facts.summary, "value", 0), cost = kh_table_number(facts.summary, "cost_total_eur", 0);
    const char *met = kh_arena_printf(arena, "%zu of %zu", facts.n_met, facts.n_asking);
    kh_cell *name = kh_grid_text(grid, row, 0, facts.run_case->name);
    name->small = facts.run_case->changes;
    name->case_index = row;
    kh_grid_number(grid, row, 1, (double)facts.n_met, met)->tone = facts.n_met == facts.n_asking ? KH_TONE_GOOD
                                                                   : facts.n_met > 0             ? KH_TONE_WARN
                                                                                                 : KH_TONE_BAD;
    kh_grid_number(grid, row, 2, facts.worst_share, kh_format_share(arena, facts.worst_share));
    kh_grid_number(grid, row, 3, facts.delivered_bps, kh_format_rate(arena, facts.delivered_bps));
    kh_grid_number(grid, row, 4, value, isnan(value) ? "" : kh_arena_printf(arena, "%.4g", value));
    put_change(grid, arena, row, 5, value, kh_table_number(base->summary, "value", 0));
    kh_grid_number(grid, row, 6, cost, kh_format_eur(arena, cost));
    put_change(grid, arena, row, 7, cost, kh_table_number(base->summary, "cost_total_eur", 0));
}

kh_grid *kh_grid_cases(const kh_run *run, kh_arena *arena)
{
    static const kh_head heads[] = {{"Case", false, true},           {"Demands met", true, false}, {"Worst gets", true, false},
                                    {"Keys delivered", true, false}, {"Objective", true, false},   {"against base", true, false},
                                    {"Cost", true, false},           {"against base", true, false}};
    kh_grid *grid = kh_grid_create(arena, "What-if comparison", heads, KH_GRID_COUNT(heads), run->n_cases);
    kh_facts base = kh_facts_of(run, 0);
    for (size_t row = 0; grid != NULL && row < run->n_cases; row++)
        put_case(run, arena, grid, row, &base);
    return grid;
}

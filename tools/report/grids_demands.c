/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/grids.h"

#include "tools/report/format.h"

#include <math.h>
#include <string.h>

/* "Amsterdam – Kajaani, aes-256, hybrid": what stands under the name of a demand. */
static const char *describe(const kh_facts *facts, kh_arena *arena, size_t row)
{
    const char *id = kh_table_text(facts->demands, "id", row);
    size_t base = kh_facts_row(facts->base_demands, id, row);
    const char *use = kh_table_text(facts->base_demands, "use", base);
    const char *security = kh_table_text(facts->base_demands, "security", base);
    const char *ends = kh_facts_ends(facts, arena, facts->base_demands, id, row);
    return kh_arena_printf(arena, "%s%s%s%s%s", ends == NULL ? "" : ends, use == NULL ? "" : ", ", use == NULL ? "" : use,
                           security == NULL ? "" : ", ", security == NULL ? "" : security);
}

static void put_name(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t at, size_t row)
{
    kh_cell *cell = kh_grid_text(grid, at, 0, kh_facts_demand_name(facts, row));
    cell->small = describe(facts, arena, row);
    grid->failed = grid->failed || cell->small == NULL;
}

static void put_verdict(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t row)
{
    double share = kh_facts_demand_share(facts, row);
    if (!kh_facts_demand_asks(facts, row)) {
        kh_grid_text(grid, row, 1, "no QKD key asked")->tone = KH_TONE_QUIET;
        return;
    }
    bool met = kh_facts_demand_is_met(facts, row);
    kh_cell *cell = kh_grid_number(grid, row, 1, share, met ? "met" : share > 0 ? kh_format_share(arena, share) : "no key");
    cell->tone = met ? KH_TONE_GOOD : share > 0 ? KH_TONE_WARN : KH_TONE_BAD;
}

kh_grid *kh_grid_demands(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Demand", false, false}, {"Verdict", false, false}, {"Asks", true, false},
                                    {"Gets", true, false},    {"Share", false, false},   {"Why", false, true}};
    size_t n = kh_facts_rows(facts->demands);
    kh_grid *grid = kh_grid_create(arena, "Demands", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++) {
        double asked = kh_table_number(facts->demands, "requested_bps", row),
               got = kh_table_number(facts->demands, "rate_bps", row);
        double share = kh_facts_demand_share(facts, row);
        put_name(facts, arena, grid, row, row);
        put_verdict(facts, arena, grid, row);
        kh_grid_number(grid, row, 2, asked, kh_format_rate(arena, asked));
        kh_grid_number(grid, row, 3, got, kh_format_rate(arena, got));
        kh_grid_number(grid, row, 4, share, kh_format_share(arena, share))->bar = share;
        kh_grid_text(grid, row, 5, kh_table_text(facts->demands, "why", row));
    }
    return grid;
}

kh_grid *kh_grid_routes(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {
        {"Demand", false, false}, {"Rate", true, false}, {"Hops", true, false}, {"Through", false, true}};
    size_t n = kh_facts_rows(facts->routes);
    kh_grid *grid = kh_grid_create(arena, "Routes of the keys", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++) {
        const char *demand = kh_table_text(facts->routes, "demand", row);
        const char *path = kh_table_text(facts->routes, "path", row);
        double rate = kh_table_number(facts->routes, "rate_bps", row), hops = 0;
        size_t of = kh_facts_row(facts->demands, demand, row);
        const char *names = kh_facts_node_names(facts, arena, path, " › ");
        for (const char *c = path; c != NULL && *c != '\0'; c++)
            hops += *c == ' ';
        kh_grid_text(grid, row, 0, of == SIZE_MAX ? demand : kh_facts_demand_name(facts, of));
        kh_grid_number(grid, row, 1, rate, kh_format_rate(arena, rate));
        kh_grid_number(grid, row, 2, hops, kh_format_number(arena, hops, 0, ""));
        kh_grid_text(grid, row, 3, names);
        grid->failed = grid->failed || names == NULL;
    }
    return grid;
}

/* "99.2 % ± 0.4 %"; the interval is left out when there is none or all replications agree. */
static void put_estimate(kh_grid *grid, kh_arena *arena, size_t row, size_t column, double mean, double half_width)
{
    const char *text = kh_format_share(arena, mean);
    if (half_width > 0 && text != NULL)
        text = half_width < 1e-4 ? kh_arena_printf(arena, "%s ± < 0.01", text)
                                 : kh_arena_printf(arena, "%s ± %.2g", text, half_width * 100);
    kh_grid_number(grid, row, column, mean, text);
}

static void put_service(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t at, size_t row)
{
    const kh_table *demands = facts->demands;
    double requests = kh_table_number(demands, "requests", row), late = kh_table_number(demands, "late", row);
    double wait_s = kh_table_number(demands, "mean_wait_s", row);
    double each = requests > 0 ? 1 / requests : (double)NAN;
    put_name(facts, arena, grid, at, row);
    kh_grid_number(grid, at, 1, requests, kh_format_number(arena, requests, 0, ""));
    put_estimate(grid, arena, at, 2, kh_table_number(demands, "served_share", row),
                 kh_table_number(demands, "served_share_ci", row));
    put_estimate(grid, arena, at, 3, late * each, (double)NAN);
    put_estimate(grid, arena, at, 4, kh_table_number(demands, "blocked_share", row),
                 kh_table_number(demands, "blocked_share_ci", row));
    put_estimate(grid, arena, at, 5, kh_table_number(demands, "availability", row),
                 kh_table_number(demands, "availability_ci", row));
    kh_grid_number(grid, at, 6, wait_s, kh_format_seconds(arena, wait_s));
}

kh_grid *kh_grid_service(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Demand", false, false},  {"Keys asked", true, false}, {"In time or late", true, false},
                                    {"Late", true, false},     {"Blocked", true, false},    {"Availability", true, false},
                                    {"Mean wait", true, false}};
    size_t n = kh_facts_rows(facts->demands), at = 0;
    kh_grid *grid = kh_grid_create(arena, "Simulated service", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++)
        if (kh_table_number(facts->demands, "requests", row) > 0)
            put_service(facts, arena, grid, at++, row);
    if (grid != NULL)
        kh_grid_truncate(grid, at);
    return grid;
}

/* "5 lines, 3500 km, regenerated at 2 places": what stands under the wavelengths of a service. */
static const char *describe_way(const kh_facts *facts, kh_arena *arena, size_t service)
{
    const char *lines = kh_table_text(facts->services, "lines", service);
    const char *layer = kh_table_text(facts->services, "layer", service);
    double length_km = kh_table_number(facts->services, "length_km", service);
    if (lines == NULL || *lines == '\0' || isnan(length_km))
        return kh_arena_printf(arena, "protection: %s", layer == NULL ? "?" : layer);
    return kh_arena_printf(arena, "%s, %.0f km, protection: %s", lines, length_km, layer == NULL ? "?" : layer);
}

static void put_mapping(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t at, size_t row)
{
    size_t service = kh_facts_row(facts->services, kh_table_text(facts->demands, "id", row), at);
    const char *state = kh_table_text(facts->services, "state", service);
    const char *mapping = kh_table_text(facts->services, "mapping", service);
    bool carried = state != NULL && strcmp(state, "carried") == 0;
    if (state == NULL)
        return;
    kh_cell *cell = kh_grid_text(grid, at, 3, carried ? mapping : state);
    cell->tone = carried ? KH_TONE_NONE : KH_TONE_BAD;
    cell->small = describe_way(facts, arena, service);
    grid->failed = grid->failed || cell->small == NULL;
    kh_grid_text(grid, at, 4, kh_table_text(facts->services, "spectrum_thz", service));
}

static void put_data(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t at, size_t row)
{
    double asked = kh_facts_demand_data_gbps(facts, row);
    double capacity = kh_table_number(facts->demands, "data_capacity_gbps", row);
    put_name(facts, arena, grid, at, row);
    kh_grid_number(grid, at, 1, asked, kh_format_gbps(arena, asked));
    kh_grid_number(grid, at, 2, capacity, kh_format_gbps(arena, capacity));
    put_mapping(facts, arena, grid, at, row);
    kh_grid_text(grid, at, 5, kh_table_text(facts->demands, "data_why", row));
}

kh_grid *kh_grid_data(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Demand", false, false},      {"Traffic", true, false},   {"Free on its way", true, false},
                                    {"Wavelengths", false, false}, {"Spectrum", false, false}, {"In words", false, true}};
    size_t n = kh_facts_rows(facts->demands), at = 0;
    kh_grid *grid = kh_grid_create(arena, "Data traffic", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++) {
        const char *words = kh_table_text(facts->demands, "data_why", row);
        if (words != NULL && *words != '\0')
            put_data(facts, arena, grid, at++, row);
    }
    if (grid != NULL)
        kh_grid_truncate(grid, at);
    return grid;
}

static bool has_cut(const kh_facts *facts, size_t row)
{
    const char *sites = kh_table_text(facts->demands, "cut_sites", row), *links = kh_table_text(facts->demands, "cut_links", row);
    return (sites != NULL && *sites != '\0') || (links != NULL && *links != '\0');
}

kh_grid *kh_grid_cuts(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Demand", false, false},
                                    {"Shortfall", false, false},
                                    {"Links across the cut", false, true},
                                    {"Sites on its near side", false, true}};
    size_t n = kh_facts_rows(facts->demands), at = 0;
    kh_grid *grid = kh_grid_create(arena, "What stands in the way", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++) {
        if (!has_cut(facts, row))
            continue;
        const char *links = kh_table_text(facts->demands, "cut_links", row);
        const char *sites = kh_facts_node_names(facts, arena, kh_table_text(facts->demands, "cut_sites", row), ", ");
        kh_grid_text(grid, at, 0, kh_facts_demand_name(facts, row));
        kh_grid_text(grid, at, 1, kh_table_text(facts->demands, "shortfall", row));
        kh_grid_text(grid, at, 2, links == NULL || *links == '\0' ? "none with key" : links);
        kh_grid_text(grid, at++, 3, sites);
        grid->failed = grid->failed || sites == NULL;
    }
    if (grid != NULL)
        kh_grid_truncate(grid, at);
    return grid;
}

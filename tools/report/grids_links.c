/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/grids.h"

#include "tools/report/format.h"

#include <math.h>
#include <stdlib.h>

static void put_link_name(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t at, size_t row)
{
    const char *id = kh_table_text(facts->links, "id", row);
    kh_cell *cell = kh_grid_text(grid, at, 0, kh_facts_ends(facts, arena, facts->qkd_links, id, row));
    cell->small = id;
    grid->failed = grid->failed || cell->text == NULL;
}

static double used_share(const kh_facts *facts, size_t row)
{
    double capacity = kh_table_number(facts->links, "capacity_bps", row);
    return capacity > 0 ? kh_table_number(facts->links, "used_bps", row) / capacity : (double)NAN;
}

static void put_number(kh_grid *grid, kh_arena *arena, size_t row, size_t column, double number, int decimals)
{
    kh_grid_number(grid, row, column, number, kh_format_number(arena, number, decimals, ""));
}

static void put_price(kh_grid *grid, kh_arena *arena, size_t row, size_t column, double price)
{
    kh_grid_number(grid, row, column, price, price == 0 ? "0" : kh_arena_printf(arena, "%.3g", price));
}

static void put_key(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t row)
{
    double rate = kh_table_number(facts->links, "key_rate_bps", row);
    kh_cell *cell = kh_grid_number(grid, row, 1, rate, kh_format_rate(arena, rate));
    if (rate == 0)
        cell->tone = KH_TONE_BAD;
    if (kh_table_number(facts->links, "measured", row) == 1)
        cell->small = "measured";
    double passes = kh_table_number(facts->links, "key_passes", row);
    if (isnan(passes))
        return;
    cell->small = kh_arena_printf(arena, "mean of a year, %s: %.0f passes of %s when clear",
                                  kh_format_bits(arena, kh_table_number(facts->links, "key_bits_year", row)), passes,
                                  kh_format_bits(arena, kh_table_number(facts->links, "mean_pass_bits", row)));
    grid->failed = grid->failed || cell->small == NULL;
}

/* What limits the link, and under it the system: "bb84-decoy, 2 modules", and what a satellite's year assumes. */
static void put_limit(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t row, size_t base)
{
    const char *protocol = kh_table_text(facts->qkd_links, "protocol", base);
    const char *assumed = kh_table_text(facts->links, "assumed", row);
    double modules = kh_table_number(facts->qkd_links, "modules", base);
    kh_cell *cell = kh_grid_text(grid, row, 5, kh_table_text(facts->links, "limit", row));
    bool one = modules == 1 || isnan(modules);
    cell->small = protocol;
    if (!one)
        cell->small =
            kh_arena_printf(arena, "%s%s%.0f modules", protocol == NULL ? "" : protocol, protocol == NULL ? "" : ", ", modules);
    if (assumed != NULL && assumed[0] != '\0' && cell->small != NULL)
        cell->small = kh_arena_printf(arena, "%s; assumed: %s", cell->small, assumed);
    grid->failed = grid->failed || (cell->small == NULL && (!one || assumed != NULL));
}

static void put_link(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t row)
{
    const char *id = kh_table_text(facts->links, "id", row);
    size_t base = kh_facts_row(facts->qkd_links, id, row);
    double qber = kh_table_number(facts->links, "qber", row), used = used_share(facts, row);
    double store = kh_table_number(facts->links, "lowest_store_bits", row), up = kh_table_number(facts->links, "up_fraction", row);
    put_link_name(facts, arena, grid, row, row);
    put_key(facts, arena, grid, row);
    kh_grid_number(grid, row, 2, qber, kh_arena_printf(arena, "%.2f %%", qber * 100));
    put_number(grid, arena, row, 3, kh_table_number(facts->links, "loss_db", row), 1);
    bool from_space = !isnan(kh_table_number(facts->links, "key_passes", row));
    put_number(grid, arena, row, 4, from_space ? (double)NAN : kh_table_number(facts->qkd_links, "length_km", base), 1);
    put_limit(facts, arena, grid, row, base);
    kh_grid_number(grid, row, 6, used, kh_format_share(arena, used))->bar = used;
    put_price(grid, arena, row, 7, kh_table_number(facts->links, "shadow_price", row));
    kh_grid_number(grid, row, 8, store, kh_format_bits(arena, store));
    kh_grid_number(grid, row, 9, up, kh_format_share(arena, up));
}

kh_grid *kh_grid_links(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Link", false, false},    {"Key rate", true, false},     {"QBER", true, false},
                                    {"Loss, dB", true, false}, {"Length, km", true, false},   {"Limited by", false, false},
                                    {"Used", false, false},    {"Shadow price", true, false}, {"Lowest store", true, false},
                                    {"Up", true, false}};
    size_t n = kh_facts_rows(facts->links);
    kh_grid *grid = kh_grid_create(arena, "QKD links", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++)
        put_link(facts, arena, grid, row);
    return grid;
}

typedef struct priced {
    double price;
    size_t row;
} priced;

static int dearer_first(const void *a, const void *b)
{
    const priced *left = a, *right = b;
    if (left->price != right->price)
        return left->price < right->price ? 1 : -1;
    return left->row < right->row ? -1 : 1;
}

static size_t sort_priced(const kh_facts *facts, priced *out)
{
    size_t n = 0;
    for (size_t row = 0; row < kh_facts_rows(facts->links); row++) {
        double price = kh_table_number(facts->links, "shadow_price", row);
        if (price > 0)
            out[n++] = (priced){price, row};
    }
    qsort(out, n, sizeof *out, dearer_first);
    return n;
}

kh_grid *kh_grid_prices(const kh_facts *facts, kh_arena *arena)
{
    enum { MOST = 12 };
    static const kh_head heads[] = {{"Link that binds", false, false},
                                    {"Key rate", true, false},
                                    {"Used", false, false},
                                    {"One more bit/s here adds to the objective", true, false}};
    priced *order = KH_NEW(arena, priced, kh_facts_rows(facts->links));
    if (order == NULL)
        return NULL;
    size_t n = sort_priced(facts, order);
    n = n > MOST ? MOST : n;
    kh_grid *grid = kh_grid_create(arena, "Links that bind", heads, KH_GRID_COUNT(heads), n);
    for (size_t at = 0; grid != NULL && at < n; at++) {
        double rate = kh_table_number(facts->links, "key_rate_bps", order[at].row), used = used_share(facts, order[at].row);
        put_link_name(facts, arena, grid, at, order[at].row);
        kh_grid_number(grid, at, 1, rate, kh_format_rate(arena, rate));
        kh_grid_number(grid, at, 2, used, kh_format_share(arena, used))->bar = used;
        put_price(grid, arena, at, 3, order[at].price);
    }
    return grid;
}

static void put_line(const kh_facts *facts, kh_arena *arena, kh_grid *grid, size_t row)
{
    const char *id = kh_table_text(facts->lines, "id", row);
    const char *mode = kh_table_text(facts->lines, "mode", row);
    size_t base = kh_facts_row(facts->line_systems, id, row);
    double capacity = kh_table_number(facts->lines, "capacity_gbps", row),
           shannon = kh_table_number(facts->lines, "shannon_gbps", row);
    double margin = kh_table_number(facts->lines, "margin_db", row);
    kh_cell *name = kh_grid_text(grid, row, 0, kh_facts_ends(facts, arena, facts->line_systems, id, row));
    name->small = id;
    grid->failed = grid->failed || name->text == NULL;
    put_number(grid, arena, row, 1, kh_table_number(facts->line_systems, "length_km", base), 0);
    put_number(grid, arena, row, 2, kh_table_number(facts->lines, "gsnr_db", row), 1);
    kh_grid_number(grid, row, 3, capacity, kh_format_gbps(arena, capacity))->tone = capacity == 0 ? KH_TONE_BAD : KH_TONE_NONE;
    kh_grid_number(grid, row, 4, shannon, kh_format_gbps(arena, shannon));
    kh_grid_text(grid, row, 5, mode == NULL || *mode == '\0' ? "none feasible" : mode);
    kh_grid_number(grid, row, 6, margin, kh_format_number(arena, margin, 1, ""))->tone = margin < 0 ? KH_TONE_WARN : KH_TONE_NONE;
    put_number(grid, arena, row, 7, kh_table_number(facts->lines, "latency_ms", row), 2);
    double left = kh_table_number(facts->lines, "left_gbps", row);
    kh_grid_number(grid, row, 8, left, kh_format_gbps(arena, left));
    kh_grid_text(grid, row, 9, kh_table_text(facts->lines, "reason", row));
}

kh_grid *kh_grid_lines(const kh_facts *facts, kh_arena *arena)
{
    static const kh_head heads[] = {{"Line", false, false},      {"Length, km", true, false},    {"GSNR, dB", true, false},
                                    {"Capacity", true, false},   {"Shannon limit", true, false}, {"Mode", false, false},
                                    {"Margin, dB", true, false}, {"Latency, ms", true, false},   {"Left by services", true, false},
                                    {"Why", false, true}};
    size_t n = kh_facts_rows(facts->lines);
    kh_grid *grid = kh_grid_create(arena, "Classical lines", heads, KH_GRID_COUNT(heads), n);
    for (size_t row = 0; grid != NULL && row < n; row++)
        put_line(facts, arena, grid, row);
    return grid;
}

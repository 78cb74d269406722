/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/site/site_build_lp.h"

#include "core/net/ids.h"

#include <math.h>
#include <string.h>

/* More flows than this are put together by their source; more columns than that are not solved at all. */
enum { MOST_FLOWS = 30000, MOST_COLUMNS = 200000 };

typedef struct entry {
    uint32_t row, column;
    double value;
} entry;

typedef struct sheet {
    kh_site_program *p;
    const kh_site_build_problem *problem;
    size_t n_sites, n_spans, n_offers, n_years;
    entry *entries;
    size_t n_entries, entry_room;
    double (*rows)[2];
    size_t n_rows, row_room;
    double *cost, *lower, *upper;
    bool *integer;
    double *wanted_bps; /* [n_goods][n_sites] of one year; negative at the source */
    double *amount_bps; /* [n_goods] */
} sheet;

static kh_status out_of_memory(kh_error *err)
{
    return kh_fail(err, KH_ENOMEM, "no memory for the program of a building plan");
}

static kh_status add_row(sheet *s, double lower, double upper, kh_error *err)
{
    if (s->n_rows == s->row_room) {
        double(*grown)[2] = kh_arena_grow(s->p->arena, s->rows, s->n_rows, &s->row_room, sizeof *grown);
        if (grown == NULL)
            return out_of_memory(err);
        s->rows = grown;
    }
    s->rows[s->n_rows][0] = lower;
    s->rows[s->n_rows++][1] = upper;
    return KH_OK;
}

/* Into the last row. */
static kh_status add_entry(sheet *s, size_t column, double value, kh_error *err)
{
    if (s->n_entries == s->entry_room) {
        entry *grown = kh_arena_grow(s->p->arena, s->entries, s->n_entries, &s->entry_room, sizeof *grown);
        if (grown == NULL)
            return out_of_memory(err);
        s->entries = grown;
    }
    s->entries[s->n_entries++] = (entry){(uint32_t)(s->n_rows - 1), (uint32_t)column, value};
    return KH_OK;
}

size_t kh_site_program_site(const kh_site_program *p, size_t year, uint32_t site)
{
    return p->site[site] == KH_NO_INDEX ? SIZE_MAX : year * p->n_columns_a_year + p->site[site];
}

size_t kh_site_program_offer(const kh_site_program *p, size_t year, size_t offer)
{
    return year * p->n_columns_a_year + p->n_site_columns + offer;
}

/* Flow of a good over a span, forth (0) or back (1). */
static size_t flow_column(const kh_site_program *p, size_t year, size_t good, size_t span, int back)
{
    size_t n_spans = p->problem->layout->n_spans;
    return year * p->n_columns_a_year + p->n_site_columns + p->problem->n_offers + 2 * (good * n_spans + span) + (size_t)back;
}

static kh_status split_goods(kh_site_program *p, kh_error *err)
{
    const kh_site_build_problem *problem = p->problem;
    size_t n = problem->n_demands;
    bool together = 2 * n * problem->layout->n_spans * problem->n_years > MOST_FLOWS;
    p->good_of = KH_NEW(p->arena, uint32_t, n);
    p->source = KH_NEW(p->arena, uint32_t, n);
    if (p->good_of == NULL || p->source == NULL)
        return out_of_memory(err);
    for (size_t k = 0; k < n; k++) {
        size_t g = together ? 0 : p->n_goods;
        while (g < p->n_goods && p->source[g] != problem->demands[k][0])
            g++;
        p->good_of[k] = (uint32_t)g;
        p->source[g] = problem->demands[k][0];
        p->n_goods += g == p->n_goods;
    }
    return KH_OK;
}

static bool is_end(const kh_site_build_problem *problem, uint32_t site)
{
    for (size_t k = 0; k < problem->n_demands; k++)
        if (problem->demands[k][0] == site || problem->demands[k][1] == site)
            return true;
    return false;
}

static bool passes_key(const kh_site_build_problem *problem, uint32_t site)
{
    return problem->relays == NULL || problem->relays[site];
}

static kh_status lay_columns(sheet *s, kh_error *err)
{
    kh_site_program *p = s->p;
    p->site = KH_NEW(p->arena, uint32_t, s->n_sites);
    if (p->site == NULL)
        return out_of_memory(err);
    for (uint32_t v = 0; v < s->n_sites; v++)
        p->site[v] = passes_key(s->problem, v) || is_end(s->problem, v) ? (uint32_t)p->n_site_columns++ : KH_NO_INDEX;
    p->n_columns_a_year = p->n_site_columns + s->n_offers + 2 * p->n_goods * s->n_spans;
    size_t n = p->n_columns_a_year * s->n_years;
    if (n > MOST_COLUMNS)
        return kh_fail(err, KH_ELIMIT, "a building plan of %zu columns is not solved as an integer program", n);
    s->cost = KH_NEW(p->arena, double, n);
    s->lower = KH_NEW(p->arena, double, n);
    s->upper = KH_NEW(p->arena, double, n);
    s->integer = KH_NEW(p->arena, bool, n);
    s->wanted_bps = KH_NEW(p->arena, double, p->n_goods * s->n_sites);
    s->amount_bps = KH_NEW(p->arena, double, p->n_goods);
    return s->cost == NULL || s->lower == NULL || s->upper == NULL || s->integer == NULL || s->wanted_bps == NULL ||
                   s->amount_bps == NULL
               ? out_of_memory(err)
               : KH_OK;
}

static void sum_wants(sheet *s, size_t year)
{
    memset(s->wanted_bps, 0, s->p->n_goods * s->n_sites * sizeof *s->wanted_bps);
    memset(s->amount_bps, 0, s->p->n_goods * sizeof *s->amount_bps);
    for (size_t k = 0; k < s->problem->n_demands; k++) {
        size_t g = s->p->good_of[k];
        double rate_bps = s->problem->rate_bps[year * s->problem->n_demands + k];
        s->wanted_bps[g * s->n_sites + s->problem->demands[k][1]] += rate_bps;
        s->wanted_bps[g * s->n_sites + s->problem->demands[k][0]] -= rate_bps;
        s->amount_bps[g] += rate_bps;
    }
}

static double all_wanted(const sheet *s)
{
    double most_bps = 0;
    for (size_t y = 0; y < s->n_years; y++) {
        double sum = 0;
        for (size_t k = 0; k < s->problem->n_demands; k++)
            sum += s->problem->rate_bps[y * s->problem->n_demands + k];
        most_bps = fmax(most_bps, sum);
    }
    return most_bps;
}

static void bound_buying(sheet *s, size_t year)
{
    for (uint32_t v = 0; v < s->n_sites; v++) {
        size_t column = kh_site_program_site(s->p, year, v);
        if (column == SIZE_MAX)
            continue;
        double upkeep = s->problem->upkeep == NULL ? 0 : s->problem->upkeep[v];
        s->cost[column] = kh_site_build_cost(s->problem, year, s->problem->price[v], upkeep);
        s->upper[column] = 1;
        s->integer[column] = true;
    }
    for (size_t o = 0; o < s->n_offers; o++) {
        size_t column = kh_site_program_offer(s->p, year, o);
        s->cost[column] = kh_site_build_cost(s->problem, year, s->problem->offers[o].price, s->problem->offers[o].upkeep);
        s->upper[column] = ceil(all_wanted(s) / s->problem->offers[o].rate_bps);
        s->integer[column] = true;
    }
}

/* A good is neither carried back to its source nor on from a site that does not relay. */
static void bound_flows(sheet *s, size_t year)
{
    for (size_t g = 0; g < s->p->n_goods; g++)
        for (size_t span = 0; span < s->n_spans; span++)
            for (int back = 0; back < 2; back++) {
                const uint32_t *ends = s->problem->layout->spans[span].ends;
                uint32_t from = ends[back], to = ends[1 - back];
                bool may = to != s->p->source[g] && (from == s->p->source[g] || passes_key(s->problem, from)) &&
                           (s->p->site[to] != KH_NO_INDEX);
                s->upper[flow_column(s->p, year, g, span, back)] = may ? s->amount_bps[g] : 0;
            }
}

/* What has been bought of a site until a year. */
static kh_status add_opened(sheet *s, size_t year, uint32_t site, double value, kh_error *err)
{
    for (size_t y = 0; y <= year && s->p->site[site] != KH_NO_INDEX; y++)
        KH_TRY(add_entry(s, kh_site_program_site(s->p, y, site), value, err));
    return KH_OK;
}

static kh_status add_site_rows(sheet *s, size_t year, kh_error *err)
{
    for (uint32_t v = 0; v < s->n_sites; v++) {
        if (s->p->site[v] == KH_NO_INDEX)
            continue;
        bool needed = false;
        for (size_t k = 0; k < s->problem->n_demands; k++)
            needed |= (s->problem->demands[k][0] == v || s->problem->demands[k][1] == v) &&
                      s->problem->rate_bps[year * s->problem->n_demands + k] > 0;
        if (!needed && year + 1 < s->n_years)
            continue;
        KH_TRY(add_row(s, needed ? 1 : 0, 1, err));
        KH_TRY(add_opened(s, year, v, 1, err));
    }
    return KH_OK;
}

typedef struct around {
    const size_t *first;
    const uint32_t *item;
} around;

/* What comes in less what goes out; and what comes in where it is only passed on. */
static kh_status add_flow_rows(sheet *s, size_t year, around spans_at, kh_error *err)
{
    for (size_t g = 0; g < s->p->n_goods; g++)
        for (uint32_t v = 0; v < s->n_sites; v++) {
            double wanted_bps = s->wanted_bps[g * s->n_sites + v];
            if (s->p->site[v] == KH_NO_INDEX || v == s->p->source[g])
                continue;
            for (int passing = 0; passing < 2; passing++) {
                if (passing && (wanted_bps > 0 || !(s->amount_bps[g] > 0)))
                    continue;
                KH_TRY(add_row(s, passing ? -HUGE_VAL : wanted_bps, passing ? 0 : wanted_bps, err));
                for (size_t i = spans_at.first[v]; i < spans_at.first[v + 1]; i++) {
                    size_t span = spans_at.item[i];
                    int in = s->problem->layout->spans[span].ends[0] == v;
                    KH_TRY(add_entry(s, flow_column(s->p, year, g, span, in), 1, err));
                    if (!passing)
                        KH_TRY(add_entry(s, flow_column(s->p, year, g, span, 1 - in), -1, err));
                }
                if (passing)
                    KH_TRY(add_opened(s, year, v, -s->amount_bps[g], err));
            }
        }
    return KH_OK;
}

static kh_status add_bought(sheet *s, size_t year, around offers_of, size_t span, double most_bps, kh_error *err)
{
    for (size_t i = offers_of.first[span]; i < offers_of.first[span + 1]; i++)
        for (size_t y = 0; y <= year; y++)
            KH_TRY(add_entry(s, kh_site_program_offer(s->p, y, offers_of.item[i]),
                             -fmin(s->problem->offers[offers_of.item[i]].rate_bps, most_bps), err));
    return KH_OK;
}

static kh_status add_span_rows(sheet *s, size_t year, around offers_of, kh_error *err)
{
    size_t n_goods = s->p->n_goods;
    for (size_t span = 0; span < s->n_spans; span++) {
        for (size_t g = 0; g < n_goods && n_goods > 1; g++) {
            KH_TRY(add_row(s, -HUGE_VAL, 0, err));
            KH_TRY(add_entry(s, flow_column(s->p, year, g, span, 0), 1, err));
            KH_TRY(add_entry(s, flow_column(s->p, year, g, span, 1), 1, err));
            KH_TRY(add_bought(s, year, offers_of, span, s->amount_bps[g], err));
        }
        double sum_bps = 0;
        for (size_t g = 0; g < n_goods; g++)
            sum_bps += s->amount_bps[g];
        KH_TRY(add_row(s, -HUGE_VAL, 0, err));
        for (size_t g = 0; g < n_goods; g++)
            for (int back = 0; back < 2; back++)
                KH_TRY(add_entry(s, flow_column(s->p, year, g, span, back), 1, err));
        KH_TRY(add_bought(s, year, offers_of, span, sum_bps, err));
    }
    return KH_OK;
}

/* Only what is there in the last year counts: nothing is taken down. */
static kh_status add_channel_rows(sheet *s, around offers_of, kh_error *err)
{
    const kh_site_layout *layout = s->problem->layout;
    for (uint32_t g = 0; s->problem->channels != NULL && g < layout->n_segments; g++) {
        if (!(s->problem->channels[g] < HUGE_VAL))
            continue;
        KH_TRY(add_row(s, -HUGE_VAL, floor(s->problem->channels[g]), err));
        for (size_t span = 0; span < s->n_spans; span++) {
            bool over = false;
            for (size_t i = 0; i < layout->spans[span].n_via; i++)
                over |= layout->spans[span].via[i] == g;
            for (size_t i = offers_of.first[span]; over && i < offers_of.first[span + 1]; i++)
                for (size_t y = 0; y < s->n_years; y++)
                    KH_TRY(add_entry(s, kh_site_program_offer(s->p, y, offers_of.item[i]), 1, err));
        }
    }
    return KH_OK;
}

/* Items of each of n places; all in the program's arena. */
static kh_status sort_items(sheet *s, size_t n, size_t n_items, bool offers, around *list, kh_error *err)
{
    size_t *first = KH_NEW(s->p->arena, size_t, n + 2);
    uint32_t *item = KH_NEW(s->p->arena, uint32_t, 2 * n_items);
    if (first == NULL || item == NULL)
        return out_of_memory(err);
    for (int filling = 0; filling < 2; filling++) {
        for (size_t i = 0; i < n_items; i++)
            for (int e = 0; e < (offers ? 1 : 2); e++) {
                size_t at = offers ? s->problem->offers[i].span : s->problem->layout->spans[i].ends[e];
                if (filling)
                    item[first[at + 1]++] = (uint32_t)i;
                else
                    first[at + 2]++;
            }
        for (size_t v = 0; v < n && !filling; v++)
            first[v + 2] += first[v + 1];
    }
    *list = (around){first, item};
    return KH_OK;
}

static kh_status add_rows(sheet *s, kh_error *err)
{
    around spans_at, offers_of;
    KH_TRY(sort_items(s, s->n_sites, s->n_spans, false, &spans_at, err));
    KH_TRY(sort_items(s, s->n_spans, s->n_offers, true, &offers_of, err));
    for (size_t year = 0; year < s->n_years; year++) {
        sum_wants(s, year);
        bound_buying(s, year);
        bound_flows(s, year);
        KH_TRY(add_site_rows(s, year, err));
        KH_TRY(add_flow_rows(s, year, spans_at, err));
        KH_TRY(add_span_rows(s, year, offers_of, err));
    }
    return add_channel_rows(s, offers_of, err);
}

static kh_status by_columns(sheet *s, kh_error *err)
{
    size_t n = s->p->n_columns_a_year * s->n_years;
    kh_arena *arena = s->p->arena;
    size_t *start = KH_NEW(arena, size_t, n + 2);
    uint32_t *row = KH_NEW(arena, uint32_t, s->n_entries);
    double *value = KH_NEW(arena, double, s->n_entries), *row_lower = KH_NEW(arena, double, s->n_rows),
           *row_upper = KH_NEW(arena, double, s->n_rows);
    if (start == NULL || row == NULL || value == NULL || row_lower == NULL || row_upper == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < s->n_rows; i++) {
        row_lower[i] = s->rows[i][0];
        row_upper[i] = s->rows[i][1];
    }
    for (size_t k = 0; k < s->n_entries; k++)
        start[s->entries[k].column + 2]++;
    for (size_t j = 0; j < n; j++)
        start[j + 2] += start[j + 1];
    for (size_t k = 0; k < s->n_entries; k++) {
        size_t at = start[s->entries[k].column + 1]++;
        row[at] = s->entries[k].row;
        value[at] = s->entries[k].value;
    }
    s->p->lp = (kh_lp){.n_rows = s->n_rows,
                       .n_columns = n,
                       .row_lower = row_lower,
                       .row_upper = row_upper,
                       .column_lower = s->lower,
                       .column_upper = s->upper,
                       .cost = s->cost,
                       .start = start,
                       .row = row,
                       .value = value,
                       .integer = s->integer};
    return KH_OK;
}

kh_status kh_site_program_make(const kh_site_build_problem *problem, kh_arena *arena, kh_site_program *program, kh_error *err)
{
    *program = (kh_site_program){.problem = problem, .arena = arena};
    sheet s = {.p = program,
               .problem = problem,
               .n_sites = problem->layout->n_sites,
               .n_spans = problem->layout->n_spans,
               .n_offers = problem->n_offers,
               .n_years = problem->n_years};
    KH_TRY(split_goods(program, err));
    KH_TRY(lay_columns(&s, err));
    KH_TRY(add_rows(&s, err));
    return by_columns(&s, err);
}

void kh_site_program_point(const kh_site_program *p, const kh_site_year *years, double *point)
{
    const kh_site_build_problem *problem = p->problem;
    memset(point, 0, p->lp.n_columns * sizeof *point);
    for (size_t y = 0; y < problem->n_years; y++) {
        for (uint32_t v = 0; v < problem->layout->n_sites; v++)
            if (p->site[v] != KH_NO_INDEX)
                point[kh_site_program_site(p, y, v)] = years[y].open[v] && (y == 0 || !years[y - 1].open[v]);
        for (size_t o = 0; o < problem->n_offers; o++)
            point[kh_site_program_offer(p, y, o)] = years[y].pairs[o] - (y == 0 ? 0.0 : years[y - 1].pairs[o]);
        for (size_t k = 0; k < problem->n_demands; k++) {
            uint32_t at = problem->demands[k][0];
            for (size_t i = 0; i < years[y].n_route[k]; i++) {
                const uint32_t *ends = problem->layout->spans[years[y].route[k][i]].ends;
                int back = ends[1] == at;
                at = ends[1 - back];
                point[flow_column(p, y, p->good_of[k], years[y].route[k][i], back)] +=
                    problem->rate_bps[y * problem->n_demands + k];
            }
        }
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/chart.h"

#include "core/base/units.h"
#include "tools/report/format.h"
#include "tools/report/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHARTS = 9, BUCKETS = 180 };
static const double width = 280, height = 120, left = 46, right = 6, top = 8, bottom = 20;

/* Rows first..end-1 of the table of stores: one link's level over time. */
typedef struct series {
    const char *link;
    size_t first, end;
    double lowest, highest, from_s, to_s;
} series;

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The lowest level is that after the warm-up, where the run tells it. */
static series series_from(const kh_facts *facts, size_t first)
{
    const kh_table *stores = facts->stores;
    const char *link = kh_table_text(stores, "link", first);
    series s = {
        .link = link, .first = first, .end = first, .lowest = INFINITY, .highest = 0, .from_s = INFINITY, .to_s = -INFINITY};
    for (; s.end < stores->n_rows && same_text(link, kh_table_text(stores, "link", s.end)); s.end++) {
        double level = kh_table_number(stores, "level_bits", s.end), t_s = kh_table_number(stores, "t_s", s.end);
        s.lowest = fmin(s.lowest, level);
        s.highest = fmax(s.highest, level);
        s.from_s = fmin(s.from_s, t_s);
        s.to_s = fmax(s.to_s, t_s);
    }
    double lowest = kh_table_number(facts->links, "lowest_store_bits", kh_facts_row(facts->links, link, 0));
    if (!isnan(lowest))
        s.lowest = lowest;
    return s;
}

/* By how much of the store is left at its lowest, then by its size in the file. */
static int emptier_first(const void *a, const void *b)
{
    const series *l = a, *r = b;
    double left_share = l->highest > 0 ? l->lowest / l->highest : 1, right_share = r->highest > 0 ? r->lowest / r->highest : 1;
    if (left_share != right_share)
        return left_share < right_share ? -1 : 1;
    return l->first < r->first ? -1 : 1;
}

static kh_status find_series(const kh_facts *facts, kh_arena *arena, series **all, size_t *n, kh_error *err)
{
    size_t capacity = 0;
    for (size_t row = 0; row < facts->stores->n_rows; row = (*all)[*n - 1].end) {
        if (*n == capacity)
            *all = kh_arena_grow(arena, *all, *n, &capacity, sizeof **all);
        if (*all == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for the charts");
        (*all)[(*n)++] = series_from(facts, row);
    }
    if (*n > 1)
        qsort(*all, *n, sizeof **all, emptier_first);
    return KH_OK;
}

/* A round number of which about three fit below the highest. */
static double tick_step(double highest)
{
    double raw = highest / 3, size = pow(10, floor(log10(raw)));
    double lead = raw / size;
    return size * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

static double x_of(const series *s, double t_s)
{
    return s->to_s > s->from_s ? left + (t_s - s->from_s) / (s->to_s - s->from_s) * (width - left - right) : left;
}

static double y_of(const series *s, double level)
{
    return height - bottom - (s->highest > 0 ? level / (s->highest * 1.05) : 0) * (height - top - bottom);
}

static void draw_axes(const series *s, kh_arena *arena, kh_str *out)
{
    double step = s->highest > 0 ? tick_step(s->highest) : 0;
    for (double level = 0; level <= s->highest; level += step) {
        const char *text = kh_format_bits(arena, level);
        kh_str_printf(out, "<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/><text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                      left, y_of(s, level), width - right, left - 4, y_of(s, level) + 3, text == NULL ? "" : text);
        if (step <= 0)
            break;
    }
    double days = (s->to_s - s->from_s) / KH_S_PER_DAY, day_step = days > 0 ? tick_step(days) : 0;
    for (double day = 0; day <= days * (1 + 1e-9); day += day_step) {
        kh_str_printf(out, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%.4g</text>",
                      x_of(s, s->from_s + day * KH_S_PER_DAY), height - 6, day);
        if (day_step <= 0)
            break;
    }
}

static void draw_point(const kh_table *stores, const series *s, size_t row, kh_str *out)
{
    double x = x_of(s, kh_table_number(stores, "t_s", row)), y = y_of(s, kh_table_number(stores, "level_bits", row));
    if (isfinite(x) && isfinite(y))
        kh_str_printf(out, "%s%.1f %.1f", row == s->first ? "M" : "L", x, y);
}

/* The lowest and the highest of some rows, in their order. */
static void draw_bucket(const kh_table *stores, const series *s, size_t first, size_t end, kh_str *out)
{
    size_t low = first, high = first;
    for (size_t i = first; i < end; i++) {
        double level = kh_table_number(stores, "level_bits", i);
        low = level < kh_table_number(stores, "level_bits", low) ? i : low;
        high = level > kh_table_number(stores, "level_bits", high) ? i : high;
    }
    draw_point(stores, s, low < high ? low : high, out);
    if (low != high)
        draw_point(stores, s, low < high ? high : low, out);
}

static void draw_level(const kh_table *stores, const series *s, kh_str *out)
{
    size_t per_bucket = (s->end - s->first) / BUCKETS + 1;
    kh_str_append(out, "<path class=\"level\" d=\"");
    draw_point(stores, s, s->first, out);
    for (size_t row = s->first + 1; row < s->end; row += per_bucket)
        draw_bucket(stores, s, row, row + per_bucket < s->end ? row + per_bucket : s->end, out);
    kh_str_append(out, "\"/>");
}

static void draw_series(const kh_facts *facts, const series *s, kh_arena *arena, kh_str *out)
{
    const char *name = kh_facts_ends(facts, arena, facts->qkd_links, s->link, 0);
    const char *lowest = kh_format_bits(arena, s->lowest), *highest = kh_format_bits(arena, s->highest);
    kh_str_append(out, "<figure><figcaption>");
    kh_html_text(out, name);
    kh_str_append(out, " <small>");
    kh_html_text(out, s->link);
    kh_str_append(out, "</small></figcaption>");
    kh_str_printf(out,
                  "<svg class=\"chart\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Level of the store over %.3g days, "
                  "lowest %s, highest %s\">",
                  width, height, (s->to_s - s->from_s) / KH_S_PER_DAY, lowest == NULL ? "" : lowest,
                  highest == NULL ? "" : highest);
    draw_axes(s, arena, out);
    draw_level(facts->stores, s, out);
    kh_str_append(out, "</svg></figure>\n");
}

kh_status kh_chart_stores(const kh_facts *facts, kh_arena *arena, kh_str *out, kh_error *err)
{
    series *all = NULL;
    size_t n = 0;
    if (kh_facts_rows(facts->stores) == 0)
        return KH_OK;
    KH_TRY(find_series(facts, arena, &all, &n, err));
    kh_str_append(out, "<div class=\"small-multiples\">\n");
    for (size_t i = 0; i < n && i < MOST_CHARTS; i++)
        draw_series(facts, &all[i], arena, out);
    kh_str_printf(out,
                  "</div>\n<p class=\"note\">Time in days. %s of %zu stores, the one with the least of its keys left first; first "
                  "replication.</p>\n",
                  n > MOST_CHARTS ? "The emptiest nine" : "All", n);
    return KH_OK;
}

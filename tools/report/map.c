/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/map.h"

#include "tools/report/coast.h"
#include "tools/report/html.h"

#include <string.h>

static const double narrow_scale = 400.0 / KH_MAP_WIDTH_PX;

/* ---- the ways of the links ---- */

static size_t node_row(const kh_facts *facts, const kh_table *table, const char *end, size_t row)
{
    return kh_facts_row(facts->nodes, kh_table_text(table, end, row), row);
}

/* The node at the other end of a fibre, SIZE_MAX when the fibre does not start here. */
static size_t other_end(const kh_facts *facts, size_t fibre, size_t node)
{
    size_t a = node_row(facts, facts->fibres, "a", fibre), b = node_row(facts, facts->fibres, "b", fibre);
    return a == node ? b : b == node ? a : SIZE_MAX;
}

static size_t count_words(const char *text)
{
    size_t n = 0;
    while (text != NULL && *text != '\0') {
        text += strspn(text, " ");
        n += *text != '\0';
        text += strcspn(text, " ");
    }
    return n;
}

/* Follows the fibres from end a; stops where they do not join, so that the rest is a straight line to end b. */
static kh_status trace_link(const kh_facts *facts, kh_arena *arena, kh_map *map, size_t link, kh_error *err)
{
    const char *via = kh_table_text(facts->qkd_links, "via", link);
    size_t at = node_row(facts, facts->qkd_links, "a", link), last = node_row(facts, facts->qkd_links, "b", link), n = 0;
    size_t *nodes = KH_NEW(arena, size_t, count_words(via) + 2);
    if (nodes == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the map");
    nodes[n++] = at;
    while (via != NULL && *via != '\0') {
        size_t length = strcspn(via, " ");
        char *id = kh_arena_strndup(arena, via, length);
        size_t fibre = kh_facts_row(facts->fibres, id, link);
        if (id == NULL)
            return kh_fail(err, KH_ENOMEM, "out of memory for the map");
        if (fibre != SIZE_MAX)
            map->fibre_has_qkd[fibre] = true;
        at = fibre == SIZE_MAX || at == SIZE_MAX ? SIZE_MAX : other_end(facts, fibre, at);
        if (at != SIZE_MAX)
            nodes[n++] = at;
        via += length;
        via += strspn(via, " ");
    }
    if (nodes[n - 1] != last)
        nodes[n++] = last;
    map->link_nodes[link] = nodes;
    map->n_link_nodes[link] = n;
    return KH_OK;
}

static bool same_ends(const kh_map *map, size_t i, size_t k)
{
    size_t a = map->link_nodes[i][0], b = map->link_nodes[i][map->n_link_nodes[i] - 1];
    size_t c = map->link_nodes[k][0], d = map->link_nodes[k][map->n_link_nodes[k] - 1];
    return (a == c && b == d) || (a == d && b == c);
}

static void choose_lanes(kh_map *map, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            map->link_lane[i] += same_ends(map, i, k);
}

kh_status kh_map_make(const kh_facts *base, kh_arena *arena, kh_map *map, kh_error *err)
{
    size_t n = kh_facts_rows(base->qkd_links);
    *map = (kh_map){.link_nodes = KH_NEW(arena, size_t *, n),
                    .n_link_nodes = KH_NEW(arena, size_t, n),
                    .link_lane = KH_NEW(arena, size_t, n),
                    .fibre_has_qkd = KH_NEW(arena, bool, kh_facts_rows(base->fibres))};
    if (map->link_nodes == NULL || map->n_link_nodes == NULL || map->link_lane == NULL || map->fibre_has_qkd == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the map");
    for (size_t link = 0; link < n; link++)
        KH_TRY(trace_link(base, arena, map, link, err));
    choose_lanes(map, n);
    return kh_map_layout_make(base, arena, &map->layout, err);
}

kh_status kh_map_write_shared(const kh_map *map, kh_arena *arena, kh_str *out, kh_error *err)
{
    const kh_coast *coast = NULL;
    if (map->layout.n_frames == 0)
        return KH_OK;
    KH_TRY(kh_coast_read(arena, &coast, err));
    kh_str_append(out, "<svg width=\"0\" height=\"0\" class=\"shared\" aria-hidden=\"true\" focusable=\"false\"><defs>\n");
    for (size_t i = 0; i < map->layout.n_frames; i++) {
        kh_str_printf(out, "<g id=\"land-%zu\"><path class=\"land\" fill-rule=\"evenodd\" d=\"", i);
        KH_TRY(kh_coast_land(coast, &map->layout.frames[i], arena, out, err));
        kh_str_append(out, "\"/><path class=\"border\" d=\"");
        kh_coast_borders(coast, &map->layout.frames[i], out);
        kh_str_append(out, "\"/></g>\n");
    }
    kh_str_append(out, "</defs></svg>\n");
    return KH_OK;
}

/* ---- classes and legend ---- */

int kh_map_class(const kh_facts *facts, size_t link)
{
    size_t row = kh_facts_row(facts->links, kh_table_text(facts->qkd_links, "id", link), link);
    double rate_bps = kh_table_number(facts->links, "key_rate_bps", row);
    if (!(rate_bps > 0))
        return 0;
    int class = 1;
    for (double bound_bps = 100; class < KH_MAP_CLASSES - 1 && rate_bps >= bound_bps; bound_bps *= 10)
        class ++;
    return class;
}

size_t kh_map_domain(const kh_facts *facts, size_t node)
{
    return kh_facts_row(facts->domains, kh_table_text(facts->nodes, "domain", node), 0);
}

static void append_key_line(kh_str *out, const char *class_name, const char *text, size_t count)
{
    kh_str_printf(out,
                  "<li><svg viewBox=\"0 0 30 10\" width=\"30\" height=\"10\" aria-hidden=\"true\"><g class=\"%s\">"
                  "<path d=\"M1 5L29 5\"/></g></svg> %s <b>%zu</b></li>\n",
                  class_name, text, count);
}

static void write_rate_legend(const kh_map *map, const kh_facts *facts, kh_str *out)
{
    static const char *const texts[KH_MAP_CLASSES] = {"no key, or out of service", "below 100 bit/s",
                                                      "100 bit/s – 1 kbit/s",      "1 – 10 kbit/s",
                                                      "10 – 100 kbit/s",           "100 kbit/s and more"};
    size_t count[KH_MAP_CLASSES] = {0}, classical = 0;
    for (size_t link = 0; link < kh_facts_rows(facts->qkd_links); link++)
        count[kh_map_class(facts, link)]++;
    for (size_t fibre = 0; fibre < kh_facts_rows(facts->fibres); fibre++)
        classical += !map->fibre_has_qkd[fibre];
    kh_str_append(out, "<div><h3>Key rate of a link</h3><ul class=\"key\">\n");
    for (int i = KH_MAP_CLASSES - 1; i >= 0; i--) {
        char name[8] = {'l', ' ', 'r', (char)('0' + i), '\0'};
        append_key_line(out, name, texts[i], count[i]);
    }
    append_key_line(out, "l cl", "fibre without QKD", classical);
    kh_str_append(out, "</ul></div>\n");
}

static void append_key_mark(kh_str *out, const char *mark, const char *text)
{
    kh_str_printf(out, "<li><svg viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\">%s</svg> %s</li>\n", mark,
                  text);
}

static void write_kind_legend(kh_str *out)
{
    kh_str_append(out, "<div><h3>Places</h3><ul class=\"key\">\n");
    append_key_mark(out, "<rect class=\"nd dx\" x=\"2.5\" y=\"2.5\" width=\"9\" height=\"9\"/>", "uses keys");
    append_key_mark(out, "<circle class=\"nd dx\" cx=\"7\" cy=\"7\" r=\"4.5\"/>", "trusted, may relay keys");
    append_key_mark(out, "<circle class=\"nd dx un\" cx=\"7\" cy=\"7\" r=\"4.5\"/>", "not trusted");
    append_key_mark(out, "<path class=\"nd dx\" d=\"M7 2L12 7L7 12L2 7Z\"/>", "optical switch");
    append_key_mark(out, "<circle class=\"nd dx\" cx=\"7\" cy=\"7\" r=\"2\"/>", "amplifier");
    append_key_mark(out, "<path class=\"nd dx\" d=\"M7 2L12 11L2 11Z\"/>", "ground station, satellite");
    kh_str_append(out, "</ul></div>\n");
}

static void write_operator_legend(const kh_facts *facts, kh_str *out)
{
    if (kh_facts_rows(facts->domains) == 0)
        return;
    kh_str_append(out, "<div><h3>Operators</h3><ul class=\"key\">\n");
    for (size_t i = 0; i < facts->domains->n_rows; i++) {
        const char *name = kh_table_text(facts->domains, "operator", i), *country = kh_table_text(facts->domains, "country", i);
        kh_str_printf(out,
                      "<li><svg viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\"><circle class=\"nd d%zu\" "
                      "cx=\"7\" cy=\"7\" r=\"5\"/></svg> ",
                      i % KH_MAP_DOMAIN_COLOURS);
        kh_html_text(out, name != NULL && *name != '\0' ? name : kh_table_text(facts->domains, "id", i));
        if (country != NULL && *country != '\0') {
            kh_str_append(out, " (");
            kh_html_text(out, country);
            kh_str_append(out, ")");
        }
        kh_str_append(out, "</li>\n");
    }
    kh_str_append(out, "</ul></div>\n");
}

kh_status kh_map_write(const kh_map *map, const kh_facts *facts, kh_arena *arena, kh_str *out, kh_error *err)
{
    kh_str_append(out, "<div class=\"mapbox\"><div class=\"maps\">\n");
    for (size_t frame = 0; frame < map->layout.n_frames; frame++) {
        KH_TRY(kh_map_draw(map, facts, frame, 1, arena, out, err));
        KH_TRY(kh_map_draw(map, facts, frame, narrow_scale, arena, out, err));
    }
    if (map->layout.n_lost > 0)
        kh_str_printf(out, "<p class=\"note\">Not on the map, for want of coordinates: %zu of %zu places.</p>\n",
                      map->layout.n_lost, kh_facts_rows(facts->nodes));
    kh_str_append(out, "</div><div class=\"legend\">\n");
    write_rate_legend(map, facts, out);
    write_kind_legend(out);
    write_operator_legend(facts, out);
    kh_str_append(out, "</div></div>\n");
    return KH_OK;
}

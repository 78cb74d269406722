/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/map.h"

#include "tools/report/format.h"
#include "tools/report/html.h"
#include "tools/report/map_labels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double font_px = 12, lane_px = 4.5;

typedef struct drawing {
    const kh_map *map;
    const kh_facts *facts;
    size_t frame;
    double scale;
    kh_arena *arena;
    kh_str *out;
    bool *uses_keys; /* [nodes] ends of demands */
} drawing;

static bool is_here(const drawing *d, size_t node)
{
    return node != SIZE_MAX && d->map->layout.frame_of[node] == d->frame;
}

static kh_point at(const drawing *d, size_t node)
{
    kh_point p = d->map->layout.at[node];
    return (kh_point){p.x * d->scale, p.y * d->scale};
}

/* ---- links ---- */

/* Beside the first link between the same two nodes. */
static kh_point lane_offset(const drawing *d, size_t link)
{
    const size_t *nodes = d->map->link_nodes[link];
    size_t lane = d->map->link_lane[link], last = nodes[d->map->n_link_nodes[link] - 1];
    if (lane == 0 || !is_here(d, nodes[0]) || !is_here(d, last))
        return (kh_point){0, 0};
    size_t low = nodes[0] < last ? nodes[0] : last, high = nodes[0] < last ? last : nodes[0];
    kh_point a = at(d, low), b = at(d, high);
    double length = hypot(b.x - a.x, b.y - a.y);
    double off = (lane % 2 == 1 ? 1 : -1) * lane_px * ceil((double)lane / 2);
    return length > 0 ? (kh_point){-(b.y - a.y) / length * off, (b.x - a.x) / length * off} : (kh_point){off, off};
}

static void append_link_way(const drawing *d, size_t link, kh_str *way)
{
    kh_point off = lane_offset(d, link);
    for (size_t i = 0; i < d->map->n_link_nodes[link]; i++) {
        size_t node = d->map->link_nodes[link][i];
        if (!is_here(d, node))
            continue;
        kh_point p = at(d, node);
        kh_str_printf(way, "%s%.1f %.1f", way->length == 0 ? "M" : "L", p.x + off.x, p.y + off.y);
    }
}

static void append_part(kh_str *out, const char *before, const char *text)
{
    if (text == NULL)
        return;
    kh_str_append(out, before);
    kh_html_text(out, text);
}

static void append_link_title(const drawing *d, size_t link)
{
    const kh_facts *facts = d->facts;
    const char *id = kh_table_text(facts->qkd_links, "id", link);
    size_t row = kh_facts_row(facts->links, id, link);
    double qber = kh_table_number(facts->links, "qber", row), loss = kh_table_number(facts->links, "loss_db", row);
    double capacity = kh_table_number(facts->links, "capacity_bps", row), used = kh_table_number(facts->links, "used_bps", row);
    kh_str_append(d->out, "<title>");
    append_part(d->out, "", kh_facts_ends(facts, d->arena, facts->qkd_links, id, link));
    append_part(d->out, " · ", id);
    append_part(d->out, "\n",
                row == SIZE_MAX ? "not in this case"
                                : kh_format_rate(d->arena, kh_table_number(facts->links, "key_rate_bps", row)));
    if (!isnan(qber))
        kh_str_printf(d->out, ", QBER %.2f %%", qber * 100);
    if (!isnan(loss))
        kh_str_printf(d->out, ", %.1f dB", loss);
    append_part(d->out, ", ", kh_format_number(d->arena, kh_table_number(facts->qkd_links, "length_km", link), 1, "km"));
    append_part(d->out, "\nlimited by: ", kh_table_text(facts->links, "limit", row));
    if (capacity > 0)
        append_part(d->out, "\nused: ", kh_format_share(d->arena, used / capacity));
    kh_str_append(d->out, "</title>");
}

static void draw_link(const drawing *d, size_t link)
{
    kh_str way = {0};
    append_link_way(d, link, &way);
    if (strchr(kh_str_text(&way), 'L') != NULL) {
        kh_str_printf(d->out, "<g class=\"l r%d\">", kh_map_class(d->facts, link));
        append_link_title(d, link);
        kh_str_printf(d->out, "<path class=\"h\" d=\"%s\"/><path d=\"%s\"/></g>\n", kh_str_text(&way), kh_str_text(&way));
    }
    d->out->failed = d->out->failed || way.failed;
    kh_str_clear(&way);
}

static void draw_fibre(const drawing *d, size_t fibre)
{
    const kh_facts *facts = d->facts;
    const char *id = kh_table_text(facts->fibres, "id", fibre);
    size_t a = kh_facts_row(facts->nodes, kh_table_text(facts->fibres, "a", fibre), fibre);
    size_t b = kh_facts_row(facts->nodes, kh_table_text(facts->fibres, "b", fibre), fibre + 1);
    if (!is_here(d, a) || !is_here(d, b))
        return;
    kh_point from = at(d, a), to = at(d, b);
    kh_str_append(d->out, "<g class=\"l cl\"><title>");
    append_part(d->out, "", kh_facts_ends(facts, d->arena, facts->fibres, id, fibre));
    append_part(d->out, " · fibre ", id);
    append_part(d->out, ", ", kh_format_number(d->arena, kh_table_number(facts->fibres, "length_km", fibre), 1, "km"));
    kh_str_printf(d->out, "\nno QKD</title><path class=\"h\" d=\"M%.1f %.1fL%.1f %.1f\"/><path d=\"M%.1f %.1fL%.1f %.1f\"/></g>\n",
                  from.x, from.y, to.x, to.y, from.x, from.y, to.x, to.y);
}

static void draw_lines(const drawing *d)
{
    for (size_t fibre = 0; fibre < kh_facts_rows(d->facts->fibres); fibre++)
        if (!d->map->fibre_has_qkd[fibre])
            draw_fibre(d, fibre);
    for (size_t link = 0; link < kh_facts_rows(d->facts->qkd_links); link++)
        draw_link(d, link);
}

/* ---- nodes ---- */

static bool is_kind(const drawing *d, size_t node, const char *kind)
{
    const char *is = kh_table_text(d->facts->nodes, "kind", node);
    return is != NULL && strcmp(is, kind) == 0;
}

static double radius(const drawing *d, size_t node)
{
    double full = d->uses_keys[node] ? 5 : is_kind(d, node, "amplifier") ? 2 : 4;
    return d->scale < 1 ? full * 0.8 : full;
}

static void append_shape(const drawing *d, size_t node, const char *class_name)
{
    kh_point p = at(d, node);
    double r = radius(d, node);
    if (is_kind(d, node, "switch"))
        kh_str_printf(d->out, "<path class=\"%s\" d=\"M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fZ\"/>", class_name, p.x, p.y - r, r,
                      r, -r, r, -r, -r);
    else if (is_kind(d, node, "ogs") || is_kind(d, node, "satellite"))
        kh_str_printf(d->out, "<path class=\"%s\" d=\"M%.1f %.1fl%.1f %.1fh%.1fZ\"/>", class_name, p.x, p.y - r, r, 1.8 * r,
                      -2 * r);
    else if (d->uses_keys[node])
        kh_str_printf(d->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", class_name, p.x - r,
                      p.y - r, 2 * r, 2 * r);
    else
        kh_str_printf(d->out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", class_name, p.x, p.y, r);
}

static void draw_node(const drawing *d, size_t node)
{
    const kh_facts *facts = d->facts;
    bool trusted = kh_table_number(facts->nodes, "trusted", node) == 1;
    bool hollow = !trusted && !is_kind(d, node, "amplifier") && !is_kind(d, node, "switch");
    size_t domain = kh_map_domain(facts, node);
    char class_name[32];
    if (domain == SIZE_MAX)
        (void)snprintf(class_name, sizeof class_name, "nd dx%s", hollow ? " un" : "");
    else
        (void)snprintf(class_name, sizeof class_name, "nd d%zu%s", domain % KH_MAP_DOMAIN_COLOURS, hollow ? " un" : "");
    kh_str_append(d->out, "<g><title>");
    append_part(d->out, "", kh_facts_node_name(facts, kh_table_text(facts->nodes, "id", node)));
    append_part(d->out, " · ", kh_table_text(facts->nodes, "id", node));
    append_part(d->out, "\n", kh_table_text(facts->nodes, "kind", node));
    kh_str_append(d->out, trusted ? ", trusted" : hollow ? ", not trusted" : "");
    append_part(d->out, "\n", kh_table_text(facts->domains, "operator", domain));
    kh_str_append(d->out, "</title>");
    append_shape(d, node, class_name);
    kh_str_append(d->out, "</g>\n");
}

static void draw_nodes(const drawing *d, bool amplifiers)
{
    for (size_t node = 0; node < kh_facts_rows(d->facts->nodes); node++)
        if (is_here(d, node) && is_kind(d, node, "amplifier") == amplifiers)
            draw_node(d, node);
}

static void mark_key_users(const drawing *d)
{
    const kh_table *demands = d->facts->base_demands;
    for (size_t row = 0; row < kh_facts_rows(demands); row++) {
        size_t a = kh_facts_row(d->facts->nodes, kh_table_text(demands, "a", row), 0);
        size_t b = kh_facts_row(d->facts->nodes, kh_table_text(demands, "b", row), 0);
        if (a != SIZE_MAX)
            d->uses_keys[a] = true;
        if (b != SIZE_MAX)
            d->uses_keys[b] = true;
    }
}

/* ---- names ---- */

static size_t gather_segments(const drawing *d, kh_segment *segments)
{
    size_t n = 0;
    for (size_t link = 0; link < kh_facts_rows(d->facts->qkd_links); link++) {
        const size_t *nodes = d->map->link_nodes[link];
        for (size_t i = 1; i < d->map->n_link_nodes[link]; i++)
            if (is_here(d, nodes[i - 1]) && is_here(d, nodes[i]))
                segments[n++] = (kh_segment){at(d, nodes[i - 1]), at(d, nodes[i])};
    }
    return n;
}

static kh_label label_of(const drawing *d, size_t node)
{
    const char *name = kh_facts_node_name(d->facts, kh_table_text(d->facts->nodes, "id", node));
    bool amplifier = is_kind(d, node, "amplifier"), trusted = kh_table_number(d->facts->nodes, "trusted", node) == 1;
    int rank = d->uses_keys[node] ? 0 : trusted ? 1 : 2;
    return (kh_label){
        .text = name, .at = at(d, node), .radius_px = radius(d, node), .rank = rank, .wanted = !amplifier && *name != '\0'};
}

static void append_label(const drawing *d, const kh_label *label)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    kh_str_printf(d->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", label->base.x, label->base.y,
                  anchors[label->anchor + 1], label->rank == 0 ? " class=\"u\"" : "");
    kh_html_text(d->out, label->text);
    kh_str_append(d->out, "</text>\n");
}

static kh_status draw_names(const drawing *d, kh_error *err)
{
    const kh_map_frame *frame = &d->map->layout.frames[d->frame];
    size_t n = 0, most_segments = 0;
    for (size_t link = 0; link < kh_facts_rows(d->facts->qkd_links); link++)
        most_segments += d->map->n_link_nodes[link];
    kh_label *labels = KH_NEW(d->arena, kh_label, frame->n_nodes);
    kh_segment *segments = KH_NEW(d->arena, kh_segment, most_segments);
    if (labels == NULL || segments == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the map");
    for (size_t node = 0; node < kh_facts_rows(d->facts->nodes); node++)
        if (is_here(d, node))
            labels[n++] = label_of(d, node);
    kh_label_field field = {frame->width_px * d->scale, frame->height_px * d->scale, font_px, segments,
                            gather_segments(d, segments)};
    kh_map_labels_place(&field, labels, n);
    for (size_t i = 0; i < n; i++)
        if (labels[i].shown)
            append_label(d, &labels[i]);
    return KH_OK;
}

kh_status kh_map_draw(const kh_map *map, const kh_facts *facts, size_t frame, double scale, kh_arena *arena, kh_str *out,
                      kh_error *err)
{
    drawing d = {map, facts, frame, scale, arena, out, KH_NEW(arena, bool, kh_facts_rows(facts->nodes))};
    if (d.uses_keys == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the map");
    const kh_map_frame *of = &map->layout.frames[frame];
    mark_key_users(&d);
    kh_str_printf(
        out, "<svg class=\"map %s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Map of %zu places and their links\">\n",
        scale < 1 ? "narrow" : "wide", of->width_px * scale, of->height_px * scale, of->n_nodes);
    kh_str_printf(out, "<use href=\"#land-%zu\"", frame);
    if (scale < 1)
        kh_str_printf(out, " transform=\"scale(%.5f)\"", scale);
    kh_str_append(out, "/>\n");
    draw_lines(&d);
    draw_nodes(&d, true);
    draw_nodes(&d, false);
    KH_TRY(draw_names(&d, err));
    kh_str_append(out, "</svg>\n");
    return KH_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/map_frame.h"

#include "core/base/units.h"

#include <math.h>
#include <stdlib.h>

/* Networks nearer than this are drawn on one map. */
static const double near_km = 1500;
static const double least_extent_km = 80, margin = 0.09, lowest_aspect = 0.45, highest_aspect = 1.05;

/* A set of nodes that share a map, as found so far: on the unit sphere, the mean of its nodes and the reach around it. */
typedef struct group {
    double x, y, z;
    double reach_rad;
    size_t n;
} group;

static double node_lat(const kh_facts *facts, size_t node)
{
    return kh_table_number(facts->nodes, "lat_deg", node);
}

static double node_lon(const kh_facts *facts, size_t node)
{
    return kh_table_number(facts->nodes, "lon_deg", node);
}

static bool is_placed(const kh_facts *facts, size_t node)
{
    double lat = node_lat(facts, node), lon = node_lon(facts, node);
    return lat >= -90 && lat <= 90 && lon >= -360 && lon <= 360;
}

static group unit_vector(const kh_facts *facts, size_t node)
{
    double lat = kh_radian_from_degree(node_lat(facts, node)), lon = kh_radian_from_degree(node_lon(facts, node));
    return (group){.x = cos(lat) * cos(lon), .y = cos(lat) * sin(lon), .z = sin(lat)};
}

static double angle_between(const group *a, const group *b)
{
    double dot = a->x * b->x + a->y * b->y + a->z * b->z;
    double sizes = sqrt((a->x * a->x + a->y * a->y + a->z * a->z) * (b->x * b->x + b->y * b->y + b->z * b->z));
    double cosine = sizes > 0 ? dot / sizes : 1;
    return acos(cosine > 1 ? 1 : cosine < -1 ? -1 : cosine);
}

/* ---- union-find over nodes ---- */

static size_t root_of(size_t *parent, size_t node)
{
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

/* The smaller index leads, so that the outcome does not depend on the order of links. */
static void join(size_t *parent, size_t a, size_t b)
{
    size_t ra = root_of(parent, a), rb = root_of(parent, b);
    if (ra < rb)
        parent[rb] = ra;
    else
        parent[ra] = rb;
}

static void join_linked(const kh_facts *facts, const kh_table *table, size_t *parent)
{
    for (size_t row = 0; row < kh_facts_rows(table); row++) {
        size_t a = kh_facts_row(facts->nodes, kh_table_text(table, "a", row), row);
        size_t b = kh_facts_row(facts->nodes, kh_table_text(table, "b", row), row + 1);
        if (a != SIZE_MAX && b != SIZE_MAX && is_placed(facts, a) && is_placed(facts, b))
            join(parent, a, b);
    }
}

static void measure_groups(const kh_facts *facts, size_t *parent, group *groups, size_t n)
{
    for (size_t i = 0; i < n; i++)
        groups[i] = (group){0};
    for (size_t i = 0; i < n; i++) {
        if (!is_placed(facts, i))
            continue;
        group at = unit_vector(facts, i), *of = &groups[root_of(parent, i)];
        of->x += at.x;
        of->y += at.y;
        of->z += at.z;
        of->n++;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_placed(facts, i))
            continue;
        group at = unit_vector(facts, i), *of = &groups[root_of(parent, i)];
        of->reach_rad = fmax(of->reach_rad, angle_between(&at, of));
    }
}

/* One pass; true when something was joined. */
static bool join_near(size_t *parent, const group *groups, size_t n)
{
    bool joined = false;
    for (size_t a = 0; a < n; a++) {
        for (size_t b = a + 1; b < n && groups[a].n > 0; b++) {
            if (groups[b].n == 0 || root_of(parent, a) == root_of(parent, b))
                continue;
            double apart = angle_between(&groups[a], &groups[b]) - groups[a].reach_rad - groups[b].reach_rad;
            if (apart * KH_EARTH_RADIUS_KM < near_km) {
                join(parent, a, b);
                joined = true;
            }
        }
    }
    return joined;
}

/* ---- frames ---- */

static kh_projection centre_on(const group *of)
{
    double flat = sqrt(of->x * of->x + of->y * of->y);
    return (kh_projection){.lat_deg = atan2(of->z, flat) * 180 / KH_PI, .lon_deg = atan2(of->y, of->x) * 180 / KH_PI};
}

typedef struct box {
    double left, right, bottom, top;
} box;

static box box_of(const kh_facts *facts, const kh_map_layout *layout, size_t frame)
{
    box b = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (size_t i = 0; i < kh_facts_rows(facts->nodes); i++) {
        if (layout->frame_of[i] != frame)
            continue;
        kh_point at = kh_projection_point(&layout->frames[frame].projection, node_lat(facts, i), node_lon(facts, i));
        b = (box){fmin(b.left, at.x), fmax(b.right, at.x), fmin(b.bottom, at.y), fmax(b.top, at.y)};
    }
    return b;
}

/* The box with a margin, widened to an aspect that fits a page. */
static void fit_frame(kh_map_frame *frame, box b)
{
    double across = fmax(b.right - b.left, least_extent_km), up = fmax(b.top - b.bottom, least_extent_km);
    double pad = margin * fmax(across, up);
    double width = across + 2 * pad, height = up + 2 * pad;
    if (height < lowest_aspect * width)
        height = lowest_aspect * width;
    if (height > highest_aspect * width)
        width = height / highest_aspect;
    frame->left_km = (b.left + b.right - width) / 2;
    frame->top_km = (b.top + b.bottom + height) / 2;
    frame->px_per_km = KH_MAP_WIDTH_PX / width;
    frame->width_px = KH_MAP_WIDTH_PX;
    frame->height_px = round(height * frame->px_per_km);
}

static kh_point to_pixel(const kh_map_frame *frame, kh_point at)
{
    return (kh_point){(at.x - frame->left_km) * frame->px_per_km, (frame->top_km - at.y) * frame->px_per_km};
}

kh_point kh_map_frame_pixel(const kh_map_frame *frame, double lat_deg, double lon_deg)
{
    return to_pixel(frame, kh_projection_point(&frame->projection, lat_deg, lon_deg));
}

/* The group with most nodes that has no frame yet, SIZE_MAX when all have one. */
static size_t next_group(const group *groups, size_t n)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < n; i++)
        if (groups[i].n > 0 && (best == SIZE_MAX || groups[i].n > groups[best].n))
            best = i;
    return best;
}

static void make_frames(const kh_facts *facts, kh_map_layout *layout, size_t *parent, group *groups, size_t n)
{
    for (size_t of = next_group(groups, n); of != SIZE_MAX; of = next_group(groups, n)) {
        kh_map_frame *frame = &layout->frames[layout->n_frames];
        *frame = (kh_map_frame){.projection = centre_on(&groups[of]), .n_nodes = groups[of].n};
        groups[of].n = 0;
        for (size_t i = 0; i < n; i++)
            if (is_placed(facts, i) && root_of(parent, i) == of)
                layout->frame_of[i] = layout->n_frames;
        fit_frame(frame, box_of(facts, layout, layout->n_frames));
        layout->n_frames++;
    }
}

static void place_nodes(const kh_facts *facts, kh_map_layout *layout, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (layout->frame_of[i] == SIZE_MAX)
            layout->n_lost++;
        else
            layout->at[i] = kh_map_frame_pixel(&layout->frames[layout->frame_of[i]], node_lat(facts, i), node_lon(facts, i));
    }
}

kh_status kh_map_layout_make(const kh_facts *facts, kh_arena *arena, kh_map_layout *layout, kh_error *err)
{
    size_t n = kh_facts_rows(facts->nodes);
    size_t *parent = KH_NEW(arena, size_t, n);
    group *groups = KH_NEW(arena, group, n);
    *layout = (kh_map_layout){
        .frames = KH_NEW(arena, kh_map_frame, n), .frame_of = KH_NEW(arena, size_t, n), .at = KH_NEW(arena, kh_point, n)};
    if (parent == NULL || groups == NULL || layout->frames == NULL || layout->frame_of == NULL || layout->at == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the map");
    for (size_t i = 0; i < n; i++) {
        parent[i] = i;
        layout->frame_of[i] = SIZE_MAX;
    }
    join_linked(facts, facts->fibres, parent);
    join_linked(facts, facts->qkd_links, parent);
    join_linked(facts, facts->line_systems, parent);
    do
        measure_groups(facts, parent, groups, n);
    while (join_near(parent, groups, n));
    make_frames(facts, layout, parent, groups, n);
    place_nodes(facts, layout, n);
    return KH_OK;
}

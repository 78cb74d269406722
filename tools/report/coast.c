/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/coast.h"

#include "core/base/units.h"
#include "tools/report/asset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lines beyond the edge by this much are kept, so that the edge itself never shows as a coast. */
static const double overlap_px = 12;
/* A vertex nearer than this to the one before is left out. */
static const double detail_px = 0.6;

typedef struct place {
    float lon_deg, lat_deg;
} place;

typedef struct polyline {
    place *at;
    size_t n;
    bool is_border;
    size_t next;  /* the coast that goes on where this one ends; SIZE_MAX: none, or this one is a ring */
    bool follows; /* another one leads here */
} polyline;

struct kh_coast {
    polyline *lines;
    size_t n_lines;
    size_t n_most; /* vertices of the longest ring */
};

/* ---- reading ---- */

static size_t count_char(const char *text, size_t length, char wanted)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += text[i] == wanted;
    return n;
}

/* One line "c lon lat lon lat ..."; false when it is none. */
static bool read_line(kh_arena *arena, const char *line, size_t length, polyline *out)
{
    size_t numbers = count_char(line, length, ' ');
    *out = (polyline){.is_border = line[0] == 'b', .next = SIZE_MAX, .at = KH_NEW(arena, place, numbers / 2)};
    const char *at = line + 1;
    if (out->at == NULL || numbers < 4 || numbers % 2 != 0)
        return false;
    for (; out->n < numbers / 2; out->n++) {
        char *end = NULL;
        out->at[out->n].lon_deg = strtof(at, &end);
        out->at[out->n].lat_deg = strtof(end, &end);
        at = end;
    }
    return at == line + length;
}

static bool same_place(place a, place b)
{
    return a.lon_deg == b.lon_deg && a.lat_deg == b.lat_deg;
}

static bool is_open_coast(const polyline *line)
{
    return !line->is_border && !same_place(line->at[0], line->at[line->n - 1]);
}

/* The coast of a continent comes country by country: join ends to starts. */
static void join_lines(struct kh_coast *coast)
{
    for (size_t i = 0; i < coast->n_lines; i++) {
        polyline *line = &coast->lines[i];
        for (size_t j = 0; j < coast->n_lines && is_open_coast(line) && line->next == SIZE_MAX; j++) {
            polyline *other = &coast->lines[j];
            if (j != i && is_open_coast(other) && !other->follows && same_place(line->at[line->n - 1], other->at[0])) {
                line->next = j;
                other->follows = true;
            }
        }
        coast->n_most += line->n;
    }
}

kh_status kh_coast_read(kh_arena *arena, const kh_coast **coast, kh_error *err)
{
    const char *text = kh_asset_coast.text, *end = text + kh_asset_coast.length;
    struct kh_coast *made = KH_NEW(arena, struct kh_coast, 1);
    polyline *lines = KH_NEW(arena, polyline, count_char(text, kh_asset_coast.length, '\n') + 1);
    if (made == NULL || lines == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the coast");
    made->lines = lines;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t length = stop == NULL ? (size_t)(end - text) : (size_t)(stop - text);
        if (length > 0 && *text != '#' && !read_line(arena, text, length, &lines[made->n_lines++]))
            return kh_fail(err, KH_EINTERNAL, "coast data: line %zu cannot be read", made->n_lines);
        text += length + 1;
    }
    join_lines(made);
    *coast = made;
    return KH_OK;
}

/* ---- clipping ---- */

typedef struct ring {
    kh_point *at;
    size_t n;
} ring;

/* How far inside the side a point is: sides are left, right, top, bottom of the frame with its overlap. */
static double inside_by(const kh_map_frame *frame, int side, kh_point p)
{
    switch (side) {
    case 0:
        return p.x + overlap_px;
    case 1:
        return frame->width_px + overlap_px - p.x;
    case 2:
        return p.y + overlap_px;
    default:
        return frame->height_px + overlap_px - p.y;
    }
}

/* Sutherland and Hodgman: one side at a time. */
static void clip_side(const kh_map_frame *frame, int side, const ring *in, ring *out)
{
    out->n = 0;
    for (size_t i = 0; i < in->n; i++) {
        kh_point a = in->at[i == 0 ? in->n - 1 : i - 1], b = in->at[i];
        double inside_a = inside_by(frame, side, a), inside_b = inside_by(frame, side, b);
        if ((inside_a >= 0) != (inside_b >= 0)) {
            double t = inside_a / (inside_a - inside_b);
            out->at[out->n++] = (kh_point){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
        }
        if (inside_b >= 0)
            out->at[out->n++] = b;
    }
}

static void append_ring(const ring *r, kh_str *out)
{
    kh_point last = {INFINITY, INFINITY};
    size_t written = 0;
    for (size_t i = 0; i < r->n; i++) {
        kh_point p = r->at[i];
        if (hypot(p.x - last.x, p.y - last.y) < detail_px)
            continue;
        kh_str_printf(out, "%s%.1f %.1f", written++ == 0 ? "M" : "L", p.x, p.y);
        last = p;
    }
    if (written > 0)
        kh_str_append(out, "Z");
}

static double angle_to_centre_cos(const kh_map_frame *frame, place at)
{
    double lat = kh_radian_from_degree((double)at.lat_deg), centre = kh_radian_from_degree(frame->projection.lat_deg);
    return sin(lat) * sin(centre) +
           cos(lat) * cos(centre) * cos(kh_radian_from_degree((double)at.lon_deg - frame->projection.lon_deg));
}

/* Follows the chain of polylines from its start; false when all of it is on the other half of the globe. */
static bool gather_ring(const kh_coast *coast, const kh_map_frame *frame, size_t start, ring *out)
{
    bool near = false;
    out->n = 0;
    for (size_t i = start; i != SIZE_MAX; i = coast->lines[i].next) {
        const polyline *line = &coast->lines[i];
        for (size_t k = 0; k < line->n; k++) {
            near = near || angle_to_centre_cos(frame, line->at[k]) > 0;
            out->at[out->n++] = kh_map_frame_pixel(frame, (double)line->at[k].lat_deg, (double)line->at[k].lon_deg);
        }
        if (line->next == start)
            break;
    }
    return near;
}

/* A closed chain has no first line: the one with the lowest index starts it. */
static bool starts_ring(const kh_coast *coast, size_t i)
{
    const polyline *line = &coast->lines[i];
    if (line->is_border)
        return false;
    if (!line->follows)
        return true;
    for (size_t k = line->next; k != i; k = coast->lines[k].next)
        if (k == SIZE_MAX || k < i)
            return false;
    return true;
}

kh_status kh_coast_land(const kh_coast *coast, const kh_map_frame *frame, kh_arena *arena, kh_str *out, kh_error *err)
{
    /* a side leaves at most 3 vertices for 2, where the ring crosses it at every edge; 1.5^4 < 6 */
    ring a = {.at = KH_NEW(arena, kh_point, 6 * coast->n_most)}, b = {.at = KH_NEW(arena, kh_point, 6 * coast->n_most)};
    if (a.at == NULL || b.at == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for the coast");
    for (size_t i = 0; i < coast->n_lines; i++) {
        if (!starts_ring(coast, i) || !gather_ring(coast, frame, i, &a))
            continue;
        clip_side(frame, 0, &a, &b);
        clip_side(frame, 1, &b, &a);
        clip_side(frame, 2, &a, &b);
        clip_side(frame, 3, &b, &a);
        append_ring(&a, out);
    }
    return KH_OK;
}

static bool is_near_frame(const kh_map_frame *frame, kh_point p)
{
    for (int side = 0; side < 4; side++)
        if (inside_by(frame, side, p) < 0)
            return false;
    return true;
}

static void append_border(const polyline *line, const kh_map_frame *frame, kh_str *out)
{
    kh_point before = {0, 0}, last = {INFINITY, INFINITY};
    bool drawing = false;
    for (size_t k = 0; k < line->n; k++) {
        kh_point p = kh_map_frame_pixel(frame, (double)line->at[k].lat_deg, (double)line->at[k].lon_deg);
        bool shown = k > 0 && (is_near_frame(frame, p) || is_near_frame(frame, before));
        bool last_one = k + 1 == line->n;
        if (shown && !drawing)
            kh_str_printf(out, "M%.1f %.1f", before.x, before.y);
        if (shown && (last_one || hypot(p.x - last.x, p.y - last.y) >= detail_px)) {
            kh_str_printf(out, "L%.1f %.1f", p.x, p.y);
            last = p;
        }
        drawing = shown;
        before = p;
    }
}

void kh_coast_borders(const kh_coast *coast, const kh_map_frame *frame, kh_str *out)
{
    for (size_t i = 0; i < coast->n_lines; i++)
        if (coast->lines[i].is_border && angle_to_centre_cos(frame, coast->lines[i].at[0]) > 0)
            append_border(&coast->lines[i], frame, out);
}

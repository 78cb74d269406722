/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/report/map_labels.h"

#include "core/base/utf8.h"

#include <math.h>

/* Of the font size: how wide a letter is on average in a sans-serif face (on the safe side), and how high a line is. */
static const double letter_width = 0.6, line_height = 1.0, ascent = 0.78;
static const double gap_px = 3;

typedef struct box {
    double left, top, right, bottom;
} box;

/* Sides in the order of preference: right, left, above, below, then the corners. */
static const struct {
    int x, y;
} sides[] = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
enum { N_SIDES = sizeof sides / sizeof *sides };

static double text_width(const kh_label_field *field, const char *text)
{
    double letters = 0;
    for (; *text != '\0'; letters++)
        text += kh_utf8_length(text) > 0 ? kh_utf8_length(text) : 1;
    return letters * letter_width * field->font_px;
}

static box box_at(const kh_label_field *field, const kh_label *label, size_t side)
{
    double width = text_width(field, label->text), height = line_height * field->font_px;
    bool corner = sides[side].x != 0 && sides[side].y != 0;
    double away = label->radius_px * (corner ? 0.75 : 1) + gap_px * (corner ? 0.5 : 1);
    double x = sides[side].x == 0 ? label->at.x - width / 2 : sides[side].x > 0 ? label->at.x + away : label->at.x - away - width;
    double y = sides[side].y == 0 ? label->at.y - height / 2 : sides[side].y > 0 ? label->at.y + away : label->at.y - away - height;
    return (box){x, y, x + width, y + height};
}

static bool overlap(box a, box b)
{
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static box mark_box(const kh_label *label)
{
    double r = label->radius_px;
    return (box){label->at.x - r, label->at.y - r, label->at.x + r, label->at.y + r};
}

static box shown_box(const kh_label_field *field, const kh_label *label)
{
    double width = text_width(field, label->text);
    double left = label->anchor < 0 ? label->base.x : label->anchor > 0 ? label->base.x - width : label->base.x - width / 2;
    double top = label->base.y - ascent * field->font_px;
    return (box){left, top, left + width, top + line_height * field->font_px};
}

static bool is_free(const kh_label_field *field, const kh_label *labels, size_t n, box b)
{
    if (b.left < 1 || b.top < 1 || b.right > field->width_px - 1 || b.bottom > field->height_px - 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (overlap(b, mark_box(&labels[i])))
            return false;
        if (labels[i].shown && overlap(b, shown_box(field, &labels[i])))
            return false;
    }
    return true;
}

/* Does the segment pass through the box? Liang and Barsky: narrow the stretch of the segment that is inside, side by side. */
static bool crosses(kh_segment s, box b)
{
    double from = 0, to = 1, dx = s.b.x - s.a.x, dy = s.b.y - s.a.y;
    const double step[4] = {-dx, dx, -dy, dy}, room[4] = {s.a.x - b.left, b.right - s.a.x, s.a.y - b.top, b.bottom - s.a.y};
    for (int i = 0; i < 4; i++) {
        if (step[i] == 0 && room[i] < 0)
            return false;
        if (step[i] < 0)
            from = fmax(from, room[i] / step[i]);
        else if (step[i] > 0)
            to = fmin(to, room[i] / step[i]);
    }
    return from < to;
}

static size_t count_crossings(const kh_label_field *field, box b)
{
    size_t n = 0;
    for (size_t i = 0; i < field->n_lines; i++)
        n += crosses(field->lines[i], b);
    return n;
}

static void put(const kh_label_field *field, kh_label *label, size_t side, box b)
{
    label->shown = true;
    label->anchor = -sides[side].x;
    label->base.x = sides[side].x > 0 ? b.left : sides[side].x < 0 ? b.right : (b.left + b.right) / 2;
    label->base.y = b.top + ascent * field->font_px;
}

static void place_one(const kh_label_field *field, kh_label *labels, size_t n, kh_label *label)
{
    size_t best = N_SIDES, fewest = 0;
    for (size_t side = 0; side < N_SIDES; side++) {
        box b = box_at(field, label, side);
        if (!is_free(field, labels, n, b))
            continue;
        size_t crossings = count_crossings(field, b);
        if (best == N_SIDES || crossings < fewest) {
            best = side;
            fewest = crossings;
        }
    }
    if (best < N_SIDES)
        put(field, label, best, box_at(field, label, best));
}

void kh_map_labels_place(const kh_label_field *field, kh_label *labels, size_t n)
{
    int highest = 0;
    for (size_t i = 0; i < n; i++)
        highest = labels[i].rank > highest ? labels[i].rank : highest;
    for (int rank = 0; rank <= highest; rank++)
        for (size_t i = 0; i < n; i++)
            if (labels[i].rank == rank && labels[i].wanted)
                place_one(field, labels, n, &labels[i]);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_MAP_LABELS_H
#define KH_TOOLS_REPORT_MAP_LABELS_H

#include "tools/report/projection.h"

#include <stdbool.h>
#include <stddef.h>

/** Names beside points so that none covers another name or a point; a name without room is hidden. Pixels, y down. */
typedef struct kh_label {
    const char *text;
    kh_point at;      /**< of the point */
    double radius_px; /**< of its mark */
    int rank;         /**< lower comes first */
    bool wanted;      /**< false: only the mark is there */
    /* the answer */
    bool shown;
    kh_point base; /**< where the text's baseline starts, is centred, or ends */
    int anchor;    /**< -1 start, 0 middle, 1 end */
} kh_label;

typedef struct kh_segment {
    kh_point a, b;
} kh_segment;

typedef struct kh_label_field {
    double width_px, height_px, font_px;
    const kh_segment *lines; /**< [n_lines] names avoid these when they can */
    size_t n_lines;
} kh_label_field;

/** Places greedily by rank, then by order. Cost: n * (n + n_lines). */
void kh_map_labels_place(const kh_label_field *field, kh_label *labels, size_t n);

#endif

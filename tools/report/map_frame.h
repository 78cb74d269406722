/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_MAP_FRAME_H
#define KH_TOOLS_REPORT_MAP_FRAME_H

#include "core/base/status.h"
#include "tools/report/facts.h"
#include "tools/report/projection.h"

/** Which nodes are on which map, and where: networks far apart get a frame each. */
typedef struct kh_map_frame {
    kh_projection projection;
    double left_km, top_km; /**< corner of the box on the projection's plane */
    double px_per_km;
    double width_px, height_px;
    size_t n_nodes;
} kh_map_frame;

typedef struct kh_map_layout {
    kh_map_frame *frames;
    size_t n_frames;
    size_t *frame_of; /**< [nodes] SIZE_MAX for a node without coordinates */
    kh_point *at;     /**< [nodes] pixels from the frame's upper left corner */
    size_t n_lost;    /**< nodes without coordinates */
} kh_map_layout;

enum { KH_MAP_WIDTH_PX = 860 };

/** Nodes that are linked, or nearer to each other than some 1500 km, share a frame; larger networks come first.
 *  @return KH_OK (also without any frame); KH_ENOMEM */
kh_status kh_map_layout_make(const kh_facts *facts, kh_arena *arena, kh_map_layout *layout, kh_error *err);

kh_point kh_map_frame_pixel(const kh_map_frame *frame, double lat_deg, double lon_deg);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_COAST_H
#define KH_TOOLS_REPORT_COAST_H

#include "core/base/str.h"
#include "tools/report/map_frame.h"

/** Land and borders behind a map. */
typedef struct kh_coast kh_coast;

/** Reads the coast data that the program carries (data/coast.txt: `kind lon lat lon lat ...`, one polyline a line, c for coast
 *  and b for border) and joins the coast to closed rings.
 *  @return KH_OK; KH_ENOMEM; KH_EINTERNAL when the data is malformed */
kh_status kh_coast_read(kh_arena *arena, const kh_coast **coast, kh_error *err);

/** Appends the land within the frame as the data of an SVG path (fill-rule evenodd), in pixels. Details below half a pixel are left
 *  out. Rings that lie on the other half of the globe are left out whole, since the projection turns them inside out. */
kh_status kh_coast_land(const kh_coast *coast, const kh_map_frame *frame, kh_arena *arena, kh_str *out, kh_error *err);

/** The same for borders, as lines. */
void kh_coast_borders(const kh_coast *coast, const kh_map_frame *frame, kh_str *out);

#endif

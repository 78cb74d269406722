/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_REPORT_MAP_H
#define KH_TOOLS_REPORT_MAP_H

#include "core/base/str.h"
#include "tools/report/map_frame.h"

/** The geography that all cases share: frames, land, the ways of the links. */
typedef struct kh_map {
    kh_map_layout layout;
    size_t **link_nodes; /**< [qkd links][n_link_nodes]: rows of nodes along the link */
    size_t *n_link_nodes;
    size_t *link_lane;   /**< [qkd links] 0 for the first link between two nodes, then 1, 2...: drawn side by side */
    bool *fibre_has_qkd; /**< [fibres] */
} kh_map;

kh_status kh_map_make(const kh_facts *base, kh_arena *arena, kh_map *map, kh_error *err);

/** What every picture of a case refers to: the land, once a page. Writes nothing when no node has coordinates. */
kh_status kh_map_write_shared(const kh_map *map, kh_arena *arena, kh_str *out, kh_error *err);

/** The pictures of one case with their legend: every frame twice, wide and for narrow screens (the style shows one of them). */
kh_status kh_map_write(const kh_map *map, const kh_facts *facts, kh_arena *arena, kh_str *out, kh_error *err);

/** Classes of key rate: 0 = no key or out of service, then decades from below 100 bit/s on. */
enum { KH_MAP_CLASSES = 6 };
/** @param link  row of the base's qkd_links */
int kh_map_class(const kh_facts *facts, size_t link);

/** One frame of one case, at @p scale of its pixels; map_draw.c */
kh_status kh_map_draw(const kh_map *map, const kh_facts *facts, size_t frame, double scale, kh_arena *arena, kh_str *out,
                      kh_error *err);

/** Position of a node's domain in the table of domains, SIZE_MAX when it has none. */
size_t kh_map_domain(const kh_facts *facts, size_t node);
enum { KH_MAP_DOMAIN_COLOURS = 8 };

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_PATHS_H
#define KH_CORE_SIM_SERVICE_PATHS_H

#include "core/base/status.h"
#include "core/net/net.h"

/** Cheapest paths through QKD links under the trusted rule: only trusted sites, ground stations and satellites pass key on, any of
 *  them may be an end; switches and amplifiers are neither. Links that never hold key take no part. */

typedef struct kh_paths_arc {
    uint32_t link, to;
} kh_paths_arc;

typedef struct kh_paths_mark {
    uint64_t distance;
    uint32_t node;
} kh_paths_mark;

typedef struct kh_paths {
    size_t n_nodes, n_links;
    bool *relays;               /**< [n_nodes] passes key on */
    uint32_t *first;            /**< [n_nodes + 1] arcs of node v: first[v] to first[v + 1], by rising link */
    kh_paths_arc *arcs;         /**< two for each link that can hold key between nodes that can */
    uint32_t *cost;             /**< [n_links] of one hop, filled by the caller; 0: not to be used. At first 1 */
    kh_qkd_link_id *found;      /**< [n_nodes] links of the path found last */
    uint64_t *distance;         /* [n_nodes] to the target */
    struct kh_paths_mark *heap; /* [2 n_links + 1] */
    size_t n_heap;
} kh_paths;

/** @param usable [n_qkd_links] the link may ever hold key */
kh_status kh_paths_init(kh_paths *paths, const kh_net *net, const bool *usable, kh_arena *arena, kh_error *err);

/** The cheapest path; of several the one that takes the lowest link index at the first hop where they part.
 *  @return number of links, in paths->found; 0: there is none, or the two are one node */
size_t kh_paths_find(kh_paths *paths, uint32_t from, uint32_t to);

#endif

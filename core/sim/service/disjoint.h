/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_DISJOINT_H
#define KH_CORE_SIM_SERVICE_DISJOINT_H

#include "core/sim/service/paths.h"
#include "core/sim/service/policy.h"

/** Several paths between two nodes that share no node but the ends; where there are more that share no link, these; the cheapest
 *  such set. As a flow of least cost through nodes that are split in two, one path after another along the cheapest way that may
 *  undo earlier ones (Suurballe, Networks 4:125, 1974, doi 10.1002/net.3230040204). */
typedef struct kh_disjoint {
    const kh_paths *paths; /**< its arcs, costs and trusted rule */
    /* what was found last: */
    size_t n_found;
    bool by_node;                               /**< they share no node; false: only no link */
    const kh_qkd_link_id *found[KH_MOST_PATHS]; /**< fewest links first */
    size_t n_links[KH_MOST_PATHS];
    kh_qkd_link_id *links; /* [n_links] of all paths together */
    /* the search, over states 2 v (arrived at node v) and 2 v + 1 (leaving it): */
    uint32_t *flow_from; /* [n_links] the node that a path leaves over this link; KH_NO_INDEX: none does */
    bool *passed;        /* [n_nodes] a path passes the node */
    int64_t *distance;
    uint32_t *came_from, *came_over;
    uint32_t *queue; /* [2 n_nodes] ring of states to look at */
    bool *queued;
    size_t head, n_queued;
} kh_disjoint;

kh_status kh_disjoint_init(kh_disjoint *disjoint, const kh_paths *paths, kh_arena *arena, kh_error *err);

/** @param k at most KH_MOST_PATHS
 *  @return number of paths found, at most k */
size_t kh_disjoint_find(kh_disjoint *disjoint, uint32_t from, uint32_t to, size_t k);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_OUTAGE_H
#define KH_CORE_SIM_SUPPLY_OUTAGE_H

#include "core/sim/supply/lines.h"
#include "core/sim/supply/links.h"

/** What goes down together, and comes back together: fibres, nodes and links. Every one is a cause of its own: a link is up again
 *  when all that keep it down have ended. Line systems go down with fibres and nodes, not with links. */
typedef struct kh_outage {
    kh_fibre_id *fibres; /**< [n_fibres] */
    size_t n_fibres;
    kh_node_id *nodes; /**< [n_nodes] */
    size_t n_nodes;
    uint32_t *links; /**< [n_links] once per fibre of the list that they use, and per mention */
    size_t n_links;
} kh_outage;

/** The links over each fibre, looked up many times. */
typedef struct kh_outage_index {
    uint32_t *first; /* [n_fibres + 1] in links */
    uint32_t *links;
} kh_outage_index;
kh_status kh_outage_index_init(kh_outage_index *index, const kh_net *net, kh_arena *arena, kh_error *err);

/** @param members its fibres, nodes and links count, nothing else of it. @return KH_OK; KH_ENOMEM */
kh_status kh_outage_init(kh_outage *outage, const kh_fault *members, const kh_outage_index *index, kh_arena *arena, kh_error *err);

void kh_outage_start(const kh_outage *outage, kh_links *links, kh_lines *lines);
void kh_outage_end(const kh_outage *outage, kh_links *links, kh_lines *lines);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_CANON_H
#define KH_SOLVERS_DOMAINS_CANON_H

#include "solvers/domains/part.h"

/** The inside of a domain in a form of its own: what a domain publishes comes from here, so that it does not tell how its network
 *  is written down. Parallel links are one link; what no key can pass (dead ends, nodes that do not relay and are no end) is gone;
 *  nodes and links stand in an order that follows from borders, ends, rates and shape alone, never from their numbers. */
typedef struct kh_canon {
    kh_graph graph;
    double *capacity_bps; /**< [graph.n_links] */
    uint32_t *node_at;    /**< [n_nodes of the part] here, KH_NO_INDEX: gone */
    uint32_t *link_at;    /**< [n_links of the part] here, KH_NO_INDEX: gone */
} kh_canon;

/** Colour refinement: nodes are told apart by what they are and what surrounds them. Nodes it cannot tell apart (symmetric ones,
 *  nearly always) stay in the order in which they came.
 *  @return KH_OK, KH_ENOMEM
 *  Cost : O((n + m) log n) a round, at most 64 rounds */
kh_status kh_canon_make(const kh_part *part, kh_arena *arena, kh_canon *canon, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_GRAPH_ELIMINATION_H
#define KH_SOLVERS_GRAPH_ELIMINATION_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** Nodes leave the graph one after another, and those that stay keep their distances: where the one that leaves relays, its
 *  neighbours become neighbours of each other. Nodes that do not relay leave first, then always some with fewest neighbours.
 *
 *  Nodes are called by their rank here: 0 leaves first. An arc leads from a node to one that was its neighbour when it left, so
 *  heads rank above tails. Networks that can nearly be drawn without crossings have two or three times as many arcs as links. */
typedef struct kh_elimination {
    bool within;     /**< false: there would be too many arcs, and the rest is not set */
    uint32_t *rank;  /**< [n_nodes] of each node of the graph */
    uint32_t n_ends; /**< the ranks below do not relay */
    uint32_t *first; /**< [n_nodes + 1] arcs of a rank are first[rank] to first[rank + 1] - 1 */
    size_t n_arcs;
    uint32_t *head, *tail; /**< [n_arcs] ranks; heads ascend from arc to arc of one tail */
} kh_elimination;

/** @param use        [n_links] which links are there; self loops never are
 *  @param most_arcs  < 2^32; gives up beyond
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_elimination_run(const kh_graph *graph, const bool *use, size_t most_arcs, kh_arena *arena, kh_elimination *done,
                             kh_error *err);

/** The arc between two different ranks, one of which was the other's neighbour when it left. */
uint32_t kh_elimination_arc(const kh_elimination *elimination, uint32_t a, uint32_t b);

#endif

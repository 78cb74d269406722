/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_GRAPH_GRAPH_H
#define KH_SOLVERS_GRAPH_GRAPH_H

#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A graph of nodes and undirected links, borrowed arrays. Parallel links and self loops are allowed.
 *
 *  The trusted rule is part of the graph: a walk enters and leaves only nodes that relay; any node may be its first or last one.
 *  All functions below and the tree of tree.h obey it. */
typedef struct kh_graph {
    size_t n_nodes, n_links;
    const uint32_t (*ends)[2]; /**< [n_links], each < n_nodes */
    const bool *relays;        /**< [n_nodes]; NULL: every node relays */
} kh_graph;

/** The other of two ends. */
static inline uint32_t kh_graph_far_end(const uint32_t ends[2], uint32_t node)
{
    return ends[0] == node ? ends[1] : ends[0];
}

/** A graph is used only when it is sound: fewer than 2^31 nodes and links, all ends < n_nodes.
 *  @return KH_OK, KH_ERANGE */
kh_status kh_graph_check(const kh_graph *graph, kh_error *err);

/** Distances from one node and the link on which each node is reached (igraph's Dijkstra).
 *
 *  @param weight         [n_links], >= 0; INFINITY takes the link out
 *  @param[out] distance  [n_nodes], INFINITY where nothing leads
 *  @param[out] via       [n_nodes] link into the node, KH_NO_INDEX at the source and where nothing leads
 *  @return KH_OK; KH_ERANGE (source, weight < 0 or NAN); KH_ENOMEM; KH_EINTERNAL
 *  Cost    : builds igraph's graph for the call, then O(m log m + n). tree.h is faster for many sources, see README. */
kh_status kh_graph_tree(const kh_graph *graph, const double *weight, uint32_t source, double *distance, uint32_t *via,
                        kh_error *err);

/** Largest flow between two nodes and a smallest cut (igraph's push-relabel).
 *
 *  @param capacity   [n_links], >= 0 and finite; a link carries it in either direction, both together
 *  @param[out] side  [n_nodes] true on the source's side of the cut. A node that does not relay may stand on either side.
 *  @return KH_OK; KH_ERANGE (source or target, equal ones, capacity < 0 or not finite); KH_ENOMEM; KH_EINTERNAL
 *  Cost    : O(n^3) at worst */
kh_status kh_graph_min_cut(const kh_graph *graph, const double *capacity, uint32_t source, uint32_t target, double *value,
                           bool *side, kh_error *err);

/** Connected components over the links with use[link], every node taken as a relay.
 *  @param[out] component  [n_nodes], numbered from 0
 *  @return KH_OK; KH_ENOMEM; KH_EINTERNAL */
kh_status kh_graph_components(const kh_graph *graph, const bool *use, uint32_t *component, kh_error *err);

/** Number of node-disjoint paths between the ends of many pairs (igraph's maximum flow), every node taken as a relay and every link
 *  as there; direct links count as paths.
 *  @param pairs       the two nodes of pair 0, not equal
 *  @param stride      bytes from one pair's nodes to the next one's
 *  @param[out] count  [n_pairs]
 *  @return KH_OK; KH_ERANGE (an unknown node); KH_ENOMEM; KH_EINTERNAL. A second opinion: survey.h has the paths as well, faster */
kh_status kh_graph_count_disjoint(const kh_graph *graph, const uint32_t *pairs, size_t stride, size_t n_pairs, uint32_t *count,
                                  kh_error *err);

#endif

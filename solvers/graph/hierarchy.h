/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_GRAPH_HIERARCHY_H
#define KH_SOLVERS_GRAPH_HIERARCHY_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** Shortest paths from many sources to a few targets each, while weights change: the inner loop of equilibration.
 *
 *  The nodes are eliminated once (elimination.h). New weights are then carried along the arcs of those that left earlier to those
 *  of the later ones, after which every shortest path first climbs and then descends in rank: a source looks at the arcs above
 *  itself and above its targets, some hundred of them where a tree of the whole network takes thousands of nodes.
 *  The idea is known as customizable contraction hierarchies, there with orders by nested dissection (arXiv:1402.0402, of which the
 *  abstract was read); here few neighbours come first. tree.h needs no elimination, and suits a single weight for each link. */
typedef struct kh_hierarchy kh_hierarchy;

enum { KH_HIERARCHY_ARCS = 8 };

/** @param graph  ends < n_nodes; must outlive the hierarchy
 *  @param use    [n_links] which links are there; self loops never are
 *  @param[out] created  NULL when there would be more than KH_HIERARCHY_ARCS times as many arcs as links: trees are faster then
 *  @return KH_OK, KH_ENOMEM
 *  Cost    : nearly linear on networks that can nearly be drawn without crossings */
kh_status kh_hierarchy_create(const kh_graph *graph, const bool *use, kh_arena *arena, kh_hierarchy **created, kh_error *err);

/** Takes new weights.
 *  @param weight  [n_links] >= 0 and finite on the links in use
 *  Cost    : some 3 ns for each pair of arcs that leave one node */
void kh_hierarchy_weigh(kh_hierarchy *hierarchy, const double *weight);

/** How many times the looks of one source over all arcs a kh_hierarchy_weigh() costs, about. */
double kh_hierarchy_effort(const kh_hierarchy *hierarchy);

/** Looks from one source to its targets; the functions below then speak of these. */
void kh_hierarchy_look(kh_hierarchy *hierarchy, uint32_t source, const uint32_t *targets, size_t n_targets);

/** Distance from the source; INFINITY when nothing leads there. */
double kh_hierarchy_distance(const kh_hierarchy *hierarchy, uint32_t target);

/** Copies the links of the path, from @p target back to the source. It visits no node twice.
 *  @param[out] links  room for n_nodes
 *  @return number of links; 0 for the source and where nothing leads */
size_t kh_hierarchy_path(kh_hierarchy *hierarchy, uint32_t target, uint32_t *links);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_GRAPH_FOREST_H
#define KH_SOLVERS_GRAPH_FOREST_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** Shortest-path trees of many sources, kept from round to round while prices change a little: the inner loop of equilibration.
 *
 *  A tree grown before is measured under the new weights, then its labels are corrected in passes over its nodes in the order of
 *  the tree before, which is nearly that of their distances: two to four passes over plain arrays and no heap. tree.h is for trees
 *  that are not asked for again. */
typedef struct kh_forest kh_forest;

#define KH_FOREST_BYTES ((size_t)256 << 20)

/** @param graph   ends < n_nodes; must outlive the forest
 *  @param use     [n_links] which links are there; self loops never are
 *  @param source  [n_trees] borrowed
 *  @param most_bytes  for the trees, 12 bytes per tree and node: as many of the first ones as fit are kept, the others grow from
 *                     nothing each time; 0: KH_FOREST_BYTES
 *  @return NULL when memory is out */
kh_forest *kh_forest_create(const kh_graph *graph, const bool *use, const uint32_t *source, size_t n_trees, size_t most_bytes,
                            kh_arena *arena);

/** Brings one tree up to date; the functions below then speak of it.
 *  @param weight  [n_links] >= 0 and finite on the links in use */
void kh_forest_grow(kh_forest *forest, size_t tree, const double *weight);

/** Distance from the source; INFINITY when nothing leads there. */
double kh_forest_distance(const kh_forest *forest, uint32_t node);

/** False: the path to the node is the one it was when this tree was grown last. */
bool kh_forest_moved(const kh_forest *forest, uint32_t node);

/** Copies the links of the path, from @p node back to the source.
 *  @param[out] links  room for n_nodes - 1
 *  @return number of links; 0 for the source and where nothing leads */
size_t kh_forest_path(const kh_forest *forest, uint32_t node, uint32_t *links);

#endif

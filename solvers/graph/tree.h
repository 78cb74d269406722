/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_GRAPH_TREE_H
#define KH_SOLVERS_GRAPH_TREE_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** Shortest-path trees, many of them over one graph: the inner loop of pricing. Beside igraph because it is several times faster
 *  there (README): the neighbours are laid out once, nothing is allocated per tree, and few targets end it early. */
typedef struct kh_tree kh_tree;

/** Lays out the neighbours of @p graph (ends < n_nodes), which must outlive the tree.
 *  @param use  [n_links] which links are there; self loops never are
 *  @return NULL when memory is out */
kh_tree *kh_tree_create(const kh_graph *graph, const bool *use, kh_arena *arena);

/** Grows the tree of one source; earlier trees are forgotten. Among equal distances the fewest hops win.
 *  @param weight   [n_links], >= 0 and finite on the links in use
 *  @param targets  [n_targets] the nodes asked for: growing stops when all are reached; NULL: all nodes */
void kh_tree_grow(kh_tree *tree, const double *weight, uint32_t source, const uint32_t *targets, size_t n_targets);

/** Distance from the source; INFINITY when nothing leads there. Only for the nodes asked for. */
double kh_tree_distance(const kh_tree *tree, uint32_t node);

/** The node before @p node on its path; KH_NO_INDEX for the source and where nothing leads.
 *  @param[out] link  between them */
uint32_t kh_tree_parent(const kh_tree *tree, uint32_t node, uint32_t *link);

/** Copies the links of the path, from @p node back to the source.
 *  @param[out] links  room for n_nodes - 1
 *  @return number of links; 0 for the source and where nothing leads */
size_t kh_tree_path(const kh_tree *tree, uint32_t node, uint32_t *links);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_DISJOINT_H
#define KH_SOLVERS_SECURE_DISJOINT_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** Ways that two paths of a pair may not share. */
typedef enum kh_disjoint_by {
    KH_DISJOINT_NODES, /**< no node but the ends; links between the two ends are ways of their own */
    KH_DISJOINT_LINKS  /**< no link */
} kh_disjoint_by;

/** Disjoint paths of least total length, for many targets of one source. */
typedef struct kh_disjoint_ways kh_disjoint_ways;

/** One path of those found last. */
typedef struct kh_disjoint_way {
    const uint32_t *links; /**< [n_links] from the source to the target */
    size_t n_links;
    double length;
} kh_disjoint_way;

/** @param graph  ends < n_nodes; must outlive the ways. Its trusted rule holds: only nodes that relay stand inside a path
 *  @param use    [n_links] which links are there; self loops never are
 *  @return NULL when memory is out */
kh_disjoint_ways *kh_disjoint_ways_create(const kh_graph *graph, const bool *use, kh_arena *arena);

/** Takes another source or other lengths: one shortest-path tree, shared by all targets.
 *  @param length  [n_links] >= 0 and finite on the links in use; borrowed until the next call. With KH_DISJOINT_LINKS > 0 */
void kh_disjoint_ways_root(kh_disjoint_ways *ways, const double *length, uint32_t source);

/** Finds @p k disjoint paths to @p target with the least sum of lengths; when there are fewer, the most there are.
 *  @param k       >= 1
 *  @param target  not the source
 *  @return how many; 0: no path
 *  Method : J. W. Suurballe, Networks 4:125, 1974, doi 10.1002/net.3230040204: shortest augmenting paths on the graph with every
 *           node split in two, under lengths made >= 0 by potentials. The tree's distances are the potentials, so each search runs
 *           from the target back, settles only what lies near the paths, and ends at the first node whose own path in the tree
 *           leaves the source on a branch without flow: no flow has touched that path, so it completes the way at no further cost.
 *  Cost   : two searches of a few dozen nodes for a pair on a sparse network of 1000 nodes */
size_t kh_disjoint_ways_find(kh_disjoint_ways *ways, uint32_t target, size_t k, kh_disjoint_by by);

/** Finds n node-disjoint paths to @p target, n > @p lost, of which the sum of lengths / (n - lost) is least.
 *  @return n; when there are no more than @p lost, how many there are
 *  Method : the sum is convex in n, so n grows until one more path is longer than the quotient so far */
size_t kh_disjoint_ways_find_best(kh_disjoint_ways *ways, uint32_t target, size_t lost);

/** Sum of the lengths of the paths found last. */
double kh_disjoint_ways_length(const kh_disjoint_ways *ways);

/** @param i  below what the last kh_disjoint_ways_find() gave; shortest first
 *  @return valid until the next call */
kh_disjoint_way kh_disjoint_ways_get(const kh_disjoint_ways *ways, size_t i);

/** After a kh_disjoint_ways_find() by nodes that found fewer paths than asked for: nodes that every path passes but for direct
 * links, as many as there are such paths, nearest to the target.
 *  @param[out] nodes  room for n_nodes
 *  @return how many */
size_t kh_disjoint_ways_separator(const kh_disjoint_ways *ways, uint32_t *nodes);

#endif

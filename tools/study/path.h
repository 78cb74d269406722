/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_TOOLS_STUDY_PATH_H
#define KH_TOOLS_STUDY_PATH_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The best chain of edges between two nodes: what the sentences need to name spans and detours. No optimisation is done with it.
 */

typedef struct kh_path_edge {
    uint32_t ends[2]; /**< nodes, < n_nodes */
    double weight;    /**< cost >= 0; < 0 or NAN: not usable */
} kh_path_edge;

typedef struct kh_path_graph {
    uint32_t n_nodes;
    const kh_path_edge *edges; /**< [n_edges] */
    size_t n_edges;
    const bool *passes; /**< [n_nodes] nodes that a path may go through; the two ends always may. NULL: all */
} kh_path_graph;

typedef struct kh_path {
    bool found;
    uint32_t *edges; /**< [n_edges] indices in order from the first end; empty when not found */
    uint32_t *nodes; /**< [n_edges + 1] */
    size_t n_edges;
    double weight; /**< the least sum; NAN when not found */
} kh_path;

/** @return false when memory is out (then *path is as before); *path lives in @p arena.
 *  Cost: Dijkstra with a binary heap, O(edges log edges). Ties go to the lower edge index. */
bool kh_path_find(const kh_path_graph *graph, uint32_t from, uint32_t to, kh_arena *arena, kh_path *path);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_DISTANCES_H
#define KH_SOLVERS_SURVIVE_DISTANCES_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"
#include "solvers/graph/incidence.h"

/** Distances for those who check, by Bellman and Ford's way with a queue: none of the trees that prices were found with. */
typedef struct kh_distances {
    const kh_graph *graph;
    double *of; /**< [n_nodes] from the last source, INFINITY when nothing leads there */
    kh_incidence at;
    uint32_t *queue; /* [n_nodes] */
    bool *waits;     /* [n_nodes] in the queue */
} kh_distances;

/** @param graph  outlives @p d
 *  @return KH_OK; KH_ERANGE: a link to a node that is none; KH_ENOMEM */
kh_status kh_distances_init(kh_distances *d, const kh_graph *graph, kh_arena *arena, kh_error *err);

/** Under the trusted rule.
 *  @param length  [n_links] >= 0, INFINITY: the link is gone
 *  @param source  < n_nodes
 *  Cost: links times nodes at most, a few times the links as a rule */
void kh_distances_measure(kh_distances *d, const double *length, uint32_t source);

#endif

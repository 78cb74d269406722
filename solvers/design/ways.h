/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_WAYS_H
#define KH_SOLVERS_DESIGN_WAYS_H

#include "solvers/graph/hierarchy.h"
#include "solvers/graph/tree.h"

/** Shortest ways from many sources under one weighting: by hierarchy.h, by trees where that is slower. */
typedef struct kh_ways {
    kh_hierarchy *hierarchy; /**< NULL: trees */
    kh_tree *tree;
    const double *weight;
} kh_ways;

/** @param use  [n_links] which links are there  @return KH_OK, KH_ENOMEM */
kh_status kh_ways_init(kh_ways *ways, const kh_graph *graph, const bool *use, kh_arena *arena, kh_error *err);

/** @param weight  [n_links] >= 0, finite; borrowed until the last look */
void kh_ways_weigh(kh_ways *ways, const double *weight);

/** Looks from a source to the nodes asked for; the functions below then speak of these. */
void kh_ways_look(kh_ways *ways, uint32_t source, const uint32_t *targets, size_t n_targets);

/** INFINITY when nothing leads there. */
double kh_ways_distance(const kh_ways *ways, uint32_t target);

/** Copies the links of the way. @param[out] links  room for n_nodes  @return their number */
size_t kh_ways_path(const kh_ways *ways, uint32_t target, uint32_t *links);

#endif

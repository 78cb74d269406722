/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_REGION_H
#define KH_SOLVERS_DESIGN_REGION_H

#include "solvers/design/relax.h"

/** Inequalities of a whole region: the nodes are put into a few parts, and every design must satisfy all cuts between the parts at
 *  once, in whole modules. What follows from that is far more than from each cut alone (a tree over k parts has k - 1 links, where
 *  cuts ask for k / 2). */

enum { KH_REGION_MOST_PARTS = 12, KH_REGION_MOST_CHOICES = 64 };

typedef struct kh_region {
    const kh_cutset_space *space;
    const kh_relax *relax;      /**< limits, and rows that make covers easier to find */
    kh_arena *scratch, *trials; /**< one separation; one of its covers */
    const double *const *known; /**< [n_known][n_choices] designs that carry all: they spare much of the work */
    size_t n_known;
    uint8_t *part; /**< [n_nodes] < n_parts, set by the caller or by one of the two below */
    size_t n_parts;
    uint64_t most_nodes; /**< for one cover */
    double deadline_s;
} kh_region;

/** Single nodes around one another, the rest in one part. @return false: the graph is too small */
bool kh_region_choose_ball(kh_region *region, const double *point, kh_rng *rng, size_t n_parts);
/** Parts chosen before. @param part  [n_nodes] */
void kh_region_set(kh_region *region, const uint8_t *part);
/** Parts between which @p point has few modules: links are contracted by chance, those with many modules first. */
bool kh_region_choose_parts(kh_region *region, const double *point, kh_rng *rng, size_t n_parts);

/** The inequality sum value * count >= 1 of the region's hull that @p point breaks most, if any.
 *  @param[out] row    least = 1
 *  @param[out] found  false: none, or the region is too large
 *  @return KH_OK, KH_ENOMEM
 *  Why   : w >= 0 with w y >= 1 for all designs y of the region, w point least: a linear program whose rows are designs, found by
 *          least-cost integer covers of the cuts */
kh_status kh_region_separate(const kh_region *region, const double *point, kh_cutset_row *row, bool *found, kh_error *err);

#endif

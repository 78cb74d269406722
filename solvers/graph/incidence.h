/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_GRAPH_INCIDENCE_H
#define KH_SOLVERS_GRAPH_INCIDENCE_H

#include "core/base/arena.h"

#include <stdint.h>

/** Which links or demands touch each node: one list cut into pieces. */
typedef struct kh_incidence {
    size_t *first;  /**< [n_nodes + 1] the items of node v are item[first[v]] to item[first[v + 1] - 1], ascending */
    uint32_t *item; /**< [2 n_items] an item whose two ends are equal stands there twice */
} kh_incidence;

/** @param ends    the two ends of item 0, each < n_nodes
 *  @param stride  bytes from one item's ends to the next one's
 *  @return item = NULL when memory is out */
kh_incidence kh_incidence_build(size_t n_nodes, size_t n_items, const uint32_t *ends, size_t stride, kh_arena *arena);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_WATCH_H
#define KH_SOLVERS_SECURE_WATCH_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** Some that may put together what they see: a coalition sees every key that one of its nodes relays or that passes one of its
 *  links. */
typedef struct kh_coalition {
    const uint32_t *nodes, *links; /**< [n_nodes], [n_links] no item twice */
    size_t n_nodes, n_links;
} kh_coalition;

/** Who sees what, looked up from the other side. */
typedef struct kh_watch {
    const kh_graph *graph;
    size_t n_coalitions;
    size_t *node_first;  /**< [n_nodes + 1] into node_item */
    uint32_t *node_item; /**< coalitions of each node, ascending */
    size_t *link_first;  /**< [n_links + 1] into link_item */
    uint32_t *link_item;
    size_t *size;   /**< [n_coalitions] nodes and links in each */
    uint32_t *seen; /**< [n_coalitions] scratch of kh_watch_touched() */
    uint32_t turn;
} kh_watch;

/** @param coalitions  NULL: every node is one of its own
 *  @return KH_OK; KH_ERANGE: a member that is none of the graph's; KH_ENOMEM */
kh_status kh_watch_init(kh_watch *watch, const kh_graph *graph, const kh_coalition *coalitions, size_t n_coalitions,
                        kh_arena *arena, kh_error *err);

/** True when an end of the demand belongs to the coalition: it knows the key in any case, and is not asked about. */
bool kh_watch_owns_end(const kh_watch *watch, uint32_t coalition, const uint32_t ends[2]);

/** The coalitions that see the keys of a path, each once, without those that own an end.
 *  @param links         [n_links] from either end to the other
 *  @param start         the end where links starts
 *  @param[out] touched  [n_coalitions]
 *  @return how many */
size_t kh_watch_touched(kh_watch *watch, const uint32_t ends[2], uint32_t start, const uint32_t *links, size_t n_links,
                        uint32_t *touched);

#endif

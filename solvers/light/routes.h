/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_LIGHT_ROUTES_H
#define KH_SOLVERS_LIGHT_ROUTES_H

#include "core/base/arena.h"
#include "solvers/graph/graph.h"

/** The shortest routes between two nodes, in rising order: candidates from which more than length decides. */
typedef struct kh_routes_one {
    const uint32_t *links; /**< [n_links] from the first end to the second; no node is passed twice */
    size_t n_links;
    double length;
} kh_routes_one;

typedef struct kh_routes {
    kh_routes_one *routes; /**< [n] */
    size_t n;
    bool complete; /**< false: there may be more, or the search was cut short */
} kh_routes;

enum { KH_ROUTES_LABELS_MAX = 4096 };

/** @param length  [n_links], > 0; INFINITY takes the link out
 *  @param most    routes wanted
 *  @param arena   where the routes and the search live
 *  @return KH_OK, also without a route; KH_ERANGE (ends, length); KH_ENOMEM
 *  Parts of routes are lengthened in the order of what they would come to at least; one tree from the far end gives that bound. Of
 *  equal ones the earlier found comes first. At most KH_ROUTES_LABELS_MAX parts are looked at. Parallel links make routes of their
 *  own. Cost: parts squared. */
kh_status kh_routes_find(const kh_graph *graph, const double *length, uint32_t from, uint32_t to, size_t most, kh_arena *arena,
                         kh_routes *routes, kh_error *err);

#endif

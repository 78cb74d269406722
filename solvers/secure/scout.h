/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_SCOUT_H
#define KH_SOLVERS_SECURE_SCOUT_H

#include "solvers/secure/watch.h"

/** Cheapest paths where a path pays for its links, and once to every coalition that sees it. */
typedef struct kh_scout kh_scout;

/** What a coalition takes of a path. */
typedef struct kh_charge {
    uint32_t coalition; /**< none that owns an end of the pair asked for */
    double price;       /**< >= 0; INFINITY: no path that it sees */
} kh_charge;

/** @param watch  must outlive the scout, as its graph
 *  @param use    [n_links] which links are there
 *  @return NULL when memory is out */
kh_scout *kh_scout_create(const kh_watch *watch, const bool *use, kh_arena *arena);

/** Finds the cheapest path between two nodes under the trusted rule.
 *  @param price        [n_links] >= 0 and finite on the links in use
 *  @param charges      [n_charges]; of those with several members the 64 dearest count, the others are left out
 *  @param[out] cost    of links and charges counted; INFINITY: no path
 *  @param[out] links   room for n_nodes; from ends[1] back to ends[0]
 *  @return KH_OK, KH_ENOMEM
 *  Method : Dijkstra with labels (cost, coalitions paid). A label gives way to another at the same node when that one is cheaper
 *           even if it must still pay all that it has not; with coalitions of one member there is one label a node
 *  Cost   : exponential at worst in the coalitions of several members that charge a pair; few do */
kh_status kh_scout_find(kh_scout *scout, const double *price, const uint32_t ends[2], const kh_charge *charges, size_t n_charges,
                        double *cost, uint32_t *links, size_t *n_links, kh_error *err);

#endif

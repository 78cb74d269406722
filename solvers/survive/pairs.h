/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SURVIVE_PAIRS_H
#define KH_SOLVERS_SURVIVE_PAIRS_H

#include "solvers/survive/outages.h"

/** Two routes for each demand that share no node but the ends, and that no loss takes together. A loss of an end does not count. */
typedef struct kh_pair_route {
    const uint32_t *links; /**< [n_links] from ends[0] to ends[1] */
    size_t n_links;
} kh_pair_route;

typedef struct kh_pair {
    bool found;
    kh_pair_route routes[2]; /**< found: fewer hops first */
    double bound;            /**< no such pair has fewer hops in all; INFINITY: there is none. What Suurballe's pair proves, or the
                                  word of an integer program */
    const uint32_t *nodes, *losses; /**< not found: [n_nodes] relays that all routes pass, [n_losses] losses that part the ends */
    size_t n_nodes, n_losses;
} kh_pair;

typedef struct kh_pairs {
    kh_pair *of; /**< [n] the first demands; fewer than there are only when the time limit passed */
    size_t n;
} kh_pairs;

/** The pairs of fewest hops in all, since each hop spends a key and trusts a relay.
 *  @param problem  links without a rate are not there; its time limit and program for linear programs hold
 *  @return KH_OK; KH_ERANGE: an unknown link or node in a loss; others as kh_apart_find() */
kh_status kh_pairs_find(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses, kh_arena *arena, kh_pairs *pairs,
                        kh_error *err);

/** Checks them from the problem alone, sharing no code with what made them: routes lead from end to end over nodes that relay,
 * share no node and no loss, have no fewer hops than the bound; what is said to stand in the way does.
 *  @return KH_OK; KH_UNMET: @p err says what is wrong; KH_ENOMEM */
kh_status kh_pairs_check(const kh_keyflow_problem *problem, const kh_loss *losses, size_t n_losses, const kh_pairs *pairs,
                         kh_error *err);

#endif

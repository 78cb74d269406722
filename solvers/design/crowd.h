/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_CROWD_H
#define KH_SOLVERS_DESIGN_CROWD_H

#include "solvers/design/search.h"

enum { KH_CROWD_ROOM = 24 };

/** Many designs, each from a walk of its own, and votes: counts that most of some designs agree on are kept, the tree plans the
 * others anew, cheaper than any design known. What good designs share the best one often has too. */
typedef struct kh_crowd {
    kh_root *root;
    size_t n;
    double *count[KH_CROWD_ROOM]; /**< [n_columns] each */
    double cost[KH_CROWD_ROOM];
    double *lower, *upper, *child; /**< scratch, [n_columns] */
    uint32_t *agree, *order;       /**< scratch, [n_choices] */
    uint64_t n_walks;
    kh_rng rng;
} kh_crowd;

/** Nobody there. @return KH_OK, KH_ENOMEM */
kh_status kh_crowd_init(kh_crowd *crowd, kh_root *root, kh_arena *arena, kh_error *err);

/** Joins, unless it is there already. The dearest one leaves when there is no room.
 *  @param count  [n_columns] nodes opened, carries all */
void kh_crowd_join(kh_crowd *crowd, const double *count);

/** The cheapest; crowd->n: there is none. */
size_t kh_crowd_best(const kh_crowd *crowd);

/** One vote of some designs, cheap ones sooner than dear ones. What it finds joins. Nothing happens with fewer than two, or before
 * some walks.
 *  @return KH_OK, KH_ENOMEM, others of kh_climb_run() */
kh_status kh_crowd_vote(kh_crowd *crowd, double until_s, kh_error *err);

/** Walks and votes by turns. @param search  its best joins first; at the end it has the best, routed
 *  @return KH_OK, KH_ENOMEM, others of kh_search_walk() and kh_climb_run() */
kh_status kh_crowd_run(kh_crowd *crowd, kh_search *search, const kh_search_limits *limits, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_RESOLVE_WORK_H
#define KH_SOLVERS_FLOW_RESOLVE_WORK_H

#include "solvers/flow/ascent.h"
#include "solvers/flow/resolve.h"
#include "solvers/flow/settle.h"

/** What the two files of re-solves share: resolve_base.c makes the optimum that is kept, resolve.c the changes. */

#define KH_RESOLVE_EXACT 1e-9 /**< relative gap above which it is solved from nothing */

struct kh_resolve {
    const kh_keyflow_problem *problem;
    kh_keyflow_problem now_problem; /* with the capacities of the change */
    kh_arena *arena;
    kh_pricer pricer;
    kh_pool pool;
    size_t n_base_paths;
    kh_keyed base, now;
    size_t base_since; /* steps that the base's inverse has taken */
    kh_ascent ascent;  /* of now; capacities of the change */
    double *share;
    size_t share_room;
    double *load_bps, *base_load_bps, *base_prices;
    bool *base_joined;
    kh_resolve_answer base_answer;
    kh_keyflow_route *whole_routes; /* [n_whole_routes] when solved from nothing; their links lie in whole_links */
    uint32_t *whole_links;
    size_t n_whole_routes, whole_route_room, whole_link_room;
    bool alone; /* never from nothing */
    bool again;
    double value, bound;
};

/** kh_ascent_run() from the basis at hand, its bound and steps into the answer. */
kh_status kh_resolve_climb(kh_resolve *resolve, kh_resolve_answer *answer, kh_error *err);
/** Shares, loads and value of the basis; from nothing when the gap stayed open, unless alone. */
kh_status kh_resolve_finish(kh_resolve *resolve, kh_resolve_answer *answer, kh_error *err);
/** Room for the shares of all paths of the pool. */
kh_status kh_resolve_make_share_room(kh_resolve *resolve, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_EXPLAIN_DIFF_H
#define KH_SOLVERS_EXPLAIN_DIFF_H

#include "core/base/arena.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"

/** What is different between two plans. Links and demands are the same when they have the same id; routes when they pass the same
 *  links (by id) in the same order, either way round. */

typedef enum kh_diff_kind { KH_DIFF_SAME, KH_DIFF_CHANGED, KH_DIFF_ADDED, KH_DIFF_REMOVED } kh_diff_kind;
const char *kh_diff_kind_name(kh_diff_kind kind); /**< "same", "changed", "added", "removed" */

/** One side of it: a plan with its network. */
typedef struct kh_diff_side {
    const kh_net *net;
    const kh_plan *plan;
} kh_diff_side;

typedef struct kh_diff_link {
    const char *id;
    kh_diff_kind kind;
    double modules[2], capacity_bps[2], used_bps[2]; /**< before, after; 0 where it is not */
} kh_diff_link;

typedef struct kh_diff_demand {
    const char *id;
    kh_diff_kind kind;
    double requested_bps[2], rate_bps[2];
    const kh_route **gone;  /**< [n_gone] routes of the plan before that the plan after does not take, links of its network */
    const kh_route **fresh; /**< [n_fresh] the other way round */
    size_t n_gone, n_fresh;
} kh_diff_demand;

typedef struct kh_diff {
    kh_diff_side side[2];
    kh_diff_link *links; /**< [n_links] all of them: in the order of the network after, then those that are gone */
    size_t n_links;
    kh_diff_demand *demands; /**< [n_demands] likewise */
    size_t n_demands;
    size_t links_of[4], demands_of[4]; /**< how many, by kh_diff_kind */
} kh_diff;

/** Compares. Numbers are the same to 1e-9 relative; a link whose use alone differs counts as changed, too.
 *  @param before, after  borrowed: must outlive the answer
 *  @param arena          where the answer lives
 *  @return KH_OK, KH_ENOMEM
 *  Cost    : sorting of the ids, and routes of a demand against each other */
kh_status kh_diff_find(kh_diff_side before, kh_diff_side after, kh_arena *arena, kh_diff *diff, kh_error *err);

#endif

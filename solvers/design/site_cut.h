/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_SITE_CUT_H
#define KH_SOLVERS_DESIGN_SITE_CUT_H

#include "solvers/design/site_flow.h"
#include "solvers/design/site_join.h"
#include "solvers/lp/lp.h"

/** The sets of sites known so far that part a terminal from the first one, and the linear program over them. For the site files. */
typedef struct kh_site_cuts {
    const kh_site_join_problem *problem;
    kh_site_flow *flow;
    kh_arena *arena;
    kh_site_cut *cuts; /**< [n] weight 0 */
    uint64_t *hash;
    size_t n, room, hash_room;
    uint32_t *column; /**< [n_sites] of a relay that is no terminal; KH_NO_INDEX */
    uint32_t *site;   /**< [n_columns] */
    size_t n_columns;
    bool *is_terminal; /**< [n_sites] */
    double *capacity;  /**< [n_sites] of the point under work; and scratch: */
    double *raised;
    uint32_t *found, *other;
    double *ones;
} kh_site_cuts;

/** Everything in @p arena, which also takes the cuts. The problem is a checked one.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_site_cuts_create(const kh_site_join_problem *problem, kh_arena *arena, kh_site_cuts *cuts, kh_error *err);

/** Finds sets that the point breaks, nested ones too.
 *  @param point           [n_columns]
 *  @param most_each       sets for a terminal at most, >= 1
 *  @param[out] n_new      cuts from cuts->n - *n_new on are new
 *  @return KH_OK, KH_ENOMEM; KH_EINTERNAL: a terminal cannot be joined with all sites open */
kh_status kh_site_cuts_find(kh_site_cuts *cuts, const double *point, size_t most_each, size_t *n_new, kh_error *err);

/** The terminal (index) that is not joined when only the sites with open[site] stand; n_terminals: all are. */
size_t kh_site_cuts_unjoined(kh_site_cuts *cuts, const bool *open);

/** The cuts as rows, sites as columns of [0, 1]; integer when asked for. In @p arena.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_site_cuts_lp(const kh_site_cuts *cuts, bool integer, kh_arena *arena, kh_lp *lp, kh_error *err);

/** One cut as a row: its columns, all with 1.
 *  @param[out] column  [cut->n] */
void kh_site_cuts_row(const kh_site_cuts *cuts, const kh_site_cut *cut, uint32_t *column);

#endif

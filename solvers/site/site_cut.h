/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_CUT_H
#define KH_SOLVERS_SITE_SITE_CUT_H

#include "solvers/lp/lp.h"
#include "solvers/site/site_flow.h"
#include "solvers/site/site_join.h"

/** The linear program of joining sites and the cuts known so far. For the site files.
 *
 *  Columns: first one for each relay that is no terminal, 1 when it is open. With one route, then one for each span and direction
 *  that a tree out of the first terminal may take: a site is open when the tree comes to it, and some span leads into every set
 * with a terminal. That is as strong as a tree's program gets. With two routes no tree has both, and cuts are sets of sites. */

typedef struct kh_site_row {
    uint32_t *column; /**< [n] */
    double *value;    /**< [n]; NULL: all are 1 */
    size_t n;
    double lower, upper;
    uint64_t hash;
    unsigned idle;   /**< linear programs in a row in which it was slack */
    kh_site_cut cut; /**< what it stands for, weight 0; sites NULL: a row of the model, no cut */
} kh_site_row;

typedef struct kh_site_cuts {
    const kh_site_join_problem *problem;
    kh_site_flow *flow;
    kh_arena *arena;
    kh_site_row *rows; /**< [n] */
    size_t n, room;
    uint32_t *column; /**< [n_sites] of a relay that is no terminal; KH_NO_INDEX */
    uint32_t *site;   /**< [n_choices] */
    uint32_t
        *arc_column; /**< [2 n_spans] of span s from ends[0] to ends[1], 2 s, and back, 2 s + 1; KH_NO_INDEX. NULL: two routes */
    size_t n_choices, n_columns;
    bool *is_terminal; /**< [n_sites] */
    /** Scratch: */
    double *capacity, *raised; /**< [n_sites] */
    double *arc_room;          /**< [2 n_spans] */
    uint32_t *found, *other;   /**< [n_sites] */
    uint32_t *entries;         /**< [n_columns] */
    double *ones;              /**< [n_columns] */
    bool *inside;              /**< [n_sites] */
} kh_site_cuts;

/** Everything in @p arena, which also takes the cuts. The problem is a checked one.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_site_cuts_create(const kh_site_join_problem *problem, kh_arena *arena, kh_site_cuts *cuts, kh_error *err);

/** Adds a row with a copy of @p row's columns and sites, unless it is known.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_site_cuts_keep(kh_site_cuts *cuts, const kh_site_row *row, kh_error *err);

/** Finds cuts that the point breaks, nested ones too.
 *  @param point       [n_columns]
 *  @param most_each   cuts for a terminal at most, >= 1
 *  @param[out] n_new  rows from cuts->n - *n_new on are new
 *  @return KH_OK, KH_ENOMEM; KH_EINTERNAL: a terminal cannot be joined with all sites open */
kh_status kh_site_cuts_find(kh_site_cuts *cuts, const double *point, size_t most_each, size_t *n_new, kh_error *err);

/** The terminal (index) that is not joined when only the sites with open[site] stand; n_terminals: all are. */
size_t kh_site_cuts_unjoined(kh_site_cuts *cuts, const bool *open);

/** The program over the rows known now; sites are whole when @p integer. In @p arena.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_site_cuts_lp(const kh_site_cuts *cuts, bool integer, kh_arena *arena, kh_lp *lp, kh_error *err);

#endif

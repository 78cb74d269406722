/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_ROOT_H
#define KH_SOLVERS_DESIGN_ROOT_H

#include "solvers/design/enough.h"
#include "solvers/design/region.h"
#include "solvers/design/relax.h"

enum { KH_ROOT_SETS = 64 };

/** The linear relaxation of a design and the cuts that bring it near the best design. */
typedef struct kh_root {
    kh_cutset_space space;
    kh_relax relax;
    kh_enough_tester tester;
    kh_region region;
    size_t most_parts;    /**< of a region at present */
    const double **known; /**< [n_known] designs that carry all, the last ones */
    size_t n_known;
    uint8_t *good; /**< [n_good][n_nodes] parts of regions that gave rows */
    size_t n_good;
    bool *sets; /**< [KH_ROOT_SETS][n_nodes] that gave rows to the tree, the last ones */
    size_t n_sets;
    kh_rng rng;
    kh_cutset_row row; /**< scratch */
    bool *side;        /**< scratch, [n_nodes] */
    double deadline_s; /**< on kh_clock_s() */
    double pause_s;    /**< separation of cuts ends then; of kh_root_close() */
} kh_root;

/** Sets up the relaxation with the cuts around single nodes.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_root_init(kh_root *root, const kh_modules_problem *problem, double deadline_s, kh_arena *arena, kh_error *err);
void kh_root_clear(kh_root *root);

/** @param regions  with cuts of regions, which take long
 *  Adds cuts until none is found or @p until_s passes; the bound is root->relax.objective.
 *  @return KH_OK; KH_TIMELIMIT: not one solve was possible, or came out right; others of kh_lp_solve() */
kh_status kh_root_close(kh_root *root, bool regions, double until_s, kh_error *err);

/** The Lagrangian bound: prices are what the relaxation's cuts leave of the costs, per bit/s, and the whole costs. Cheap however
 * large the network, where it is far above what some rounds of cuts bring.
 *  @return as kh_root_close() */
kh_status kh_root_price(kh_root *root, double until_s, kh_error *err);

/** Cuts and metric inequalities that a point breaks.
 *  @param integral  the point is whole: rows come unless it carries all, or that cannot be told
 *  @param[out] n_added  to root->relax
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_root_separate(kh_root *root, const double *point, bool integral, size_t *n_added, kh_error *err);

/** Some cuts that a point breaks, from a few random sets. Metric inequalities take 100 times as long as a set and gain less.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_root_look(kh_root *root, const double *point, size_t *n_added, kh_error *err);

/** Keeps a design that carries all: it helps to find cuts of regions.
 *  @param count  [n_choices], copied
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_root_remember(kh_root *root, const double *count, kh_error *err);

/** Takes in the inequality that the prices of the tester prove, rounded as @p point breaks it most. */
kh_status kh_root_take_prices(kh_root *root, const double *point, size_t *n_added, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_TREE_H
#define KH_SOLVERS_DESIGN_TREE_H

#include "solvers/design/tableau.h"

/** Branch and bound over whole columns of a small dense program: is there a point that costs at most so much? Depth first in one
 *  tableau. With a cost near the relaxation's, reduced costs fix most columns and the tree stays small. */

typedef enum kh_tree_word {
    KH_TREE_REFUSE, /**< rows that it breaks were added */
    KH_TREE_STOP,   /**< good: no further search */
    KH_TREE_LOWER   /**< good: cutoff was lowered, go on */
} kh_tree_word;

typedef struct kh_tree_search {
    kh_tableau *tableau; /**< as it was given at the end, but for rows */
    kh_arena *arena;     /**< for rows and scratch */
    double cutoff;       /**< points that cost more are of no interest */
    double until_s;      /**< on kh_clock_s() */
    uint64_t most_nodes;
    /** Judges a whole point that costs at most cutoff. */
    kh_status (*judge)(void *user, struct kh_tree_search *search, const double *point, kh_tree_word *word, kh_error *err);
    /** Rows known already that a point breaks: may add rows to the tableau, or take out such as are not tight. NULL: none. */
    kh_status (*recall)(void *user, const double *point, bool *added, kh_error *err);
    /** Looks once at the point of a node that is not whole; may add rows to the tableau. NULL: no such looks. */
    kh_status (*look)(void *user, const double *point, bool *added, kh_error *err);
    size_t look_depth; /**< nodes with so many halves above them or fewer are looked at */
    void *user;
    double (*gain)[2];    /**< [n] cost per unit that rounding down and up has brought: kept between searches; zero at first */
    uint32_t (*tried)[2]; /**< [n] */
    uint64_t n_nodes;
} kh_tree_search;

/** @param[out] closed  all is searched: no point (but those judged good) costs cutoff or less. false: stopped, or a limit came
 *  @return KH_OK, KH_ENOMEM, others of judge */
kh_status kh_tree_run(kh_tree_search *search, bool *closed, kh_error *err);

#endif

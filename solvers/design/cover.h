/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_COVER_H
#define KH_SOLVERS_DESIGN_COVER_H

#include "solvers/design/cutset.h"

/** Light integer covers of many cuts: counts up to their limits such that every cut has what it needs. */
typedef struct kh_cover {
    size_t n;            /**< columns */
    const double *upper; /**< [n] */
    size_t n_cuts;
    const double *rate;  /**< [n_cuts][n] the part of the cut's need that one more gives, 0 to 1 */
    double *weight;      /**< [n] >= 0, set by the caller before each question */
    kh_arena *arena;     /**< of the rows, which stay from question to question */
    kh_arena *scratch;   /**< one question */
    kh_cutset_row *rows; /**< rounded inequalities of the cuts that mattered so far */
    size_t n_rows, room;
    kh_cutset_row plain; /**< scratch, [n] */
    double *left, *full; /**< scratch, [n_cuts], [n] */
    uint64_t most_nodes; /**< of one question */
    double until_s;      /**< on kh_clock_s() */
} kh_cover;

typedef enum kh_cover_word { KH_COVER_NONE, KH_COVER_UNSURE, KH_COVER_FOUND } kh_cover_word;

/** Scratch for the fields that the caller has set. @return KH_OK, KH_ENOMEM */
kh_status kh_cover_init(kh_cover *cover, kh_error *err);

/** Keeps cover->plain, an inequality that the caller knows to hold. @return KH_OK, KH_ENOMEM */
kh_status kh_cover_keep(kh_cover *cover, kh_error *err);

/** A cover by greed. @param[out] y  [n]  @return its weight; INFINITY: the limits leave none */
double kh_cover_greedily(const kh_cover *cover, double *y);

/** Is there a cover that weighs at most @p cutoff? By the tree, rounded cuts as they are needed.
 *  @param[out] y  [n] when found; nothing can be taken off it
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_cover_find(kh_cover *cover, double cutoff, double *y, kh_cover_word *word, kh_error *err);

#endif

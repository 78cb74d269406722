/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_QKD_LIM2014_SEARCH_H
#define KH_MODELS_QKD_LIM2014_SEARCH_H

#include "models/qkd/lim2014.h"

/** The best intensities, probabilities and bias of BB84 with two decoys, for a finite block. Whoever searches says what a choice is
 *  worth; the way there is common: over a fibre, over a pass of a satellite. */

/** Third intensity of links: a modulator does not go dark (Lim 2014, section V). */
#define KH_LIM2014_MU_3 2e-4
/** Kept between intensities, since the bounds divide by their difference. */
#define KH_LIM2014_MU_GAP 1e-3
/** Largest intensity. */
#define KH_LIM2014_MU_1_MAX 2.0

/** To be minimised: the score of a choice when the key is bounded in the way of @p piece. Must be pure. */
typedef double (*kh_lim2014_score)(const kh_lim2014_choice *choice, const kh_lim2014_piece *piece, const void *context);

typedef struct kh_lim2014_search {
    kh_lim2014_score score;
    const void *context;
    double mu_3;                   /**< fixed, [0, 0.1] */
    const kh_lim2014_choice *near; /**< best choice of a similar case: the search starts there alone. NULL: from scratch */
    double rough;                  /**< with near: the tolerance of one short descent, relative; 0: a fine search */
} kh_lim2014_search;

/** The best choice found: descents from three of seven starts under each bound of the errors; the best of each bound are followed
 *  to the end, and the best one of all looks beyond the kinks where a bound meets 0. Against 64 starts on 3600 random systems the
 *  worst loss of rate was 2e-6.
 *
 *  Cost: about 400 scores from scratch, 150 from a neighbour, 30 roughly. */
kh_lim2014_choice kh_lim2014_search_best(const kh_lim2014_search *search);

/** The choice whose mu_1, mu_2, p_1, p_2, p_X are @p parameters [5]. */
kh_lim2014_choice kh_lim2014_choice_of(const double *parameters, double mu_3);

/** A usual choice, for cases without key. */
kh_lim2014_choice kh_lim2014_choice_usual(double mu_3);

/** A score for a block without key, above 0: a slope that leads to key, so that no start is lost on a plateau. */
double kh_lim2014_score_without_key(const kh_lim2014_block *block);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_SURVEY_H
#define KH_SOLVERS_SECURE_SURVEY_H

#include "solvers/flow/keyflow.h"
#include "solvers/secure/disjoint.h"

/** How many disjoint paths every demand has, and how long they are. */
typedef struct kh_survey {
    size_t *n_ways;   /**< [n_demands] at most what was asked for */
    double *length;   /**< [n_demands] of these together, the least there is; 0 without a path */
    size_t *at_least; /**< [n_wanted + 1] demands with that many or more */
} kh_survey;

/** @param length    [n_links] >= 0 and finite where there is capacity
 *  @param n_wanted  >= 1
 *  @param arena     where the answer lives
 *  @return KH_OK, KH_ENOMEM
 *  Cost: one tree per source, sources touching every demand; then see kh_disjoint_ways_find() */
kh_status kh_survey_disjoint(const kh_keyflow_problem *problem, const double *length, size_t n_wanted, kh_disjoint_by by,
                             kh_arena *arena, kh_survey *survey, kh_error *err);

#endif

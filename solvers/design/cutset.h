/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_CUTSET_H
#define KH_SOLVERS_DESIGN_CUTSET_H

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "solvers/design/modules.h"
#include "solvers/design/ways.h"
#include "solvers/graph/incidence.h"

/** Inequalities that every installation keeps: what crosses a cut, what prices ask for, rounded to whole modules.
 *
 *  Metric inequality: for any weight >= 0, sum_j weight[link_j] rate_j count_j >= theta sum_k requested_k dist_weight(k); a cut is
 * a weight of 1 on its links. Rounded (mixed-integer rounding): sum_j a_j count_j >= b with a divisor d and f = b/d - floor(b/d)
 * gives sum_j (floor(a_j/d) + min(1, frac(a_j/d)/f)) count_j >= ceil(b/d).
 *  In a state (state.h) only its choices and demands count. */

/** sum value[i] * count[column[i]] >= least. */
typedef struct kh_cutset_row {
    size_t n;
    uint32_t *column; /**< choices, none twice */
    double *value;    /**< > 0 */
    double least;     /**< > 0 */
} kh_cutset_row;

/** What the searches need to know of a problem. */
typedef struct kh_cutset_space {
    const kh_modules_problem *problem;
    size_t *first;        /**< [n_links + 1] into choice: the choices of each link */
    uint32_t *choice;     /**< [n_choices] */
    kh_incidence demands; /**< at each node */
    kh_incidence links;
    bool **use;                /**< [n_states][n_links] links with choices, but for self loops */
    kh_ways *ways;             /**< [n_states] over these */
    bool *asks_all;            /**< [n_states] no demand is left out */
    kh_cutset_row plain, rest; /**< scratch, [n_choices] */
    uint32_t *asked, *target;  /**< scratch, [n_demands] of kh_cutset_look() */
} kh_cutset_space;

/** @return KH_OK, KH_ENOMEM */
kh_status kh_cutset_init(kh_cutset_space *space, const kh_modules_problem *problem, kh_arena *arena, kh_error *err);

/** Room for a row of all choices. @return KH_OK, KH_ENOMEM */
kh_status kh_cutset_row_init(kh_cutset_row *row, size_t n_choices, kh_arena *arena, kh_error *err);

#define KH_CUTSET_BROKEN 1e-6 /**< of the least: short by less is rounding */

/** A point breaks the row by more than rounding. */
bool kh_cutset_breaks(const kh_cutset_row *row, const double *point);

/** What must cross between the side and the rest. @param side  [n_nodes] */
double kh_cutset_demand(const kh_cutset_space *space, size_t state, const bool *side);

/** Looks along space->ways from the first end of demands to their second ends.
 *  @return how many demands begin there: space->asked, their second ends space->target */
size_t kh_cutset_look(const kh_cutset_space *space, size_t state, uint32_t source);

/** The inequality of prices under the trusted rule, not rounded; least = INFINITY: a demand has no path over any link with choices.
 *  @param weight  [n_links] >= 0, finite */
void kh_cutset_of_weight(const kh_cutset_space *space, size_t state, const double *weight, kh_cutset_row *row);

/** The rounding of @p row that @p point breaks most.
 *  @param point         [n_choices] counts, fractions perhaps
 *  @param[out] divisor  0: no rounding is better than the row as it is
 *  @return (least - left side) / least, the same for every multiple of the row; <= 0: kept */
double kh_cutset_round(const kh_cutset_row *row, const double *point, double *divisor);

/** Rounds. @p divisor  > 0, or 0: as it is */
void kh_cutset_divide(kh_cutset_row *row, double divisor);

/** Moves nodes from side to side while the rounded inequality is broken more.
 *  @param[in,out] side  [n_nodes]
 *  @param[out] state    in which it is broken most
 *  @return as kh_cutset_round() */
double kh_cutset_improve(const kh_cutset_space *space, const double *point, bool *side, size_t *state);

/** A connected set of about @p size nodes. */
void kh_cutset_grow(const kh_cutset_space *space, kh_rng *rng, size_t size, bool *side);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_FLOW_STEP_H
#define KH_SOLVERS_FLOW_STEP_H

#include "core/base/clock.h"
#include "solvers/flow/keyed.h"

/** Steps of simplex on a basis of key paths: what the dual and the primal ones share. */

/** What leaves the basis, an extra path or a slack (keys are swapped with an extra first), and what comes in, a path or a slack. */
typedef struct kh_step {
    uint32_t out_column; /**< 0: a slack */
    uint32_t out_link;
    uint32_t in_path; /**< KH_NO_INDEX: a slack */
    uint32_t in_row;
} kh_step;

typedef struct kh_step_candidate {
    double ratio, size;
} kh_step_candidate;

#define KH_STEP_LEAST_PIVOT 1e-9
#define KH_STEP_TIE         1e-11

/** Smaller ratios first; among equal ones the larger pivot. */
static inline bool kh_step_is_better(const kh_step_candidate *a, const kh_step_candidate *best)
{
    return a->ratio < best->ratio - KH_STEP_TIE || (a->ratio < best->ratio + KH_STEP_TIE && a->size > best->size);
}

/** sum of weight over the links of a path, times its unit. */
static inline double kh_step_cost(const kh_keyed *b, const kh_pool_path *p, const double *weight)
{
    const uint32_t *link = &b->pool->links[p->first];
    double sum = 0;
    for (uint32_t i = 0; i < p->n_links; i++)
        sum += weight[link[i]];
    return sum * kh_keyed_unit(b, p);
}

/** The same of a demand's key, worked out once a turn (b->turn): only demands with an open path are asked for. */
static inline double kh_step_key_cost(kh_keyed *b, uint32_t demand, const double *weight)
{
    if (b->looked_up[demand] != b->turn) {
        b->looked_up[demand] = b->turn;
        b->at_key[demand] = kh_step_cost(b, &b->pool->paths[b->key[demand]], weight);
    }
    return b->at_key[demand];
}

/** True when the time is over; looks at the clock now and then only. */
static inline bool kh_step_is_late(const kh_keyed *b, size_t left)
{
    return left % 64 == 0 && kh_clock_s() > b->deadline_s;
}

/** Sets b->open: a path that is neither basic nor barred, of a demand that is asked for, may come in. */
void kh_step_find_open(kh_keyed *b);
/** Entries of a link's row: of t, and of the extras. */
void kh_step_fill_row(const kh_keyed *b, uint32_t link, double *row);
/** @return false: the matrix would be singular; nothing has changed */
bool kh_step_take(kh_keyed *b, const kh_step *s);
/** A path becomes the key of its demand, which has no extra. @return as kh_step_take() */
bool kh_step_replace_key(kh_keyed *b, uint32_t path);
/** Column 0, of a t that stands still, gives way to that of the t which grows from now on.
 *  @param s    what this t pushes out: an extra path or a slack
 *  @param row  of a tight link with a price under the old t: its slack comes in
 *  @return as kh_step_take(), but with the old t lost */
bool kh_step_renew_t(kh_keyed *b, const kh_step *s, uint32_t row);
/** Column of the demand's extra with the largest share that is not barred; 0: none. */
uint32_t kh_step_extra_of(const kh_keyed *b, uint32_t demand);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DESIGN_WEIGHTS_H
#define KH_SOLVERS_DESIGN_WEIGHTS_H

#include "solvers/design/cutset.h"

/** Inequalities under one vector of counts that moves module by module. A weight each says how hard a row has been to keep. Rows
 *  not broken for long sleep: they are looked at only when the awake ones are all kept. */
typedef struct kh_weights {
    kh_arena *arena;
    size_t n, width;              /**< columns; the same in whole blocks */
    size_t n_rows, n_awake, room; /**< the awake ones come first */
    float *value;                 /**< [room][width] row by row: sum value * count >= 1 */
    double *slack;                /**< [room] left side - 1 of the awake ones */
    float *weight, *largest;      /**< [room]; of value */
    uint64_t *broken_at;          /**< [room] turn when it was last broken */
    uint64_t turn;
    double *count;    /**< [n] */
    float *score;     /**< [width] of the last kh_weights_help() or kh_weights_harm() */
    uint32_t *broken; /**< [n_broken] rows, as last looked at */
    size_t n_broken;
} kh_weights;

/** No rows, counts of 0. @return KH_OK, KH_ENOMEM */
kh_status kh_weights_init(kh_weights *weights, size_t n, kh_arena *arena, kh_error *err);

/** Takes a copy, with every value cut down to what the row asks for. Rows that sleep are forgotten when they take too much memory.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_weights_add(kh_weights *weights, const kh_cutset_row *row, kh_error *err);

/** @param by  modules of a column more (or less) */
void kh_weights_move(kh_weights *weights, size_t column, double by);

/** Next turn: lists the rows that are broken, wakes sleeping ones when none of the others is.
 *  @return n_broken */
size_t kh_weights_look(kh_weights *weights);

/** score = what one module more of each column would mend of the rows listed, by weight. */
void kh_weights_help(kh_weights *weights);
/** score = what one module less of each column would break, by weight. */
void kh_weights_harm(kh_weights *weights);

/** Rows that are broken now weigh more. */
void kh_weights_press(kh_weights *weights);

#endif

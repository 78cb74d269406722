/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_CLEARING_H
#define KH_SOLVERS_DOMAINS_CLEARING_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>

/** The common side of the market: prices of the rows, by the primal-dual interior point method for
 *
 *      minimise top   subject to   load_r(shares) + room_r = top, room_r >= 0, and shares of each demand that sum to 1.
 *
 *  Every domain keeps a copy and moves it by the same numbers, so all copies are equal to the last bit. What the demands do is seen
 *  only as the sums of kh_market_curve() over all domains. */
typedef struct kh_clearing {
    size_t n_rows, row_room;
    double centre, way_centre; /**< price * room of rows and share * slack of ways at the point aimed at */
    double top, top_step;
    double *price, *room, *price_step, *room_step, *load; /**< [n_rows] */
    double *curve, *push;                                 /**< sums over all domains */
    double *factor;
} kh_clearing;

/** Makes room for rows; those that were there keep their prices, new ones have none yet.
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_clearing_extend(kh_clearing *clearing, size_t n_rows, kh_arena *arena, kh_error *err);

/** Begins at the loads: the top for which prices centre / room sum to 1.
 *  @param gap     share of the top that all products together may be
 *  @param n_ways  sum of kh_market_ways() */
void kh_clearing_begin(kh_clearing *clearing, double gap, size_t n_ways);

/** Solves for the step of prices, rooms and top from curve, push and load. @param[out] most  longest steps, as the market's
 *  @return KH_OK; KH_EINTERNAL: no number came out */
kh_status kh_clearing_plan_step(kh_clearing *clearing, double most[2], kh_error *err);
void kh_clearing_step(kh_clearing *clearing, const double length[2]);

/** The busiest row: no flow of these shares stretches less. */
double kh_clearing_busiest(const kh_clearing *clearing);

#endif

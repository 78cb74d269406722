/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_EVEN_H
#define KH_SOLVERS_STORES_EVEN_H

#include <stddef.h>

/** The levels that a store may have at the start of a period. Levels no cycle can need are outside: a store of a year in a cycle
 *  of a day would only spoil the numbers. */
typedef struct kh_even_window {
    double low, high;             /**< bit */
    double first_low, first_high; /**< at the start of the first period */
} kh_even_window;

/** One link over the periods of a cycle, bits per period. */
typedef struct kh_even_link {
    size_t n_periods;
    const double *generated, *load; /**< [n_periods] */
    kh_even_window window;
} kh_even_link;

/** Moves key between periods until load / available is as even as the store allows.
 *  @param[in,out] stored   [n_periods] at the start of each period, inside the window
 *  @param[out] available   [n_periods] generated + stored at the start - stored at the end; > 0 where generated is, and with a
 *                          store wherever something is generated in the cycle
 *  Method : pairs of periods in turn, back and forth: a period's share of what two of them have follows its load */
void kh_even_out(const kh_even_link *link, double *stored, double *available);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_VEIL_H
#define KH_SOLVERS_DOMAINS_VEIL_H

#include "solvers/domains/part.h"

/** Sums over all domains, of which nobody sees the terms.
 *
 *  Each two domains share a secret. What a domain writes is its numbers in fixed point, modulo a power of two, plus words of the
 * key stream of each secret that it shares with a higher domain, minus those with a lower one. Over all domains they cancel
 * exactly; all letters but one look random to whoever lacks one secret that its writer has. Two domains alone hide nothing from
 * each other: a sum less one's own part is the other's. */
typedef struct kh_veil {
    const kh_part *part;
    uint64_t n_hidden; /**< calls of kh_veil_hide(), the same in all domains */
} kh_veil;

/** Words of 64 bits a number. Wide: steps of 2^-128 up to 2^126; narrow: of 2^-64 up to 2^62. What is more is cut to that. */
typedef enum kh_veil_width { KH_VEIL_NARROW = 2, KH_VEIL_WIDE = 4 } kh_veil_width;

/** @param[out] letter  [n * width] bit patterns of words, not numbers */
void kh_veil_hide(kh_veil *veil, const double *number, size_t n, kh_veil_width width, double *letter);

/** @param letter    [n_domains] what kh_veil_hide() of each made, all with the same n_hidden
 *  @param[out] sum  [n] to the steps of the width */
void kh_veil_sum(const double *const *letter, uint32_t n_domains, size_t n, kh_veil_width width, double *sum);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SECURE_PLAIN_H
#define KH_SOLVERS_SECURE_PLAIN_H

#include "solvers/flow/keyflow.h"

/** The same demands without secrecy, to a few per cent: what the relays may read needs no more of the links than what they may not,
 *  so this bound holds for secret rates too, and is there before the first program is solved. */
typedef struct kh_plain {
    double value, bound; /**< of lambda without secrecy, at most level_cap; no demand: 0 and INFINITY */
    double *prices;      /**< [n_links] that prove the bound */
} kh_plain;

/** @param flow        the others of its wishes do not count
 *  @param joined      [n_demands] which demands there are
 *  @param deadline_s  on kh_clock_s(), INFINITY: none; a bound, a wide one, comes in any case
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_plain_find(const kh_keyflow_problem *flow, const bool *joined, double deadline_s, kh_arena *arena, kh_plain *plain,
                        kh_error *err);

#endif

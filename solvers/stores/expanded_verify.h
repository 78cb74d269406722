/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_STORES_EXPANDED_VERIFY_H
#define KH_SOLVERS_STORES_EXPANDED_VERIFY_H

#include "solvers/stores/expanded.h"

/** Checks an answer from problem and answer alone, with code of its own: routes join their demand's ends, relay at nodes that
 * relay, visit none twice; every store of links and pairs balances period by period, stays within its size, starts as it must and
 * ends with no less; every joined demand gets value * asked in every period; prices are >= 0, no pair price is above its shortest
 * path, and they prove the bound; the values of storage follow from them. Tolerance: 1e-9 of what a store and a period can hold.
 *  @return KH_OK; KH_UNMET: the first thing that is wrong, in words; KH_ENOMEM */
kh_status kh_expanded_verify(const kh_expanded_problem *problem, const kh_expanded *answer, kh_error *err);

#endif

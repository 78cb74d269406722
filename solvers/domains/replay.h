/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_REPLAY_H
#define KH_SOLVERS_DOMAINS_REPLAY_H

#include "solvers/domains/member.h"

/** A letter as an auditor kept it: those between domains, and what each wrote to itself (its own ends' tables, its own requests).
 */
typedef struct kh_replay_letter {
    uint32_t to;
    kh_letter letter;
} kh_replay_letter;

/** Makes value and bound again from what was written, with nothing of what made them, and compares.
 *
 *  bound = sum(p) / sum(d dist_p) over the tables as published and the prices at which it was found; value = 1 / the busiest of
 *  crossings, contracts, promises and the domains' words, the best round's. Copies of a table or of a load must agree.
 *  @param parts    borders, ends and demands are read, the insides are not
 *  @param price    [n_rows] kh_member_prices()
 *  @return KH_OK; KH_EDATA: what was written says something else; KH_ENOMEM */
kh_status kh_replay_check(const kh_replay_letter *letters, size_t n, const kh_part *parts, uint32_t n_domains, const double *price,
                          size_t n_rows, kh_member_report claimed, kh_arena *arena, kh_error *err);

#endif

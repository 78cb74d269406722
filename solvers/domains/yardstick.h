/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_YARDSTICK_H
#define KH_SOLVERS_DOMAINS_YARDSTICK_H

#include "solvers/domains/federation.h"

/** For those who see everything: what the exchange is measured against, and whether its parts fit together. */

/** What peering by a fixed rule gives: every demand over the borders on its shortest path, each domain's own routing at its best.
 *  @param weight      [n_links] >= 0: length, or 1 / rate
 *  @param[out] value  lambda of all demands that a path joins; 0 without any; by the problem's time limit what is reached then */
kh_status kh_yardstick_fixed(const kh_keyflow_problem *problem, const uint32_t *domain_of, uint32_t n_domains, const double *weight,
                             kh_arena *arena, double *value, kh_error *err);

/** Each domain's links and all crossings carry no more than they can. Parts must come from kh_part_cut().
 *  @param[out] busiest  load / rate, at most 1 + 1e-9 when the plan is right */
kh_status kh_yardstick_busiest(const kh_federation *federation, double *busiest, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_INSIDE_H
#define KH_SOLVERS_DOMAINS_INSIDE_H

#include "solvers/domains/part.h"
#include "solvers/domains/trace.h"

/** The private side of a domain: what its own links make of the rates that it is asked to carry. Nodes are those of the part. */
typedef struct kh_inside kh_inside;

/** @return NULL when memory is out: see err */
kh_status kh_inside_create(const kh_part *part, kh_arena *arena, kh_inside **inside, kh_error *err);
/** Gives back what is not in the arena. NULL is fine. */
void kh_inside_destroy(kh_inside *inside);

/** Routes rates between its own nodes so that its busiest link is as little busy as can be, and prices its links by what holds it
 *  back.
 *  @param pairs         rate in requested_bps, > 0; ends that differ. Those that are not joined inside stay away
 *  @param gap           of the stretch, certified; below 1e-3 the optimum
 *  @param[out] stretch  load / rate of the busiest link; 0 without pairs, which leaves the prices alone
 *  @return KH_OK, KH_ENOMEM, KH_EINTERNAL */
kh_status kh_inside_route(kh_inside *inside, const kh_keyflow_demand *pairs, size_t n, double gap, double *stretch, kh_error *err);

/** The routing just made is the one to stay. */
void kh_inside_keep(kh_inside *inside);

/** Load of each link by the routing that stays. @param[out] load_bps  [n_links] of the part */
void kh_inside_loads(const kh_inside *inside, double *load_bps);

/** The routes that stay, at the rates that were asked. Parallel links are told by their ends alone: each takes its share by rate.
 */
const kh_trace *kh_inside_trace(const kh_inside *inside);

/** Distances from a node under the present prices, which are such that sum(rate * price) = 1; first 1 / rate each.
 *  @param[out] distance  [n_nodes] INFINITY: not joined inside */
void kh_inside_distances(kh_inside *inside, uint32_t node, double *distance);

/** What it can promise to carry, all at once and whatever the mix: rows over the pairs with sum(row * rate) <= 1 for every row.
 *  Each pair is routed in fixed shares; a row is a link, or the largest of several links where there are more than @p most.
 *  @param pairs      requested_bps: how much of each is thought likely
 *  @param[out] rows  [n_rows][n], INFINITY: the pair is not joined inside; lives in @p arena
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_inside_promise(kh_inside *inside, const kh_keyflow_demand *pairs, size_t n, size_t most, kh_arena *arena,
                            double **rows, size_t *n_rows, kh_error *err);

#endif

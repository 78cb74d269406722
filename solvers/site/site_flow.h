/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_SITE_SITE_FLOW_H
#define KH_SOLVERS_SITE_SITE_FLOW_H

#include "core/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Flows that sites limit, not the spans between them: largest flows with their smallest cuts of sites, and the cheapest one or two
 *  routes without a common site. Each site is split into where flow enters and where it leaves. */
typedef struct kh_site_flow kh_site_flow;

/** @param span  [n_spans] ends < n_sites
 *  @return NULL when memory is out */
kh_site_flow *kh_site_flow_create(size_t n_sites, const uint32_t (*span)[2], size_t n_spans, kh_arena *arena);

/** Largest flow between two sites, or @p wanted when it is at least that. The two themselves have no limit; a span from one to the
 *  other carries 1.
 *  @param capacity  [n_sites] >= 0; NULL: sites have no limit
 *  @param arc       [2 n_spans] >= 0 limits of the spans, each from its ends[0] to ends[1] and then back; NULL: as above
 *  @param ends      different */
double kh_site_flow_most(kh_site_flow *flow, const double *capacity, const double *arc, const uint32_t ends[2], double wanted);

/** Whether the ends of the flow are joined by a span. */
bool kh_site_flow_is_direct(const kh_site_flow *flow);

/** After a largest flow below what was wanted: a smallest cut, besides a span between the ends.
 *  @param last        true: the one nearest to ends[1]; false: nearest to ends[0]
 *  @param[out] sites  room for n_sites
 *  @return number of sites */
size_t kh_site_flow_cut(kh_site_flow *flow, bool last, uint32_t *sites);

/** The same where spans have limits: the sites on the side of ends[1]. */
size_t kh_site_flow_side(kh_site_flow *flow, bool last, uint32_t *sites);

/** The @p n_routes (1 or 2) routes of the least total cost, no site on two of them save the ends.
 *  @param cost  [n_sites] >= 0 of passing a site; INFINITY: not to be passed. That of the ends does not count
 *  @return INFINITY when there are none */
double kh_site_flow_cheapest(kh_site_flow *flow, const double *cost, const uint32_t ends[2], unsigned n_routes);

/** The sites on a route that was found last, both ends included. To be called once for each route.
 *  @param[out] sites  room for n_sites
 *  @return number of sites */
size_t kh_site_flow_route(kh_site_flow *flow, uint32_t *sites);

#endif

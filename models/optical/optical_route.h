/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_MODELS_OPTICAL_OPTICAL_ROUTE_H
#define KH_MODELS_OPTICAL_OPTICAL_ROUTE_H

#include "models/optical/optical.h"
#include "models/optical/optical_layout.h"

/** Light over several line systems that meet at ROADMs: added at the first, passed on in the light, dropped at the last.
 *  One line system is a route of length one.
 *
 *  - At a node where two lines meet, the ROADM is that of the line which the light goes on along, in its direction.
 *  - A line passed backward has its spans in the other order. Amplifiers installed for that direction stand; others are placed
 *    anew, since what makes up for a span stands at its far end.
 *  - Every line lifts the light to its own launch power behind its ROADMs.
 *  - One comb goes the whole way: all its channels are lit on every line, whatever the plans of the later lines. */

/** Hops in order; each starts at the node where the one before ends. */
typedef struct kh_optical_route {
    const kh_optical_hop *hops; /**< [n_hops] */
    size_t n_hops;              /**< 1 to KH_OPTICAL_HOPS_MAX */
} kh_optical_route;

enum { KH_OPTICAL_HOPS_MAX = 64 };

/** The elements that the light passes, in order.
 *  @param arena  where elements and texts live
 *  @return KH_OK also with an obstacle (no amplifier can do a span, and the like); KH_EDATA when lines or fibres do not meet, or
 *          a line between others has bare ends; KH_ERANGE for the number of hops; KH_ENOMEM */
kh_status kh_optical_route_build(const kh_net *net, const kh_optical_route *route, kh_arena *arena, kh_optical_layout *layout,
                                 kh_error *err);

/** All channels of a line: those of its combs, or of its own fields, in ascending order of frequency.
 *  @param baud_gbd  of channels whose symbol rate the network does not say; as much of it as their spacing takes
 *  @param arena     where the comb lives
 *  @return as kh_optical_comb_check(); KH_ENOMEM */
kh_status kh_optical_route_comb(const kh_net *net, kh_line_id line, double baud_gbd, kh_arena *arena, kh_optical_comb *comb,
                                kh_error *err);

/** Builds the route and sends a comb along it, transmitters noiseless (kh_optical_mode_judge() adds them).
 *  For many combs over one route, build it once and call kh_optical_run() with a cache.
 *  @param comb   launch powers as at the first line, see kh_optical_route_comb()
 *  @param arena  where the channels of @p path live
 *  @return KH_OK; KH_INFEASIBLE with what stands in the way; as kh_optical_route_build() and kh_optical_run() */
kh_status kh_optical_route_run(const kh_net *net, const kh_optical_route *route, const kh_optical_comb *comb, kh_arena *arena,
                               kh_optical_path *path, kh_error *err);

/** What the route can do: as kh_optical_line(), with the channels and modes of its first line and the largest margin of its lines.
 *  @param arena  where texts and combs of *out live */
kh_status kh_optical_route_rate(const kh_net *net, const kh_optical_route *route, kh_arena *arena, kh_line_rate *out,
                                kh_error *err);

#endif

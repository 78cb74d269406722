/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_VERIFY_CHECK_H
#define KH_SOLVERS_VERIFY_CHECK_H

#include "core/base/arena.h"
#include "core/base/findings.h"
#include "core/base/status.h"
#include "core/net/net.h"
#include "core/net/plan.h"
#include "core/net/rates.h"
#include "core/net/relaxation.h"

#include <math.h>

/** What the parts of kh_verify() share. Nothing in this room is shared with the optimiser on purpose: an error there must not hide
 *  itself. Each claim of a plan has one file: check_routes.c, check_secrecy.c with check_worth.c,
 *  check_bound.c, check_cuts.c, check_cost.c. */
typedef struct kh_check {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan; /**< NULL: something else is checked */
    kh_findings *findings;
    bool *holds, *relays; /**< [n_nodes] can have a key at all; may pass one on */
    double *capacity_bps; /**< [n_links] 0 where no key can flow */
    double *used_bps;     /**< [n_links] by the routes; check_routes.c adds it up */
    double *length;       /**< [n_demands] distance of the ends under the plan's prices, INFINITY without a path */
    double *worth;        /**< [n_demands] least price of a bit of key, secret when that is wished: kh_check_secrecy() */
    double *distance;     /**< [n_nodes] from where kh_check_measure() started */
    double *weight;       /**< [n_links] of kh_check_measure(), >= 0 */
    bool *mark, *serves;  /**< [n_nodes] for whoever is at work */
    bool *counted;        /**< [n_links] likewise */
    const kh_cut **seen;  /**< [n_seen] capacity cuts checked so far, at most n_demands: demands may share their arrays */
    size_t n_seen;
    double until_s; /**< on kh_clock_s(): kh_check_worth() ends then */
} kh_check;

#define KH_CHECK_SAME 1e-9 /**< relative difference of two ways to the same number */

#define KH_WRONG(c, place, ...) kh_findings_add((c)->findings, KH_ERROR, (place), NULL, __VA_ARGS__)
#define KH_WRONG_PLAN(c, ...)   KH_WRONG(c, (kh_place){0}, __VA_ARGS__)
#define KH_WRONG_DEMAND(c, k, format, ...)                                                                                         \
    KH_WRONG(c, (c)->net->demands[k].place, "demand '%s': " format, (c)->net->demands[k].id, __VA_ARGS__)
#define KH_WRONG_LINK(c, e, format, ...)                                                                                           \
    KH_WRONG(c, (c)->net->qkd_links[e].place, "link '%s': " format, (c)->net->qkd_links[e].id, __VA_ARGS__)

/** Makes the arrays in @p arena, looks up who relays and what carries key.
 *  The sizes of net, rates and plan must agree. @return KH_OK, KH_ENOMEM */
kh_status kh_check_init(kh_check *check, kh_arena *arena, kh_error *err);

/** Fills in distance from one node over the links with key; only the source and relays pass anything on. */
void kh_check_measure(kh_check *check, uint32_t source);

/** Fills in length: all demands under prices, of which those below 0 count as 0. */
void kh_check_lengths(kh_check *check, const double *prices);

/** True when it asks for a key that QKD makes. */
bool kh_check_asks(const kh_check *check, size_t demand);
/** True when it asks for some and a path exists. */
bool kh_check_joined(const kh_check *check, size_t demand);

/** True when it is joined and not left out because no routes keep its key secret: then it counts for the value. */
bool kh_check_counts(const kh_check *check, size_t demand);

/** Routes join the ends over trusted nodes; rates add up; capacities hold; what the plan repeats of the network is right. */
void kh_check_routes(kh_check *check);
/** One route: joins its demand's ends over links with key, relays only at trusted nodes, no node twice. Adds to used_bps. */
void kh_check_route(const kh_check *check, size_t demand, const kh_route *route);
/** Secret rates follow from routes and from who may collude; what is said to be exposed is. After kh_check_routes().
 *  @return KH_OK, KH_TIMELIMIT, KH_ENOMEM */
kh_status kh_check_secrecy(kh_check *check, kh_arena *arena, kh_error *err);
/** Part of it: fills in worth from the plan's prices and shares of colluders. @return KH_OK, KH_TIMELIMIT, KH_ENOMEM */
kh_status kh_check_worth(kh_check *check, kh_arena *arena, kh_error *err);
/** Value, bound, gap and shadow prices follow from routes and prices. After kh_check_secrecy(). */
void kh_check_bound(const kh_check *check);
/** Reasons of shortfalls, their cuts, and the counts of demands. */
void kh_check_cuts(kh_check *check);
/** The cost follows from the network and the routes. @return KH_OK, KH_ENOMEM */
kh_status kh_check_cost(const kh_check *check, kh_arena *arena, kh_error *err);

/** The ways out of a shortage; no plan is needed. @return KH_OK, KH_ENOMEM */
kh_status kh_check_relaxation(kh_check *check, const kh_relaxation *relaxation, kh_arena *arena, kh_error *err);

/** False also for numbers that are not finite: they are never an answer. */
static inline bool kh_check_same(double a, double b)
{
    return isfinite(a) && isfinite(b) && fabs(a - b) <= KH_CHECK_SAME * fmax(fabs(a), fabs(b));
}

static inline uint32_t kh_check_end(const kh_check *check, uint32_t link, int which)
{
    return check->net->qkd_links[link].ends[which].i;
}

#endif

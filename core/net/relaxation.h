/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_RELAXATION_H
#define KH_CORE_NET_RELAXATION_H

#include "core/net/ids.h"
#include "core/net/plan.h"

/** What would have to give way when demands cannot all be served at once: four ways out, each the least of its kind, with a proof
 *  and with the routes that then serve. Plain data; lives in the arena it was made in. */

typedef struct kh_relaxed_route {
    kh_demand_id demand;
    kh_route route;
} kh_relaxed_route;

/** One way out. */
typedef struct kh_relaxed {
    bool found;               /**< false: there is none, or its prices are not known, or the time was out; the rest is empty then */
    double value;             /**< share: the largest; the others: the least, in bit/s or EUR */
    double bound;             /**< share: at least value; the others: at most value */
    double *prices;           /**< [n_links] that prove the bound; NULL: the bound is the word of branch and bound */
    double *change;           /**< [n_links] bit/s or modules added, or [n_demands] bit/s given up; NULL: share */
    kh_relaxed_route *routes; /**< [n_routes] */
    size_t n_routes;
} kh_relaxed;

typedef struct kh_relaxation {
    bool *must; /**< [n_demands] has to be served: the required demands that ask for key, or all when none is required */
    size_t n_demands;
    size_t n_must;     /**< of them */
    size_t n_lost;     /**< of n_must: without a path over links with key; share and fewer leave these out */
    size_t n_hopeless; /**< of n_lost: without one even where modules may be added; all ways leave these out */
    bool *may_add;     /**< [n_links] one more pair of modules there would give key */
    size_t n_links;
    kh_relaxed share;   /**< the same share of all requests: value < 1, or >= 1 when nothing has to give way */
    kh_relaxed fewer;   /**< least sum of bit/s that requests give up, each as much as it may */
    kh_relaxed extra;   /**< least sum of bit/s added to links with may_add */
    kh_relaxed modules; /**< least cost of modules added there, whole pairs of the devices that stand there, at their price */
} kh_relaxation;

#endif

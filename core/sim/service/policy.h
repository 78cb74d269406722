/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_POLICY_H
#define KH_CORE_SIM_SERVICE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/** What a run may be told about the choice of routes and about who is served first. All zero: the plan's routes over one path a
 *  key, two classes, nobody turned away. No policy changes an arrival, a fault or any other random number. */

typedef enum kh_routing_policy {
    KH_ROUTING_PLAN,     /**< the plan's routes in their shares */
    KH_ROUTING_SHORTEST, /**< fewest hops over links that are up */
    KH_ROUTING_ADAPTIVE, /**< cheapest by prices that follow the levels of the key stores */
    KH_ROUTING_RESTORE   /**< the plan's; while all of a demand's are down, after a time to switch, the shortest that is up */
} kh_routing_policy;

#define KH_RESTORATION_S 60.0
#define KH_REFRESH_S     10.0

typedef struct kh_routing_options {
    kh_routing_policy policy;
    double restoration_s;    /**< restore: time to notice a failure and to switch, >= 0; NAN: KH_RESTORATION_S */
    double refresh_s;        /**< adaptive: a route is at most so old when it is used; not > 0: KH_REFRESH_S */
    uint32_t disjoint_paths; /**< > 1: a key goes as so many shares over disjoint paths; not with restore */
    uint32_t shares_needed;  /**< of them, to make the key; 0: all */
} kh_routing_options;

enum { KH_MOST_PATHS = 8, KH_MOST_CLASSES = 16 };

typedef enum kh_admission {
    KH_ADMISSION_NONE, /**< every request may wait for its key */
    KH_ADMISSION_LEVEL /**< a request is refused at once when a store on its route is below the level of its class */
} kh_admission;

/** Classes: a demand of priority p is of class c = min(p, n - 1) out of n; class 0 goes first, and a class may draw a store down to
 *  c / (n - 1) of its reserve. */
typedef struct kh_class_options {
    uint32_t n; /**< 1 to KH_MOST_CLASSES; 0: 2, the highest priority and all others */
    kh_admission admission;
    double admission_level; /**< of the lowest class, share of a store's capacity in [0, 1]; of class c: c / (n - 1) of it */
} kh_class_options;

/** "plan", "shortest", "adaptive", "restore". */
const char *kh_routing_policy_name(kh_routing_policy policy);
/** @return false: there is none of that name (*policy untouched) */
bool kh_routing_policy_find(const char *name, kh_routing_policy *policy);

/** "none", "level". */
const char *kh_admission_name(kh_admission admission);
bool kh_admission_find(const char *name, kh_admission *admission);

#endif

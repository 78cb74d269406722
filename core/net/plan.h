/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_NET_PLAN_H
#define KH_CORE_NET_PLAN_H

#include "core/net/ids.h"
#include "core/net/rates.h"

#include <stdbool.h>
#include <stddef.h>

/** Who sends keys where: routes and rates for every demand, with a certificate. Plain data; lives in the arena it was made in. */

typedef enum kh_objective { KH_OBJECTIVE_CONCURRENT, KH_OBJECTIVE_MAX_MIN, KH_OBJECTIVE_TOTAL } kh_objective;
const char *kh_objective_name(kh_objective objective); /**< "concurrent", "max-min", "total" */

/** From whom the keys of a plan are secret, besides those who are not on the way. */
typedef enum kh_secrecy {
    KH_SECRECY_NONE,      /**< every relay sees the keys it passes on: all are trusted */
    KH_SECRECY_DISJOINT,  /**< from any t relays: keys are the sum of t + 1 shares on paths without a common node */
    KH_SECRECY_RAMP,      /**< from any t relays: keys are distilled from what comes over all routes, which may meet */
    KH_SECRECY_COALITIONS /**< from each of some named groups, by distilling likewise */
} kh_secrecy;
const char *kh_secrecy_name(kh_secrecy secrecy); /**< "none", "disjoint", "ramp", "coalitions" */

/** What the groups of KH_SECRECY_COALITIONS have in common. */
typedef enum kh_coalition_kind {
    KH_COALITION_OPERATOR, /**< all nodes in domains of one operator */
    KH_COALITION_COUNTRY,  /**< all nodes in domains of one country */
    KH_COALITION_DOMAIN,   /**< all nodes of one domain */
    KH_COALITION_VENDOR,   /**< all links with a device of one vendor */
    KH_COALITION_LISTED    /**< nodes that somebody named */
} kh_coalition_kind;
const char *kh_coalition_kind_name(kh_coalition_kind kind); /**< "operator", "country", "domain", "vendor", "listed" */

/** Some that may put together what they see: the keys that one of their nodes relays or that pass one of their links. The key of a
 *  demand with an end among the nodes is theirs in any case: it is not asked about. */
typedef struct kh_plan_coalition {
    const char *name;
    kh_node_id *nodes; /**< [n_nodes] ascending */
    size_t n_nodes;
    kh_qkd_link_id *links; /**< [n_links] ascending */
    size_t n_links;
} kh_plan_coalition;

/** How much the adversary that proves the bound of a plan against coalitions looks at one of them (solvers/secure/README.md). */
typedef struct kh_suspicion {
    kh_demand_id demand;
    uint32_t whom; /**< coalition of the plan */
    double share;  /**< in (0, 1]; at most 1 over all of a demand's */
} kh_suspicion;

/** What keeps the keys of a plan from some of those who pass them on. */
typedef struct kh_plan_secrecy {
    kh_secrecy kind;
    uint32_t colluders;            /**< DISJOINT and RAMP: relays that may be compromised at once; COALITIONS: 1 */
    kh_coalition_kind group;       /**< COALITIONS */
    kh_plan_coalition *coalitions; /**< [n_coalitions] COALITIONS */
    size_t n_coalitions;
    kh_suspicion *suspicions; /**< [n_suspicions] COALITIONS: with prices the certificate; demand by demand */
    size_t n_suspicions;
    double plain_value, plain_bound; /**< without secrecy, of the demands that can have it */
} kh_plan_secrecy;

/** Why a demand is not served in full. */
typedef enum kh_shortfall {
    KH_SHORTFALL_NONE,
    KH_SHORTFALL_NOT_NEEDED, /**< security pqc or psk: no QKD key is asked for */
    KH_SHORTFALL_NO_PATH,    /**< no chain of QKD links with key joins the two ends */
    KH_SHORTFALL_UNTRUSTED,  /**< a chain exists, but only through nodes that are not trusted */
    KH_SHORTFALL_CAPACITY,   /**< the cut carries less than is asked across it */
    KH_SHORTFALL_EXPOSED     /**< a path exists, but no routes keep the key from those that the plan keeps it from */
} kh_shortfall;

typedef struct kh_route {
    kh_qkd_link_id *links; /**< [n_links] from between[0] to between[1] */
    size_t n_links;
    double rate_bps; /**< > 0 */
} kh_route;

/** The cut that explains a shortfall: the sites on the demand's first side, the links across, and what is asked across it.
 *  CAPACITY: capacity >= requested is possible when no single cut explains it, or when (concurrent) the bottleneck is elsewhere. */
typedef struct kh_cut {
    kh_node_id *side; /**< [n_side] sites on the side of between[0], indices rising */
    size_t n_side;
    kh_qkd_link_id *links; /**< [n_links] links with key across; empty when there is none */
    size_t n_links;
    kh_node_id *untrusted; /**< [n_untrusted] nodes that would help if they were trusted */
    size_t n_untrusted;
    double capacity_bps, requested_bps; /**< of the links; of all demands whose ends it parts (with a path for CAPACITY, without
                                             one for the others) */
} kh_cut;

typedef struct kh_plan_demand {
    double requested_bps;
    double rate_bps;    /**< of key; under secrecy of secret key, distilled from what the routes carry */
    double carried_bps; /**< sum of the routes; more than rate_bps only under secrecy */
    kh_route *routes;
    size_t n_routes;
    kh_shortfall shortfall;
    kh_cut cut;             /**< empty unless shortfall is NO_PATH, UNTRUSTED or CAPACITY */
    kh_node_id *exposed_at; /**< [n_exposed_at] EXPOSED under DISJOINT and RAMP: every path that is no direct link passes one */
    size_t n_exposed_at;    /**< too few to be out of reach */
    uint32_t exposed_to;    /**< EXPOSED under COALITIONS: the coalition that sees every path */
} kh_plan_demand;

typedef struct kh_plan_link {
    double capacity_bps, used_bps;
    double shadow_price; /**< what one more bit/s here adds to value; 0 when not binding */
} kh_plan_link;

typedef struct kh_plan_cost {
    double modules_eur, trusted_nodes_eur, kms_eur, encryptors_eur, fibre_eur, opex_eur, total_eur; /**< over costs.years */
    size_t n_modules, n_trusted_nodes, n_encryptor_pairs;
    double fibre_km;
} kh_plan_cost;

typedef struct kh_plan {
    kh_objective objective;
    double value; /**< concurrent: the largest lambda such that lambda * requested of every demand with a path is carried
                       at once; max-min: the lowest level. Capped at nothing: > 1 is spare; total: sum of the rates,
                       each times its weight (kh_demand_weight), bit/s */
    double bound; /**< proven upper bound of value, certificate C1: sum(c y) / sum(d dist_y); total: certificate C3;
                       secrecy: sum(c y) / sum(d W_k), see solvers/secure/README.md */
    double floor; /**< total: share of its request that every demand with a path gets at least; else 0 */
    double
        gap; /**< bound / value - 1, >= 0; 0 when nothing is asked or nothing can be carried; INFINITY: value 0 below a bound > 0 */
    size_t most_paths;  /**< routes of one demand, 0: no limit was asked for */
    double quantum_bps; /**< routes carry whole multiples of it; 0: any rate. Then value is the lowest rate / requested */
    double few_bound;   /**< with either of these: no plan that keeps them has a larger value, by the solver's word; <= bound */
    double *prices;     /**< [n_links] y of the certificate, >= 0 */
    kh_plan_demand *demands; /**< [n_demands] by kh_demand_id; rate_bps <= requested_bps */
    size_t n_demands;
    kh_plan_link *links; /**< [n_links] by kh_qkd_link_id */
    size_t n_links;
    size_t n_met;    /**< demands that are met, those that need no QKD key not counted */
    size_t n_asking; /**< demands that need QKD key */
    kh_plan_cost cost;
    kh_plan_secrecy secrecy;
} kh_plan;

/** How far a demand's keys may be from ideal ones. */
typedef struct kh_demand_epsilon {
    double key;  /**< one key, over the worst of the routes, or all of them when it is made of what all carry; NAN: not known for a
                    hop, or no route */
    double year; /**< all keys of a year: sum over the links that the routes use, at most 1; NAN likewise */
} kh_demand_epsilon;

kh_demand_epsilon kh_plan_demand_epsilon(const kh_plan_demand *demand, const kh_rates *rates);

/** Load of the busiest link, as a share of its rate, when all requests of demands with a path are carried in full: 1 / @p value.
 * With the plan's bound for value, what no routing can get below. NAN where value is no share of requests, or nothing is carried.
 */
double kh_plan_max_load(const kh_plan *plan, double value);

/** True when it gets what it asks for, the solver's last digits aside: rate >= requested (1 - 1e-9). */
bool kh_plan_demand_is_met(const kh_plan_demand *demand);
/** True when the two nodes stand on different sides. */
bool kh_cut_parts(const kh_cut *cut, const kh_node_id ends[2]);

#endif

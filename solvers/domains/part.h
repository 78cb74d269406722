/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_PART_H
#define KH_SOLVERS_DOMAINS_PART_H

#include "solvers/flow/keyflow.h"

/** What one domain knows: its own nodes, links and rates, the links across its borders, and the demands that end in it. Everything
 *  it shares with a neighbour has a key, a number below 2^53 that both know: what comes in order of keys comes in the same order on
 *  both sides. */

/** How much a domain shows to the others (README). */
typedef enum kh_part_policy {
    KH_PART_PRICES, /**< distances between its borders under prices of its own, anew in every round */
    KH_PART_RATES,  /**< once: which rates between its borders it can carry side by side */
    KH_PART_NOTHING /**< once: one rate in all that it can carry between whichever borders */
} kh_part_policy;

/** A link to a node of another domain. */
typedef struct kh_part_crossing {
    uint64_t key;
    uint32_t border; /**< own border it starts at, into kh_part.border */
    uint32_t beyond; /**< the other domain */
    double capacity_bps;
} kh_part_crossing;

/** A demand that this domain plans for: it begins here and ends in some domain. */
typedef struct kh_part_demand {
    uint32_t here;  /**< node */
    uint32_t there; /**< domain of the other end, may be this one */
    uint64_t end;   /**< key of the other end; in the own domain its node */
    double requested_bps;
} kh_part_demand;

/** A node that other domains' demands end at. */
typedef struct kh_part_end {
    uint32_t asker; /**< domain that plans for them */
    uint32_t node;
    uint64_t key;
} kh_part_end;

typedef struct kh_part {
    uint32_t self, n_domains;
    kh_graph graph;             /**< its own nodes and the links between them */
    const double *capacity_bps; /**< [n_links] */
    size_t n_borders, n_crossings, n_demands, n_ends;
    const uint32_t *border; /**< [n_borders] nodes at which crossings start, rising */
    const kh_part_crossing *crossings;
    const kh_part_demand *demands; /**< [n_demands] */
    const kh_part_end *ends;       /**< [n_ends] by asker, then key; none twice */
    kh_part_policy policy;
    double transit_bps;          /**< border contract: most key that it carries for others; INFINITY: no limit */
    double transit_eur_per_mbit; /**< and its price */
    const uint32_t (
        *secret)[8];           /**< [n_domains] with each other domain, for veil.h and one exchange; NULL: 0, which hides nothing */
    const uint32_t *node_of;   /**< [n_nodes] in the network it was cut from; these three are NULL without one. Never told */
    const uint32_t *link_of;   /**< [n_links] */
    const uint32_t *demand_of; /**< [n_demands] */
} kh_part;

/** Cuts the part of one domain out of a network; keys are the indices there. A demand belongs to the domain of its first end.
 *  @param domain_of  [n_nodes], each < n_domains
 *  @param[out] part  lives in @p arena; policy prices, no contract
 *  @return KH_OK; KH_ERANGE: a domain that is none; KH_ENOMEM */
kh_status kh_part_cut(const kh_keyflow_problem *problem, const uint32_t *domain_of, const uint32_t of[2], kh_arena *arena,
                      kh_part *part, kh_error *err);

/** Order of ends: by asker, then key. For qsort(). */
int kh_part_end_order(const void *a, const void *b);

/** Splits nodes into @p n_domains bands of equal size along one coordinate, equal ones by index.
 *  @param along           [n_nodes] longitude, say
 *  @param[out] domain_of  [n_nodes]
 *  @return KH_OK, KH_ENOMEM */
kh_status kh_part_bands(const double *along, size_t n_nodes, uint32_t n_domains, uint32_t *domain_of, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_SOLVERS_DOMAINS_ATLAS_H
#define KH_SOLVERS_DOMAINS_ATLAS_H

#include "solvers/domains/letter.h"
#include "solvers/domains/part.h"
#include "solvers/domains/veil.h"

/** What all domains know of each other: borders, crossings, policies and contracts, as the hello letters say. */
typedef struct kh_atlas {
    uint32_t n_domains;
    size_t *first; /**< [n_domains + 1] borders of domain i are first[i] to first[i + 1] - 1 */
    bool *relays;  /**< [n_borders] */
    size_t n_crossings;
    uint32_t (*ends)[2];    /**< [n_crossings] borders, that of the domain with the lower number first */
    double *capacity_bps;   /**< [n_crossings] */
    uint64_t *key;          /**< [n_crossings] */
    kh_part_policy *policy; /**< [n_domains] */
    double *transit_bps, *transit_eur_per_mbit;
} kh_atlas;

enum { KH_ATLAS_SEAL = KH_VEIL_WIDE }; /**< words in front of a hello letter, of one veiled number; not read here */

/** Numbers of a hello letter, its seal yet to be written. @return NULL when memory is out */
double *kh_atlas_hello(const kh_part *part, kh_arena *arena, size_t *n);

/** Reads the hello letters of all domains. Of a crossing's two rates the smaller one counts.
 *  @return KH_OK; KH_EDATA: a letter that is none, or a crossing that only one side knows; KH_ENOMEM */
kh_status kh_atlas_read(const kh_letter *hellos, uint32_t n_domains, kh_arena *arena, kh_atlas *atlas, kh_error *err);

/** Number of pairs of borders of a domain: {0,1}, {0,2}, {1,2}, {0,3}... */
static inline size_t kh_atlas_pairs(size_t n_borders)
{
    return n_borders * (n_borders - (n_borders > 0)) / 2;
}
static inline size_t kh_atlas_pair(size_t low, size_t high)
{
    return high * (high - 1) / 2 + low;
}
static inline size_t kh_atlas_borders(const kh_atlas *atlas, uint32_t domain)
{
    return atlas->first[domain + 1] - atlas->first[domain];
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_BASE_RNG_H
#define KH_CORE_BASE_RNG_H

#include <stdint.h>

/** Counter-based random numbers (Philox 4x32-10: Salmon, Moraes, Dror, Shaw, SC'11, doi 10.1145/2063384.2063405).
 *
 *  A stream is a key made of (seed, entity name, purpose) and a counter, so each entity has numbers of its own:
 *  adding a link leaves the others' randomness as it was, and no stream depends on which process draws first.
 */
typedef struct kh_rng {
    uint32_t key[2];
    uint64_t block; /**< next block to generate */
    uint32_t words[4];
    uint32_t next_word; /**< 0..4; 4 = words are used up */
    uint32_t stream[2];
    uint32_t flip; /**< all ones in an antithetic stream, else 0 */
} kh_rng;

#define KH_RNG_MIRRORED (UINT64_C(1) << 63) /**< in a seed: its streams are the mirror images of those without */

/** The stream of one entity for one purpose.
 *  @param entity   id as in the topology, such as "BRI-FRX" ("" for the whole run)
 *  @param purpose  what is drawn, such as "cut" or "requests" */
kh_rng kh_rng_stream(uint64_t seed, const char *entity, const char *purpose);

/** The mirror image of a stream, from where it is: exactly 1 - u for each kh_rng_uniform() u, the opposite of each normal value,
 *  short for long in exponential ones. Twice gives the first again. */
kh_rng kh_rng_antithetic(kh_rng rng);

/** The stream goes on with other numbers, the same ones for the same @p salt: paths that were one until here part. Again with the
 *  same salt: other numbers again. */
void kh_rng_reseed(kh_rng *rng, uint64_t salt);

uint64_t kh_rng_u64(kh_rng *rng);
/** Uniform in the open interval (0, 1): never 0, never 1. */
double kh_rng_uniform(kh_rng *rng);
/** Uniform integer in [0, n); 0 for n = 0. */
uint64_t kh_rng_below(kh_rng *rng, uint64_t n);
/** Exponential with the given mean, > 0. */
double kh_rng_exponential(kh_rng *rng, double mean);
/** Standard normal. */
double kh_rng_normal(kh_rng *rng);

/** Philox 4x32-10 itself, for known-answer tests. @param counter,out 4 words; @param key 2 words */
void kh_rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_PRICE_H
#define KH_CORE_SIM_SERVICE_PRICE_H

#include "core/sim/supply/keystore.h"

/** What a hop through a link costs, from the level of its key store:
 *
 *      price = mu^u,   u = 1 - (level + refill - kept) / (capacity - kept), cut to [0, 1],   mu = 2 n
 *
 *  for a network of n nodes; refill is the key expected in the time for which the price is used, kept the part of the reserve that
 * is out of the class's reach. A full store counts as one hop; an empty one as 2 n, more than any path through full ones.
 *
 *  Source: exponential prices of used capacity, Awerbuch, Azar, Plotkin, "Throughput-competitive on-line routing", FOCS 1993,
 *  doi 10.1109/SFCS.1993.366884 (there mu^u - 1 per link with mu = 2 n T F + 2, which is O(log mu)-competitive; the 1 stays here so
 *  that full stores are not free). That theorem is about capacity held for a time, not about stores that refill.
 */
enum { KH_PRICE_STEPS = 256, KH_PRICE_OF_FULL = 256 };

typedef struct kh_price_table {
    uint32_t of_use[KH_PRICE_STEPS + 1]; /**< u in steps; 1/256 hop */
} kh_price_table;

/** @param n_nodes at most 1e6 */
kh_price_table kh_price_table_of(size_t n_nodes);

/** @param refill_bits >= 0; @param kept_bits >= 0 */
uint32_t kh_price_of(const kh_price_table *table, const kh_keystore *store, double refill_bits, int64_t kept_bits);

#endif

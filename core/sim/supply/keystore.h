/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SUPPLY_KEYSTORE_H
#define KH_CORE_SIM_SUPPLY_KEYSTORE_H

#include "core/net/net.h"

#include <stdbool.h>
#include <stdint.h>

/** The buffer of key of one QKD link, in whole bits: its ledger balances exactly after every operation,
 *      initial + generated = delivered + relayed + lost + expired + in transit + level,   0 <= level <= capacity.
 *  There is one ledger for both ends: they add, use and drop the same key in the same order, the oldest first, at the same
 *  instants. */
typedef struct kh_keystore {
    int64_t level;
    int64_t reserve; /**< out of reach for all but the highest priority */
    int64_t lowest;  /**< lowest level since the start or the last kh_keystore_restart() */
    int64_t delivered, relayed, lost;
    bool wants_key; /**< hysteresis between refill_below and capacity, for what is stored and in transit */
    /* up to here: what every hop of a relay looks at, in one line of the cache */
    kh_when_full when_full;
    int64_t refill_below; /**< key is wanted once the level falls below, until full; equal to INT64_MAX: always wanted */
    int64_t transit;      /**< generated, not yet at both ends */
    int64_t capacity;
    int64_t initial, generated, expired;
} kh_keystore;

/** A store with its initial fill. @param policy of a loaded link: only refill_below may be NAN; values above the
 *  capacity are cut to it */
kh_keystore kh_keystore_of(const kh_store_policy *policy);

/** True when @p bits can be taken; @p first: for a request of the highest priority, which may use the reserve. */
static inline bool kh_keystore_has(const kh_keystore *store, int64_t bits, bool first)
{
    return store->level - (first ? 0 : store->reserve) >= bits;
}

/** Takes bits that are there (kh_keystore_has); counted as delivered on a request's first hop, as relayed on the others. */
static inline void kh_keystore_take(kh_keystore *store, int64_t bits, bool first_hop)
{
    store->level -= bits;
    *(first_hop ? &store->delivered : &store->relayed) += bits;
    if (store->level < store->lowest)
        store->lowest = store->level;
    if (!store->wants_key && store->level + store->transit < store->refill_below)
        store->wants_key = true;
}

/** Books bits that were taken as lost: their request was blocked further on. */
static inline void kh_keystore_forfeit(kh_keystore *store, int64_t bits, bool first_hop)
{
    *(first_hop ? &store->delivered : &store->relayed) -= bits;
    store->lost += bits;
}

/** Adds a block of generated bits; what does not fit is lost: of the block, all of the block, or the oldest key, as the policy
 *  says. A block that is lost whole tells that the store is full. @return bits of the block that are now in the store */
int64_t kh_keystore_deposit(kh_keystore *store, int64_t bits);

/** A block of generated bits goes on its way; later it arrives, which is a deposit. */
void kh_keystore_send(kh_keystore *store, int64_t bits);
int64_t kh_keystore_arrive(kh_keystore *store, int64_t bits);

/** Discards what is too old: all but the youngest bits. @param young_bits that may stay, >= 0 */
void kh_keystore_expire(kh_keystore *store, int64_t young_bits);

/** All that is stored or in transit is lost: an end has forgotten it. */
void kh_keystore_forget(kh_keystore *store);

/** Generated bits of which nothing arrives: the link was broken. */
void kh_keystore_discard(kh_keystore *store, int64_t bits);

/** Starts the ledger afresh with what is stored and in transit. */
void kh_keystore_restart(kh_keystore *store);

bool kh_keystore_balances(const kh_keystore *store);
bool kh_keystore_in_bounds(const kh_keystore *store);

#endif

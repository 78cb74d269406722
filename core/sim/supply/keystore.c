/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/supply/keystore.h"

#include <math.h>

/* 2^60 bits stand for "no limit": sums of two still fit. */
static int64_t bits_of(double keys)
{
    double bits = keys * KH_KEY_BITS;
    return bits < 0x1p60 ? (int64_t)llround(fmax(bits, 0)) : INT64_C(1) << 60;
}

static int64_t at_most(int64_t value, int64_t most)
{
    return value < most ? value : most;
}

static void update_want(kh_keystore *store)
{
    if (store->refill_below == INT64_MAX)
        return;
    int64_t coming = store->level + store->transit;
    if (coming < store->refill_below)
        store->wants_key = true;
    else if (coming >= store->capacity)
        store->wants_key = false;
}

kh_keystore kh_keystore_of(const kh_store_policy *policy)
{
    kh_keystore store = {.capacity = bits_of(policy->capacity_keys)};
    store.when_full = policy->when_full;
    bool always = isnan(policy->refill_below_keys);
    store.refill_below = always ? INT64_MAX : at_most(bits_of(policy->refill_below_keys), store.capacity);
    store.reserve = at_most(bits_of(policy->reserve_keys), store.capacity);
    store.level = store.initial = store.lowest = at_most(bits_of(policy->initial_keys), store.capacity);
    store.wants_key = always;
    update_want(&store);
    return store;
}

int64_t kh_keystore_deposit(kh_keystore *store, int64_t bits)
{
    int64_t room = store->capacity - store->level, fits = at_most(bits, room), stays = fits;
    bool drop = bits > room && store->when_full == KH_WHEN_FULL_DROP_BLOCK;
    if (drop)
        fits = stays = 0;
    else if (store->when_full == KH_WHEN_FULL_DROP_OLDEST)
        stays = at_most(bits, store->capacity);
    store->generated += bits;
    store->level += fits;
    store->lost += bits - fits;
    update_want(store);
    if (drop && store->refill_below != INT64_MAX && store->level >= store->refill_below)
        store->wants_key = false;
    return stays;
}

void kh_keystore_send(kh_keystore *store, int64_t bits)
{
    store->generated += bits;
    store->transit += bits;
    update_want(store);
}

int64_t kh_keystore_arrive(kh_keystore *store, int64_t bits)
{
    store->transit -= bits;
    store->generated -= bits; /* the deposit counts it once more */
    return kh_keystore_deposit(store, bits);
}

void kh_keystore_expire(kh_keystore *store, int64_t young_bits)
{
    if (store->level <= young_bits)
        return;
    store->expired += store->level - young_bits;
    store->level = young_bits;
    store->lowest = at_most(store->lowest, store->level);
    update_want(store);
}

void kh_keystore_forget(kh_keystore *store)
{
    store->lost += store->level + store->transit;
    store->level = store->transit = store->lowest = 0;
    update_want(store);
}

void kh_keystore_discard(kh_keystore *store, int64_t bits)
{
    store->generated += bits;
    store->lost += bits;
}

void kh_keystore_restart(kh_keystore *store)
{
    store->lowest = store->level;
    store->initial = store->level + store->transit;
    store->generated = store->delivered = store->relayed = store->lost = store->expired = 0;
}

bool kh_keystore_balances(const kh_keystore *store)
{
    return store->initial + store->generated ==
           store->delivered + store->relayed + store->lost + store->expired + store->transit + store->level;
}

bool kh_keystore_in_bounds(const kh_keystore *store)
{
    return store->level >= 0 && store->level <= store->capacity;
}

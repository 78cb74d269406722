/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_PAIRS_H
#define KH_CORE_SIM_SERVICE_PAIRS_H

#include "core/sim/service/relay.h"
#include "core/sim/service/tally.h"

/** End-to-end stores: key that both users of a demand hold, relayed ahead of need.
 *
 *  A request of the application takes its key_bits at once when they are there and nobody waits; else it waits, first come first
 *  served, and is blocked at its deadline (late_after of the relay). The store is filled by requests of the relay, each of the same
 *  size: filling starts when the level falls below the threshold and goes on until no further one fits, with at most
 *  KH_PAIRS_AT_ONCE under way. When the relay blocks one, filling stops until the next request of the application. A demand without
 *  a store asks the relay.
 *
 *  Ledger in bits, exact: initial + filled = drawn + level, 0 <= level <= capacity. */
typedef struct kh_pairs_wait {
    kh_ns since;
    uint32_t demand, ticket;
    uint32_t next, previous; /* in the demand's queue; next also on the free list */
    kh_timer deadline;
    bool counted; /* asked for since the start of the statistics */
} kh_pairs_wait;

typedef struct kh_pairs_store {
    int64_t level, capacity, refill_below, unit; /**< unit: bits of one request, of the application and of the relay */
    int64_t initial, filled, drawn, lowest;      /**< since the start of the statistics */
    uint64_t failed;                             /**< requests of the relay that were blocked since then */
    kh_tally tally;                              /**< of the application's requests */
    kh_relay_client client;
    uint32_t head, tail; /* of those who wait; KH_NO_INDEX: nobody */
    uint32_t under_way;  /**< requests of the relay */
    bool filling, busy;  /* busy: in the loop that asks the relay */
    bool exists;
} kh_pairs_store;

typedef struct kh_pairs {
    kh_kernel *kernel;
    kh_relay *relay;
    kh_arena *arena;
    const kh_net *net;
    kh_pairs_store *stores; /**< [n] by kh_demand_id; NULL: no demand has one */
    size_t n;
    kh_pairs_wait *waits;
    size_t n_waits, waits_capacity;
    uint32_t free_wait;
    kh_event_kind fill, deadline; /* subject: demand; who waits */
} kh_pairs;

enum { KH_PAIRS_AT_ONCE = 8, KH_PAIRS_MOST_WAITING = 262144 };

/** Joins the kernel when a demand has a store; those below their threshold are filled from time 0. @return KH_OK; KH_ENOMEM */
kh_status kh_pairs_init(kh_pairs *pairs, const kh_net *net, kh_relay *relay, kh_arena *arena, kh_error *err);

/** Who is told how the requests of a demand end, with or without a store. */
void kh_pairs_set_client(kh_pairs *pairs, uint32_t demand, kh_relay_client client);

/** One new request of a demand, now. It may end before this returns. */
void kh_pairs_ask(kh_pairs *pairs, uint32_t demand, uint32_t ticket);

/** The store of a demand; NULL: it has none. */
const kh_pairs_store *kh_pairs_of(const kh_pairs *pairs, uint32_t demand);

#endif

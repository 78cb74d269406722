/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_SHARING_H
#define KH_CORE_SIM_SERVICE_SHARING_H

#include "core/sim/service/relay.h"

/** Keys sent as shares over disjoint routes: k shares, each as long as the key, of which any t make it and fewer say nothing of it.
 *  t = k: the exclusive or of all; t < k: a threshold scheme (Shamir, Comm. ACM 22:612, 1979, doi 10.1145/359168.359176).
 *
 *  All shares of a request leave at once, each over its own route, and wait and end like requests. The key is there with the t-th
 *  share; it is blocked as soon as fewer than t can still come. Shares that come later, or in vain, are spent all the same: on the
 *  links they count as delivered and relayed. Where there are fewer routes than k, fewer shares are sent, of which min(t, as many
 *  as there are) are needed. A request is admitted when enough of its routes are. It waits, and starves its demand, while so many
 *  of its shares wait that the others cannot make the key.
 */
typedef struct kh_sharing_key {
    kh_ns issued;
    uint32_t demand, ticket;
    uint32_t next; /* on the free list */
    uint32_t routes[KH_MOST_PATHS];
    uint8_t n, needed;              /**< shares */
    uint8_t arrived, lost, waiting; /**< of them */
    bool counted, late;
    bool over;  /* served or blocked */
    bool waits; /* and the demand knows it */
} kh_sharing_key;

typedef struct kh_sharing {
    kh_relay *relay;
    kh_routing *routing;
    kh_arena *arena;
    uint32_t n_shares, n_needed;
    kh_sharing_key *keys; /* [n_keys] */
    size_t n_keys, keys_capacity;
    uint32_t free_key;
    uint64_t *fewer; /**< [n_demands] requests with fewer shares than wanted, since the start of the statistics */
} kh_sharing;

/** Joins the kernel and takes over what the relay is asked for. Nothing happens where a request takes one route.
 *  @return KH_OK; KH_ENOMEM; KH_ELIMIT */
kh_status kh_sharing_init(kh_sharing *sharing, kh_relay *relay, kh_arena *arena, kh_error *err);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_RELAY_H
#define KH_CORE_SIM_SERVICE_RELAY_H

#include "core/sim/service/routing.h"

/** Keys carried hop by hop, each hop one-time-padded with the key of its link.
 *
 *  A request keeps the route that it is given (routing.h); without one, or when it is not admitted, it is blocked at once. Its k-th
 *  hop (from 1) is due k hop latencies, and the hand-over of the borders so far (borders.h), after the request and takes key_bits
 *  from that link's store; with the last one the key is there. A hop waits when the store has too little key for its class
 * (classes.h), when others of its class or of a higher one wait before it, or when an end node of the link is down. One queue per
 * store and class, first in, first out; higher classes go first. A request that waits at its deadline (request + late_after) is
 * blocked; what it took on earlier hops is lost. Stored key stays usable while a fibre is cut.
 */
typedef struct kh_relay_request {
    const kh_qkd_link_id *links; /**< [n_links] of its route */
    int64_t bits;                /**< taken from each of them */
    kh_ns issued;
    uint32_t hop, n_links;   /**< hops done, of so many */
    uint32_t demand, route;  /**< route: in the pool of the routing */
    uint32_t ticket;         /**< the client's name for it; of a share: the splitter's name of the key */
    uint32_t counted_from;   /**< first hop whose bits are in the present statistics */
    uint32_t next, previous; /* in the queue of a store; next also on the free list */
    kh_timer deadline;
    uint8_t rank; /**< its class, 0 the highest */
    bool share;   /**< of a key that goes over several routes */
    bool in_use, waits, late;
    bool counted; /**< issued since the start of the statistics */
} kh_relay_request;

typedef struct kh_relay_queue {
    uint32_t head, tail; /* KH_NO_INDEX: empty */
} kh_relay_queue;

/** Who is told how a request ended, after it is counted. It may issue new requests. */
typedef struct kh_relay_client {
    void (*tell)(void *self, uint32_t demand, uint32_t ticket, bool served); /**< NULL: nobody */
    void *self;
} kh_relay_client;

/** Keys of one request that are there: sent over one route, or as shares over several, of which any `needed` give them away. */
typedef struct kh_relay_delivery {
    uint32_t demand, ticket;
    uint32_t n_routes, needed;
    const uint32_t *routes; /**< [n_routes] in the pool of the routing, also of shares still under way */
    int64_t bits;           /**< of all its keys */
    kh_ns issued;
    bool counted; /**< issued since the start of the statistics */
    bool late;    /**< it had to wait */
} kh_relay_delivery;

/** Who is told of every key that was served, before the demand's client is; for exposure, transit and the like. */
typedef void (*kh_relay_witness)(void *self, const kh_relay_delivery *delivery);

enum { KH_RELAY_MOST_WITNESSES = 4 };

/** One demand: how it is served. Counts are of requests issued since the start of the statistics. */
typedef struct kh_relay_demand {
    _Alignas(KH_CACHE_LINE) int64_t key_bits; /**< of one request, all its keys */
    kh_ns late_after;
    uint64_t requests, served, blocked;
    uint64_t waiting;     /* requests in queues now */
    uint32_t fixed_route; /* the only one that it takes; KH_NO_INDEX: the routing chooses each time */
    uint8_t rank;         /**< its class, 0 the highest */
    bool missed;          /* a request was blocked, and none served since */
    kh_relay_client client;
    /* up to here: what most requests look at, in one line of the cache */
    double keys;      /**< in one request; all counts are of requests */
    uint64_t late;    /**< part of served */
    uint64_t refused; /**< part of blocked: not admitted */
    double wait_s;    /**< summed over served */
    kh_ns starved_since, starved_ns;
} kh_relay_demand;

/** Who parts requests into shares (sharing.h), when self is not NULL. */
typedef struct kh_relay_splitter {
    void (*issue)(void *self, uint32_t demand, uint32_t ticket); /**< a new request, already counted */
    void (*waits)(void *self, uint32_t key, bool waits);         /**< a share of the key waits, or goes on */
    void (*ended)(void *self, uint32_t key, bool arrived, bool late);
    void *self;
} kh_relay_splitter;

/** Bits on all links, for two laws: since time 0 taken = served + burnt + under way; and what the ledgers of the stores call
 *  delivered and relayed = kept + under way, of hops since the start of the statistics. */
typedef struct kh_relay_ledger {
    int64_t taken, served, burnt;
    int64_t kept; /**< by what was served, on hops since the start of the statistics */
} kh_relay_ledger;

typedef struct kh_relay {
    kh_kernel *kernel;
    kh_links *links;
    kh_routing *routing;
    kh_classes classes;
    kh_arena *arena;
    kh_ns hop_latency;
    const kh_ns *handover;       /**< [n_links] in addition to it; NULL: none */
    kh_event_kind hop, deadline; /* subject: request */
    kh_relay_demand *demands;    /**< [n_demands] */
    size_t n_demands;
    kh_relay_request *requests;
    size_t n_requests, requests_capacity;
    uint32_t free_request;
    kh_relay_queue *waiting; /* [n_links][classes.n] */
    kh_relay_ledger ledger;
    kh_relay_splitter splitter;
    struct kh_relay_watcher {
        kh_relay_witness tell;
        void *self;
    } watchers[KH_RELAY_MOST_WITNESSES];
    size_t n_watchers;
} kh_relay;

typedef struct kh_relay_setup {
    const kh_net *net;
    const kh_plan *plan;
    kh_kernel *kernel;
    kh_links *links;
    kh_routing *routing;
    kh_ns hop_latency;
    const kh_ns *handover; /**< [n_links] of a border, in addition to the latency of a hop; NULL: none */
    double late_after_s;   /**< > 0, or anything else: the demand's rekey period, KH_LATE_AFTER_S without one */
    double fetch_s;        /**< as in kh_sim_options; a request for several keys may wait that long */
} kh_relay_setup;

#define KH_RELAY_MOST_REQUESTS 262144 /**< under way or waiting at once: about 60 MB with their timers; more is KH_ELIMIT */

/** Joins the kernel and listens to the links. Clients are set afterwards, in demands[].client.
 *  @return KH_OK; KH_ENOMEM */
kh_status kh_relay_init(kh_relay *relay, const kh_relay_setup *setup, kh_arena *arena, kh_error *err);

/** Who wants to see what is served; told in the order of these calls. @return KH_OK; KH_ELIMIT */
kh_status kh_relay_watch(kh_relay *relay, kh_relay_witness tell, void *self, kh_error *err);

/** One new request of a demand, now. It may end before this returns. A failure is kept in the event queue's status.
 *  @param ticket what the demand's client is told of it */
/** Asks for the memory that kh_relay_issue() will need, in steps 0 to 3 (kh_warmer). */
void kh_relay_warm(const kh_relay *relay, uint32_t demand, unsigned step);
void kh_relay_issue(kh_relay *relay, uint32_t demand, uint32_t ticket);

/** For the splitter: a share sets out; a request ends, and is counted and told of as such; one more of a demand waits, or one less.
 *  @param refused it was not admitted; else there is no route */
void kh_relay_send_share(kh_relay *relay, uint32_t demand, uint32_t route, uint32_t key);
void kh_relay_serve(kh_relay *relay, const kh_relay_delivery *delivery);
void kh_relay_fail(kh_relay *relay, uint32_t demand, uint32_t ticket, bool counted);
void kh_relay_turn_away(kh_relay *relay, uint32_t demand, uint32_t ticket, bool refused);
void kh_relay_count_waiting(kh_relay *relay, uint32_t demand, bool waits);

/** Time in which the demand was starved, up to @p end: a request of it waited, or one was blocked and none served since. */
kh_ns kh_relay_starved_ns(const kh_relay_demand *demand, kh_ns end);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_KMS_H
#define KH_CORE_SIM_SERVICE_KMS_H

#include "core/sim/kernel/draw.h"
#include "core/sim/service/fifo.h"
#include "core/sim/service/pairs.h"

/** Key management: what answers requests for keys. Each node with a service time has one server; the requests of the demands whose
 *  first user is there pass it one at a time, first come first served, on their way to the pair's store or the relay. Service times
 *  are fixed or exponential, from the stream (node id, "kms"). Elsewhere a request goes on at once. */
typedef struct kh_kms_request {
    kh_ns since;
    uint32_t demand, ticket;
    bool counted; /* made since the start of the statistics */
} kh_kms_request;

typedef struct kh_kms_server {
    uint32_t node;
    double service_ns; /**< mean */
    kh_law law;
    kh_draw draw; /**< of exponential service times */
    kh_rng rng;
    kh_fifo queue;  /**< of kh_kms_request; the one in service leads */
    size_t longest; /**< queue, the one in service included */
    kh_ns busy_since, busy_ns;
} kh_kms_server;

/** Of one demand: services that began, of requests made since the start of the statistics, and their waits before it. */
typedef struct kh_kms_count {
    uint64_t begun;
    double wait_s;
} kh_kms_count;

typedef struct kh_kms_desk {
    kh_kernel *kernel;
    kh_pairs *pairs;
    kh_arena *arena;
    uint32_t *server_of;  /**< [n_demands] KH_NO_INDEX: none; NULL: no demand has one */
    kh_kms_count *counts; /**< [n_demands] */
    size_t n_demands;
    kh_kms_server *servers;
    size_t n_servers;
    kh_event_kind done; /* subject: server */
} kh_kms_desk;

#define KH_KMS_MOST_WAITING ((size_t)1 << 22) /**< at one server; more is KH_ELIMIT */

/** Joins the kernel when a node has a service time. @return KH_OK; KH_ENOMEM */
kh_status kh_kms_init(kh_kms_desk *desk, const kh_net *net, uint64_t seed, kh_pairs *pairs, kh_arena *arena, kh_error *err);

/** One new request of a demand, now. It may end before this returns. */
void kh_kms_ask(kh_kms_desk *desk, uint32_t demand, uint32_t ticket);

/** The server that a demand's requests pass; NULL: none. */
const kh_kms_server *kh_kms_of(const kh_kms_desk *desk, uint32_t demand);
/** Time in which the server worked since the start of the statistics, up to @p end. */
kh_ns kh_kms_busy_ns(const kh_kms_server *server, kh_ns end);

#endif

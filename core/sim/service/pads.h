/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_PADS_H
#define KH_CORE_SIM_SERVICE_PADS_H

#include "core/sim/service/asking.h"

/** One-time-pad streams: each otp demand uses its pad up at rate_bps, bit by bit, as long as it has any. A portion that comes is
 *  worth the time between two requests; while the pad is out the stream is starved, and what it would have carried is not made up
 *  for. At time 0 it has pad until its first request. Exact, and no events: the buffer is a time up to which the pad lasts. */
typedef struct kh_pads_stream {
    kh_ns lasts_until;
    double portion_ns; /**< 0: not a stream */
    double carry;      /* of a nanosecond, as in its traffic */
    kh_ns starved;     /**< closed gaps */
    kh_ns longest;
} kh_pads_stream;

typedef struct kh_pads {
    kh_kernel *kernel;
    kh_pads_stream *streams; /**< [n] by kh_demand_id */
    size_t n;
    kh_ns start; /**< of the statistics */
} kh_pads;

/** Of all otp demands that ask for key. Becomes their client. Joins the kernel. @return KH_OK; KH_ENOMEM */
kh_status kh_pads_init(kh_pads *pads, const kh_net *net, const kh_asking *asking, kh_arena *arena, kh_error *err);

typedef struct kh_pads_gaps {
    double share;     /**< of the time in which the stream was starved; NAN when the demand is no stream */
    double longest_s; /**< gap, as far as it lies in the statistics */
} kh_pads_gaps;
kh_pads_gaps kh_pads_read(const kh_pads *pads, uint32_t demand, kh_ns end);

#endif

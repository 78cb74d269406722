/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_TRACE_H
#define KH_CORE_SIM_TRACE_H

#include "core/sim/event.h"
#include "core/sim/sim.h"

/** A level over time in bounded memory: the run is cut into equal spans and each keeps its lowest and its highest value with their
 *  times, so no extreme is lost. First and last value of the run are kept too. */
typedef struct kh_trace {
    kh_series *out;
    kh_ns span, span_end; /* span = 0: nothing is kept */
    struct kh_trace_point {
        kh_ns time;
        int64_t level;
        uint64_t order;
    } low, high;
    uint64_t records; /* in the open span */
} kh_trace;

/** Starts with @p level at time 0.
 *  @param out     receives the points; its arrays hold @p points, from the caller
 *  @param points  fewer than 4: nothing is kept */
void kh_trace_init(kh_trace *trace, kh_series *out, size_t points, kh_ns duration, int64_t level);
/** The level is @p level from @p now on. @param now never falls */
void kh_trace_record(kh_trace *trace, kh_ns now, int64_t level);
/** Writes the open span and the last point. */
void kh_trace_finish(kh_trace *trace, kh_ns end, int64_t level);

#endif

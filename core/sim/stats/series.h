/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_STATS_SERIES_H
#define KH_CORE_SIM_STATS_SERIES_H

#include "core/sim/kernel/event.h"
#include "core/sim/kernel/state.h"

/** Level of one store over time, from the start of the run, warm-up included; t never falls. */
typedef struct kh_series {
    double *t_s;
    double *level_bits;
    size_t n;
} kh_series;

/** A level over time in bounded memory: the run is cut into equal spans and each keeps its lowest and its highest value with their
 *  times, so no extreme is lost. First and last value of the run are kept too. */
typedef struct kh_recorder {
    kh_ns span; /* 0: nothing is kept */
    kh_ns span_end;
    kh_series *out;
    struct kh_recorder_point {
        kh_ns time;
        int64_t level;
        uint64_t order;
    } low, high;
    uint64_t records; /* in the open span */
} kh_recorder;

/** Starts with @p level at time 0.
 *  @param out     receives the points; its arrays hold @p points, from the caller
 *  @param points  fewer than 4: nothing is kept */
void kh_recorder_init(kh_recorder *recorder, kh_series *out, size_t points, kh_ns duration, int64_t level);
/** The level is @p level from @p now on. @param now never falls */
void kh_recorder_record(kh_recorder *recorder, kh_ns now, int64_t level);
/** Writes the open span and the last point. */
void kh_recorder_finish(kh_recorder *recorder, kh_ns end, int64_t level);

/** Saves or loads what was recorded so far. */
void kh_recorder_visit(kh_recorder *recorder, kh_state *state);

#endif

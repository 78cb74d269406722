/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_SERVICE_CALLS_H
#define KH_CORE_SIM_SERVICE_CALLS_H

#include "core/sim/kernel/draw.h"
#include "core/sim/service/kms.h"

/** Calls of demands. A source calls after an exponential time; a call holds one of the demand's lines from its arrival to its end.
 *
 *  A call that finds no free line is blocked. Else it asks for its first key, and is blocked too when it does not get it; while it
 *  waits it holds its line. Then it lasts for its length, exponential or fixed. With pad_bps it asks for a further portion of
 *  key_bits each key_bits / pad_bps from its start on, as long as it lasts; when one is not served it is cut off. A call at its end
 *  that waits for a portion goes on until that is decided. With a number of sources each of them is busy while its call lasts and
 *  calls no more (Engset); without, arrivals are Poisson (Erlang). Streams: (demand id, "calls"), (demand id, "lengths"); a length
 *  is drawn for each arrival, blocked or not, so that other lines or stores meet the same calls. */
typedef enum kh_calls_state { KH_CALL_NONE, KH_CALL_SETS_UP, KH_CALL_UP } kh_calls_state;

typedef struct kh_calls_line {
    kh_ns start, length, end; /* of the call */
    uint32_t demand, source;
    uint32_t portions; /* asked for */
    uint32_t next_free;
    kh_calls_state state;
    bool counted; /* arrived since the start of the statistics */
} kh_calls_line;

typedef struct kh_calls_demand {
    double between_ns; /**< mean of a source's time to its next call; 0: the demand makes no calls */
    double hurry;      /**< sources call so many times as often, 1 unless in a rush */
    double mean_ns;
    kh_law law;
    double portion_ns; /**< 0: one key a call */
    uint32_t first_line, n_lines, free_line;
    uint32_t first_source, n_sources;
    bool finite; /**< sources are busy while they call */
    kh_rng arrivals, lengths;
    uint32_t busy;                                    /**< lines */
    kh_ns changed;                                    /* busy since */
    double busy_line_s, all_busy_s;                   /**< integrals, since the start of the statistics, up to changed */
    uint64_t offered, without_line, without_key, cut; /**< calls that arrived since then */
    uint32_t most_busy;
} kh_calls_demand;

typedef struct kh_calls_part {
    kh_kernel *kernel;
    kh_kms_desk *kms;
    const kh_net *net;
    kh_calls_demand *demands; /**< [n] by kh_demand_id; NULL: nobody calls */
    size_t n;
    kh_calls_line *lines; /* [n_lines] of all demands */
    size_t n_lines;
    uint32_t *demand_of; /* [n_sources] of all demands */
    kh_draw draw;
    kh_event_kind arrival; /* subject: source */
    kh_event_kind advance; /* subject: line; a portion is due, or the call ends */
} kh_calls_part;

/** Joins the kernel when a demand makes calls, and becomes the client of those. @return KH_OK; KH_ELIMIT; KH_ENOMEM */
kh_status kh_calls_init(kh_calls_part *calls, const kh_net *net, uint64_t seed, kh_kms_desk *kms, kh_arena *arena, kh_error *err);

/** NULL: the demand makes no calls. */
const kh_calls_demand *kh_calls_of(const kh_calls_part *calls, uint32_t demand);

/** From each source's next call on it calls so many times as often. @param factor > 0 */
void kh_calls_hurry(kh_calls_part *calls, uint32_t demand, double factor);

/** Means over the time from @p start, that of the statistics, to @p end. */
double kh_calls_mean_busy(const kh_calls_demand *demand, kh_ns start, kh_ns end);
double kh_calls_share_all_busy(const kh_calls_demand *demand, kh_ns start, kh_ns end);

/** Events that a run up to @p end will have, about. */
double kh_calls_expected_events(const kh_calls_part *calls, kh_ns end);

#endif

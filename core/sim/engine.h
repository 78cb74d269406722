/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_ENGINE_H
#define KH_CORE_SIM_ENGINE_H

#include "core/sim/relay.h"
#include "core/sim/sim.h"
#include "core/sim/traffic.h"

/** A run in progress, for core/sim and its tests: everyone else goes through kh_sim_run(). */
typedef struct kh_engine {
    const kh_net *net;
    kh_sim_options options;
    kh_ns end, warm_up, last_time;
    uint64_t events, last_sequence;
    kh_queue queue;
    kh_links links;
    kh_faults faults;
    kh_traffic *traffic; /**< [n_demands] */
    kh_relay relay;
    kh_sim_result *result; /**< its series fill as the run goes on */
} kh_engine;

/** What a run is about; all of it outlives the engine. */
typedef struct kh_engine_inputs {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan;
    const kh_sim_options *options;
} kh_engine_inputs;

/** Sets everything up at time 0.
 *  @param engine  stays where it is until the run is over: its parts point at each other
 *  @param scratch memory of the run; @param arena memory of the result; both outlive the engine */
kh_status kh_engine_init(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_arena *arena, kh_error *err);

/** Runs the next event. @param[out] more false: nothing is left before the end of the run */
kh_status kh_engine_step(kh_engine *engine, bool *more, kh_error *err);

/** Closes the statistics and fills engine->result. */
kh_status kh_engine_finish(kh_engine *engine, kh_error *err);

/** The audit. Of one event: order of time, and balance and bounds of the stores that it touched. Of everything: all stores, and
 *  bits taken = served + burnt + under way. @return KH_OK, or KH_EINTERNAL with the law, the time and the link */
kh_status kh_audit_event(kh_engine *engine, const kh_event *event, kh_error *err);
kh_status kh_audit_all(const kh_engine *engine, kh_error *err);

#endif

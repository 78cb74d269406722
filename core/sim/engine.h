/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KH_CORE_SIM_ENGINE_H
#define KH_CORE_SIM_ENGINE_H

#include "core/sim/fluid/fluid.h"
#include "core/sim/service/borders.h"
#include "core/sim/service/exposure.h"
#include "core/sim/service/relay.h"
#include "core/sim/service/rush.h"
#include "core/sim/service/sharing.h"
#include "core/sim/sim.h"
#include "core/sim/supply/calibration.h"
#include "core/sim/supply/eavesdropping.h"
#include "core/sim/supply/faults.h"
#include "core/sim/supply/passes.h"
#include "core/sim/supply/slots.h"
#include "core/sim/supply/switches.h"
#include "core/sim/users.h"

/** What a run is about; all of it outlives the engine. */
typedef struct kh_engine_inputs {
    const kh_net *net;
    const kh_rates *rates;
    const kh_plan *plan;
    const kh_sim_options *options;
} kh_engine_inputs;

/** A run in progress, for core/sim and its tests: everyone else goes through kh_sim_run(). */
typedef struct kh_engine {
    const kh_net *net;
    kh_engine_inputs inputs;
    kh_sim_options options;
    kh_ns end, warm_up, last_time;
    kh_ns counted_from;      /**< start of the present statistics */
    size_t n_results, batch; /* results to be filled; the present one */
    uint64_t events_before;  /* of the present statistics */
    kh_event_kind cut;       /* subject: batch that ends */
    uint64_t last_sequence;
    kh_kernel kernel;
    kh_links links;
    kh_slots slots;
    kh_calibration calibration;
    kh_switches switches;
    kh_passes passes;
    kh_lines lines;
    kh_faults faults;
    kh_eavesdropping eavesdropping;
    kh_routing routing;
    kh_borders borders;
    kh_relay relay;
    kh_sharing sharing;
    kh_asking asking;
    kh_users users;
    kh_fluid fluid; /**< in place of routing, relay and users at the fluid level */
    kh_rush rush;
    kh_exposure exposure;
    kh_sim_result *results; /**< [n_results] one a batch; the series of the first fill as the run goes on */
} kh_engine;

/** Sets everything up at time 0.
 *  @param engine  stays where it is until the run is over: its parts point at each other
 *  @param scratch memory of the run; @param arena memory of the result; both outlive the engine */
kh_status kh_engine_init(kh_engine *engine, const kh_engine_inputs *inputs, kh_arena *scratch, kh_arena *arena, kh_error *err);

/** Runs the next event. @param[out] more false: nothing is left before the end of the run */
kh_status kh_engine_step(kh_engine *engine, bool *more, kh_error *err);

/** Runs at most so many events; with an audit after each of them if that is asked for. @param[out] more as above */
kh_status kh_engine_run(kh_engine *engine, uint64_t most, bool *more, kh_error *err);

/** Saves the run in progress, or loads it into an engine set up from the same inputs. The failure is in state->status. */
void kh_engine_visit(kh_engine *engine, kh_state *state);

/** Closes the statistics and fills engine->result. */
kh_status kh_engine_finish(kh_engine *engine, kh_error *err);

#endif

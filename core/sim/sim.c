/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/sim.h"

#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/sim/engine.h"

#include <stdio.h>

enum { EVENTS_PER_POLL = 4096 };

kh_sim_options kh_sim_defaults(void)
{
    return (kh_sim_options){.duration_s = 30 * KH_S_PER_DAY,
                            .warm_up_s = KH_S_PER_DAY,
                            .seed = 1,
                            .fetch_s = 600.0,
                            .series_points = 400,
                            .faults = true};
}

kh_sim_options kh_sim_replication(const kh_sim_options *options, size_t i)
{
    kh_sim_options replication = *options;
    char name[32];
    (void)snprintf(name, sizeof name, "%zu", i);
    if (i > 0) {
        kh_rng seeds = kh_rng_stream(options->seed, name, "replication");
        replication.seed = kh_rng_u64(&seeds) >> 11; /* 53 bits: numbers of JSON hold it */
    }
    return replication;
}

static kh_status run_to_end(kh_engine *engine, kh_error *err)
{
    const volatile int *stop = engine->options.stop;
    bool more = true;
    while (more) {
        if (stop != NULL && engine->kernel.events % EVENTS_PER_POLL == 0 && *stop != 0)
            return kh_fail(err, KH_EINTERRUPTED, "stopped at t = %.3f s of %g", kh_s_from_ns(kh_kernel_now(&engine->kernel)),
                           engine->options.duration_s);
        KH_TRY(kh_engine_step(engine, &more, err));
    }
    return kh_engine_finish(engine, err);
}

kh_status kh_sim_run(const kh_net *net, const kh_rates *rates, const kh_plan *plan, const kh_sim_options *options, kh_arena *arena,
                     kh_sim_result **result, kh_error *err)
{
    kh_arena *scratch = kh_arena_create(0);
    if (scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a run");
    kh_engine engine;
    kh_engine_inputs inputs = {.net = net, .rates = rates, .plan = plan, .options = options};
    kh_status status = kh_engine_init(&engine, &inputs, scratch, arena, err);
    if (status == KH_OK)
        status = run_to_end(&engine, err);
    if (status == KH_OK)
        *result = engine.result;
    kh_arena_destroy(scratch);
    return status;
}

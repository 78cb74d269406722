/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim/sim.h"

#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/sim/checkpoint.h"
#include "core/sim/engine.h"

#include <math.h>
#include <stdio.h>

enum { EVENTS_PER_POLL = 4096 };

kh_sim_options kh_sim_defaults(void)
{
    return (kh_sim_options){.duration_s = 30 * KH_S_PER_DAY,
                            .warm_up_s = KH_S_PER_DAY,
                            .seed = 1,
                            .fetch_s = 600.0,
                            .routing = {.restoration_s = KH_RESTORATION_S},
                            .series_points = 400,
                            .faults = true};
}

kh_sim_options kh_sim_replication(const kh_sim_options *options, size_t i)
{
    kh_sim_options replication = *options;
    char name[32];
    size_t drawn = options->antithetic ? i / 2 : i;
    (void)snprintf(name, sizeof name, "%zu", drawn);
    if (drawn > 0) {
        kh_rng seeds = kh_rng_stream(options->seed, name, "replication");
        replication.seed = kh_rng_u64(&seeds) >> 11; /* 53 bits: numbers of JSON hold it */
    }
    if (options->antithetic && i % 2 == 1)
        replication.seed |= KH_RNG_MIRRORED;
    return replication;
}

/* Each checkpoint takes back the memory of the one before. */
static kh_status keep(kh_engine *engine, kh_arena *memory, kh_error *err)
{
    const kh_sim_checkpoints *checkpoints = engine->options.checkpoints;
    kh_sim_checkpoint made = {.time = kh_kernel_now(&engine->kernel)};
    kh_arena_reset(memory);
    KH_TRY(kh_checkpoint_save(engine, memory, &made.bytes, &made.n, err));
    return checkpoints->keep(checkpoints->user, &made, err);
}

static kh_status stop_here(kh_engine *engine, kh_arena *memory, kh_error *err)
{
    if (engine->options.checkpoints != NULL && engine->options.checkpoints->keep != NULL)
        KH_TRY(keep(engine, memory, err));
    return kh_fail(err, KH_EINTERRUPTED, "stopped at t = %.3f s of %g", kh_s_from_ns(kh_kernel_now(&engine->kernel)),
                   engine->options.duration_s);
}

/* The checkpoint after the present time. */
static kh_ns next_checkpoint(const kh_engine *engine)
{
    const kh_sim_checkpoints *checkpoints = engine->options.checkpoints;
    if (checkpoints == NULL || checkpoints->keep == NULL || !(checkpoints->every_s > 0))
        return INT64_MAX;
    kh_ns every = kh_ns_from_s(fmax(checkpoints->every_s, 1e-3));
    return (kh_kernel_now(&engine->kernel) / every + 1) * every;
}

static kh_status run_to_end(kh_engine *engine, kh_arena *memory, kh_error *err)
{
    const volatile int *stop = engine->options.stop;
    kh_ns due = next_checkpoint(engine);
    uint64_t at_once = due < INT64_MAX ? 1 : EVENTS_PER_POLL; /* a checkpoint comes right after its time */
    bool more = true;
    while (more) {
        if (stop != NULL && engine->kernel.events % EVENTS_PER_POLL == 0 && *stop != 0)
            return stop_here(engine, memory, err);
        if (kh_kernel_now(&engine->kernel) >= due) {
            KH_TRY(keep(engine, memory, err));
            due = next_checkpoint(engine);
        }
        KH_TRY(kh_engine_run(engine, at_once - engine->kernel.events % at_once, &more, err));
    }
    return kh_engine_finish(engine, err);
}

static kh_status play(const kh_engine_inputs *inputs, kh_arena *scratch, kh_arena *arena, kh_sim_result **result, kh_error *err)
{
    const kh_sim_checkpoints *checkpoints = inputs->options->checkpoints;
    kh_engine *engine = KH_NEW(scratch, kh_engine, 1);
    kh_arena *memory = kh_arena_create(0);
    kh_status status = engine == NULL || memory == NULL ? kh_fail(err, KH_ENOMEM, "out of memory for a run") : KH_OK;
    if (status == KH_OK)
        status = kh_engine_init(engine, inputs, scratch, arena, err);
    if (status == KH_OK && checkpoints != NULL && checkpoints->resume != NULL)
        status = kh_checkpoint_load(engine, checkpoints->resume, checkpoints->n_resume, scratch, err);
    if (status == KH_OK)
        status = run_to_end(engine, memory, err);
    if (status == KH_OK)
        *result = engine->results;
    kh_arena_destroy(memory);
    return status;
}

kh_status kh_sim_run(const kh_net *net, const kh_rates *rates, const kh_plan *plan, const kh_sim_options *options, kh_arena *arena,
                     kh_sim_result **result, kh_error *err)
{
    if (plan->secrecy.kind != KH_SECRECY_NONE)
        return kh_fail(err, KH_ERANGE,
                       "a plan with %s secrecy cannot be simulated: keys there are made of what several routes carry; take a plan "
                       "without, and shares over disjoint paths that the run finds (disjoint_paths)",
                       kh_secrecy_name(plan->secrecy.kind));
    kh_arena *scratch = kh_arena_create(0);
    if (scratch == NULL)
        return kh_fail(err, KH_ENOMEM, "out of memory for a run");
    kh_engine_inputs inputs = {.net = net, .rates = rates, .plan = plan, .options = options};
    kh_status status = play(&inputs, scratch, arena, result, err);
    kh_arena_destroy(scratch);
    return status;
}
